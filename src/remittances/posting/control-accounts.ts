import { Turns } from '../../commands/turns.js';
import type { Sender } from '../../commands/sender.js';
import { streamBeside } from '../../event-store/codec.js';
import type { RemittanceDataOf } from '../../ledger/remittance-events.js';
import { BesideStream, type BesideStreams } from './beside-stream.js';

export type ControlEntry = RemittanceDataOf<'ControlEntryPosted'>;

/** So many control accounts are kept folded; a payer and a provider have one. */
const KEPT_MAX = 1000;

interface Folded {
  stream: BesideStream;
  entryIds: Set<string>;
}

/**
 * The control accounts of payers and providers: what payers keep back, and what they are owed. Each is a stream, in which
 * an entry id stands once.
 */
export class ControlAccounts {
  readonly #turns = new Turns();
  readonly #kept = new Map<string, Folded>();

  constructor(private readonly streams: BesideStreams) {}

  /**
   * Posts entries, in order, on their control accounts; those that are there already are left as they are.
   *
   * @returns whether anything was appended
   */
  async post(entries: readonly ControlEntry[], sender: Sender): Promise<boolean> {
    let appended = false;
    for (const [id, some] of Map.groupBy(entries, ({ controlAccountId }) => controlAccountId)) {
      if (await this.#turns.take(id, () => this.#append(id, some, sender))) appended = true;
    }
    return appended;
  }

  async #append(id: string, entries: readonly ControlEntry[], sender: Sender): Promise<boolean> {
    const folded = await this.#folded(id);
    try {
      return await folded.stream.append(
        () =>
          entries
            .filter(({ entryId }) => !folded.entryIds.has(entryId))
            .map((data) => ({ key: `entry ${data.entryId}`, event: { type: 'ControlEntryPosted', data } })),
        sender,
      );
    } catch (error) {
      this.#kept.delete(id);
      throw error;
    }
  }

  async #folded(id: string): Promise<Folded> {
    const kept = this.#kept.get(id);
    if (kept) return kept;
    const entryIds = new Set<string>();
    const stream = new BesideStream(this.streams, streamBeside('control', id), ({ type, data }) => {
      if (type === 'ControlEntryPosted' || type === 'ControlEntryBooked') entryIds.add(data.entryId);
    });
    await stream.catchUp();
    const folded = { stream, entryIds };
    if (this.#kept.size >= KEPT_MAX) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(id, folded);
    return folded;
  }
}
