import { status } from '@grpc/grpc-js';
import {
  type EmbeddedEventStore,
  openEmbeddedStore,
} from '../../../src/event-store/embedded/embedded-event-store.js';
import { type FolderLock, acquireFolderLock } from '../../../src/event-store/embedded/folder-lock.js';
import {
  type ExpectedRevision,
  type NewEvent,
  StoreUnavailable,
  type StoredEvent,
  WrongExpectedRevision,
} from '../../../src/event-store/event-store.js';
import { Refused, invalid } from './refusals.js';

/** An event as a client proposes it; data and metadata are any bytes. */
export interface ProposedEvent {
  id: string;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}

/** An event as EventStoreDB records it; commit and prepare position are the same. */
export interface RecordedEvent extends ProposedEvent {
  stream: string;
  revision: number;
  position: number;
  created: Date;
}

export type ServerRevision = ExpectedRevision | 'any' | 'stream_exists';

export type AppendOutcome =
  { written: true; revision: number; position: number } | { written: false; actual: ExpectedRevision };

/** How the bytes of an event stand in the embedded store, which takes JSON alone. */
interface StoredForm {
  isJson: boolean;
  data: string;
  metadata: string;
}

const PAGE_EVENTS = 500;

/** The log behind one or several doubles, in a folder: the embedded store, seen as EventStoreDB shows its log. */
export class EventLog {
  readonly #lock: FolderLock;
  readonly #store: EmbeddedEventStore;
  readonly #scavenged = new Set<number>();

  private constructor(lock: FolderLock, store: EmbeddedEventStore) {
    this.#lock = lock;
    this.#store = store;
  }

  /** @throws FolderInUse when another double has it */
  static async open(folder: string): Promise<EventLog> {
    const lock = acquireFolderLock(folder);
    try {
      return new EventLog(lock, await openEmbeddedStore({ folder }));
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#store.close();
    this.#lock.release();
  }

  /**
   * Appends all or none. Repeated at the same revision with the same ids, answers as the first time; at `any` and
   * `stream_exists` the double, other than the server, does not find repetitions out.
   *
   * @throws Refused when it is no append that the server would take
   */
  async append(
    stream: string,
    expected: ServerRevision,
    events: readonly ProposedEvent[],
  ): Promise<AppendOutcome> {
    if (events.length === 0) throw invalid('the double takes no append without events');
    const created = new Date().toISOString();
    const stored = events.map((event) => storedForm(event, created));
    for (;;) {
      const at =
        expected === 'any' || expected === 'stream_exists' ? await this.lastRevision(stream) : expected;
      if (expected === 'stream_exists' && at === 'no_stream') return { written: false, actual: at };
      try {
        const { revision, position } = await this.#store.append(stream, at, stored);
        return { written: true, revision, position: Number(position) };
      } catch (error) {
        if (error instanceof TypeError || error instanceof RangeError) throw invalid(error.message);
        if (error instanceof StoreUnavailable) throw new Refused(status.UNAVAILABLE, 'Server Is Not Ready');
        if (!(error instanceof WrongExpectedRevision)) throw error;
        if (at === expected) return { written: false, actual: error.actual };
      }
    }
  }

  async lastRevision(stream: string): Promise<ExpectedRevision> {
    for await (const event of this.readStream(stream, { backwards: true, limit: 1 })) return event.revision;
    return 'no_stream';
  }

  /** Reads a stream from a revision, that one included; left out, from its beginning or its end. */
  async *readStream(
    stream: string,
    { from, backwards, limit }: { from?: number; backwards: boolean; limit: number },
  ): AsyncGenerator<RecordedEvent> {
    const direction = backwards ? 'backwards' : 'forwards';
    for await (const event of this.#store.readStream(stream, {
      direction,
      limit,
      ...(from === undefined ? {} : { from }),
    })) {
      yield recordedEvent(event);
    }
  }

  /** Takes the event at a position out of the log, as scavenging does with those that nobody may read any more. */
  scavenge(position: number): void {
    this.#scavenged.add(position);
  }

  /** Reads the log from a position, that one included. */
  async *readForwards(from: number, limit: number): AsyncGenerator<RecordedEvent> {
    if (limit <= 0) return;
    let left = limit;
    for await (const event of this.#store.readAll({ after: String(Math.max(0, from - 1)) })) {
      if (this.#isGone(event)) continue;
      yield recordedEvent(event);
      left -= 1;
      if (left === 0) return;
    }
  }

  /** Reads the log backwards from a position, that one left out. */
  async *readBackwards(before: number, limit: number): AsyncGenerator<RecordedEvent> {
    let left = limit;
    for (let last = Math.min(before - 1, await this.head()); last > 0 && left > 0; last -= PAGE_EVENTS) {
      const count = Math.min(PAGE_EVENTS, last, left);
      const page: StoredEvent[] = [];
      for await (const event of this.#store.readAll({ after: String(last - count), limit: count })) {
        page.push(event);
      }
      const there = page.reverse().filter((event) => !this.#isGone(event));
      yield* there.map(recordedEvent);
      left -= there.length;
    }
  }

  /** Follows the log after a position; each batch says whether it reached the end. */
  async *follow(
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ events: RecordedEvent[]; caughtUp: boolean }> {
    for await (const { events, caughtUp } of this.#store.subscribeToAll({
      after: String(after),
      signal,
      batchSize: PAGE_EVENTS,
    })) {
      const there = events.filter((event) => !this.#isGone(event));
      yield { events: there.map(recordedEvent), caughtUp };
    }
  }

  #isGone({ position }: StoredEvent): boolean {
    return this.#scavenged.has(Number(position));
  }

  /** Position of the last event, every append under way included; 0 while there is none. */
  async head(): Promise<number> {
    return Number((await this.#store.head()) ?? 0);
  }
}

function storedForm({ id, type, isJson, data, metadata }: ProposedEvent, created: string): NewEvent {
  const form: StoredForm = { isJson, data: base64(data), metadata: base64(metadata) };
  return { id, type, data: form, metadata: { recordedAt: created } };
}

function recordedEvent({ stream, revision, position, id, type, data, metadata }: StoredEvent): RecordedEvent {
  const form = data as StoredForm;
  return {
    stream,
    revision,
    position: Number(position),
    id,
    type,
    isJson: form.isJson,
    data: Buffer.from(form.data, 'base64'),
    metadata: Buffer.from(form.metadata, 'base64'),
    created: new Date(metadata.recordedAt!),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
