import { UnreadableEvent, decodeBeside, streamBeside } from '../event-store/codec.js';
import { EventLogDamaged, type EventStore, type StoredEvent } from '../event-store/event-store.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';
import { type BesideStream, faultsBeside, newBesideStream, reads } from './faults-beside.js';
import {
  type KnownStream,
  type LogContradiction,
  contradiction,
  faulty,
  gapIn,
  isEndOfStream,
  missingBefore,
  readOrWhy,
  unreadableIn,
} from './log-contradiction.js';

/**
 * The remittances, control accounts and deposits of a log as far as it was read: held against the accounts, and each
 * other. Holds a few numbers for each of them, and an account's id for each claim.
 */
export class RemittancesInLog {
  readonly #streams = new Map<string, BesideStream>();

  /** @param accountOf what is known of an account's stream by now */
  constructor(private readonly accountOf: (accountId: string) => KnownStream | undefined) {}

  /** Takes the next event of a stream beside the accounts, in the order of the log, and says what is wrong with it. */
  *take(stored: StoredEvent): Generator<LogContradiction> {
    const { stream } = stored;
    const subject = { stream };
    let known = this.#streams.get(stream);
    if (!known) {
      known = newBesideStream(stream);
      this.#streams.set(stream, known);
    }
    const missing = missingBefore(subject, known, stored);
    if (missing) yield missing;
    if (isEndOfStream(stored)) return;
    const read = readOrWhy(stored, decodeBeside);
    if (read instanceof UnreadableEvent) {
      known.isReadable = false;
      yield unreadableIn(subject, read);
      return;
    }
    for (const fault of faultsBeside(read, known, {
      streamOf: (name) => this.#streams.get(name),
      accountOf: this.accountOf,
    })) {
      yield faulty(subject, read, fault);
    }
  }

  /** What is wrong with an event of an account that follows from a remittance; nothing for all others. */
  *faultsOfAccount({ accountId, event }: RecordedEvent): Generator<string> {
    if (!('remittance' in event.data) || event.data.remittance === undefined) return;
    const { id, claim } = event.data.remittance;
    const known = this.#streams.get(streamBeside('remittance', id));
    if (known?.kind !== 'remittance') {
      yield `is of remittance ${id}, which was never received`;
      return;
    }
    if (reads(known)) {
      if (known.outcome !== 'accepted') yield `is of remittance ${id}, which was not accepted`;
      const claims = known.received?.claims ?? 0;
      if (claim < 1 || claim > claims) yield `is of claim ${claim} of remittance ${id}, which has ${claims}`;
    }
    const decidedOn = known.decidedOn.get(claim);
    if (event.type === 'ClaimAdjudicated') {
      if (decidedOn !== undefined) {
        yield `decides claim ${claim} of remittance ${id} again, which account ${decidedOn} has`;
      } else known.decidedOn.set(claim, accountId);
      return;
    }
    // An account and charges that a remittance opens may come before what it says of them.
    const opens = event.type === 'ChargePosted';
    if (!opens && decidedOn !== accountId && this.accountOf(accountId)?.isReadable === true) {
      yield `is of claim ${claim} of remittance ${id}, which was not decided on this account before`;
    }
  }

  /** What the streams say on their own: an administrator may have cut off what the log still holds. */
  async *streamsOnTheirOwn(store: EventStore): AsyncGenerator<LogContradiction> {
    for (const [stream, { isIncomplete, revision }] of this.#streams) {
      if (isIncomplete) continue;
      try {
        yield* missingIn(store, stream, revision);
      } catch (error) {
        if (!(error instanceof EventLogDamaged)) throw error;
        yield contradiction({ stream }, `its stream cannot be read: ${error.message}`);
      }
    }
  }
}

async function* missingIn(store: EventStore, stream: string, last: number): AsyncGenerator<LogContradiction> {
  let next = 0;
  for await (const { revision } of store.readStream(stream)) {
    if (revision !== next) {
      yield contradiction({ stream }, `${gapIn(next, revision)} in its stream`);
      return;
    }
    next += 1;
  }
  if (next > last) return;
  yield contradiction({ stream }, `${gapIn(next, last + 1)} in its stream, which the log still holds`);
}
