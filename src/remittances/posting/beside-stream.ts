import { setTimeout } from 'node:timers/promises';
import type { Sender } from '../../commands/sender.js';
import {
  EventLogDamaged,
  type EventStore,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../../event-store/event-store.js';
import type { RemittanceEvent } from '../../ledger/remittance-events.js';
import { readBeside } from './read-beside.js';
import type { KeyedEvent, StreamWriter } from './stream-writer.js';

/** An append is kept well below what an event store takes at once. */
const EVENTS_MAX = 200;
const CHARS_MAX = 256 * 1024;

/** Others may be faster so often in a row before it is their turn to be asked why. */
const ATTEMPTS_MAX = 100;
const PAUSE_MS_MAX = 50;

/** Where streams beside the accounts are read and written. */
export interface BesideStreams {
  store: EventStore;
  writer: StreamWriter;
}

/** One stream beside the accounts, folded as it is read and written. Other processes may write to it as well. */
export class BesideStream {
  #revision = -1;
  #lastRecordedAt = 0;

  /**
   * @param fold takes each event once, in order, whether it was read or appended here
   */
  constructor(
    private readonly streams: BesideStreams,
    readonly stream: string,
    private readonly fold: (event: RemittanceEvent) => void,
  ) {}

  /**
   * Reads on to where the stream ends now.
   *
   * @returns how many events there were
   * @throws EventLogDamaged when one cannot be read
   */
  async catchUp(): Promise<number> {
    let read = 0;
    for await (const stored of this.streams.store.readStream(this.stream, { from: this.#revision + 1 })) {
      const { event, revision, recordedAt } = readBeside(stored);
      this.#revision = revision;
      this.#lastRecordedAt = Math.max(this.#lastRecordedAt, Date.parse(recordedAt));
      this.fold(event);
      read += 1;
    }
    return read;
  }

  /**
   * Appends what is missing, in order, in as many appends as it takes. When others have written meanwhile, what is
   * missing is asked for anew.
   *
   * @param missing says from the folded state what is to be appended; none ends it
   * @returns whether anything was appended
   */
  async append(missing: () => readonly KeyedEvent[], sender: Sender): Promise<boolean> {
    let appended = false;
    let events = missing();
    for (let attempt = 1; events.length > 0;) {
      const some = fitting(events);
      try {
        const { revision, recordedAt } = await this.streams.writer.append(
          this.stream,
          this.#revision < 0 ? 'no_stream' : this.#revision,
          this.#lastRecordedAt,
          some,
          sender,
        );
        this.#revision = revision;
        this.#lastRecordedAt = recordedAt;
        for (const { event } of some) this.fold(event);
        appended = true;
        attempt = 1;
        events = events.slice(some.length);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        if (attempt >= ATTEMPTS_MAX) throw await this.#reasonFor(error);
        attempt += 1;
        if ((await this.catchUp()) === 0) await setTimeout(Math.random() * PAUSE_MS_MAX);
        events = missing();
      }
    }
    return appended;
  }

  /** Why appending did not succeed again and again: the stream is not where reading it ends, or others keep writing. */
  async #reasonFor({ actual }: WrongExpectedRevision): Promise<Error> {
    if ((await this.catchUp()) > 0)
      return new StoreUnavailable('others keep writing to a stream beside the accounts');
    const at = actual === 'no_stream' ? 'the store has none' : `the store has it at revision ${actual}`;
    return new EventLogDamaged(
      `events are missing in a stream: ${at}, reading it ends at revision ${this.#revision}`,
    );
  }
}

/** As many of the events as one append takes; always the first. */
function fitting(events: readonly KeyedEvent[]): readonly KeyedEvent[] {
  let chars = 0;
  let count = 0;
  for (const { event } of events) {
    chars += JSON.stringify(event.data).length;
    if (count > 0 && (count >= EVENTS_MAX || chars > CHARS_MAX)) break;
    count += 1;
  }
  return events.slice(0, count);
}
