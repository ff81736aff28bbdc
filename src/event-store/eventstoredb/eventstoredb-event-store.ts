import {
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  StoreUnavailable,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
  hasReached,
} from '../event-store.js';
import { append } from './append.js';
import { Connection } from './connection.js';
import { readConnectionString } from './connection-string.js';
import { type Followed, follow } from './follow.js';
import { isOurs } from './our-streams.js';
import { Patience } from './patience.js';
import { readLogOnce, readStreamOnce } from './read.js';

const BATCH_EVENTS = 1_000;
/** Events that are looked through for the last of ours, and so many times as many when it was not among them. */
const LOOK_BACK = 1;
const LOOK_BACK_FURTHER = 32;
const LOOK_BACK_MAX = 4_096;
const APPEND_WITHIN_MS = 1_000;

export interface EventStoreDbOptions {
  /** `esdb://user:password@host:2113?tls=…`, or several hosts of a cluster. */
  url: string;
  /** An append is not sent any more so long after it was asked for. */
  appendWithinMs?: number;
}

/**
 * Opens the event log in an EventStoreDB (23.10 or later), and asks it one thing, so that a wrong address or user shows
 * at once.
 *
 * @throws ConnectionStringUnusable, StoreUnavailable, StoreAccessDenied
 */
export async function openEventStoreDb({
  url,
  appendWithinMs = APPEND_WITHIN_MS,
}: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
  const string = readConnectionString(url);
  const store = new EventStoreDbEventStore(new Connection(string), appendWithinMs);
  try {
    await store.head();
    return store;
  } catch (error) {
    await store.close();
    if (error instanceof StoreUnavailable) error.message += ` (${string.hosts})`;
    throw error;
  }
}

/** The event log in EventStoreDB: the streams of the ledger, whatever else the server holds. */
export class EventStoreDbEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #appendWithinMs: number;
  readonly #appending = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  /** The last event of ours that was seen: the head is not before it. */
  #seen: Position | undefined;

  constructor(connection: Connection, appendWithinMs: number) {
    this.#connection = connection;
    this.#appendWithinMs = appendWithinMs;
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    if (events.length === 0) throw new RangeError('an append of no events');
    this.#requireOpen();
    const appending = append(this.#connection, { stream, expected, events }, this.#appendWithinMs);
    this.#appending.add(appending);
    try {
      const result = await appending;
      this.#see(result.position);
      return result;
    } finally {
      this.#appending.delete(appending);
    }
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<StoredEvent> {
    const { from, direction = 'forwards', limit = Infinity } = options;
    const step = direction === 'forwards' ? 1 : -1;
    const patience = new Patience();
    let last: number | undefined;
    for (let left = limit; left > 0;) {
      const start = last === undefined ? from : last + step;
      if (start !== undefined && start < 0) return;
      this.#requireOpen();
      try {
        const count = left === Infinity ? {} : { limit: left };
        const range = { direction, ...(start === undefined ? {} : { from: start }), ...count };
        for await (const event of readStreamOnce(this.#connection, stream, range)) {
          patience.renew();
          last = event.revision;
          left -= 1;
          yield event;
        }
        return;
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  async *readAll({ after, limit = Infinity }: ReadAllOptions = {}): AsyncGenerator<StoredEvent> {
    if (limit <= 0) return;
    let left = limit;
    const signal = new AbortController().signal;
    for await (const { events, caughtUp } of this.#follow({ after, signal, batchSize: BATCH_EVENTS })) {
      for (const event of events) {
        yield event;
        left -= 1;
        if (left <= 0) return;
      }
      if (caughtUp) return;
    }
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    const { after, signal, batchSize = BATCH_EVENTS } = options;
    let told = { checkpoint: after, caughtUp: false };
    for await (const { events, checkpoint, caughtUp } of this.#follow({ after, signal, batchSize })) {
      const isNews = checkpoint !== told.checkpoint || caughtUp !== told.caughtUp;
      if (checkpoint === undefined || !isNews) continue;
      told = { checkpoint, caughtUp };
      yield { events, checkpoint, caughtUp };
    }
  }

  async head(): Promise<Position | undefined> {
    await Promise.allSettled(this.#appending);
    const patience = new Patience();
    for (;;) {
      this.#requireOpen();
      try {
        this.#see(await this.#lastOfOurs());
        return this.#seen;
      } catch (error) {
        await patience.after(error);
      }
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#appending);
    this.#closing.abort();
    await this.#connection.close();
  }

  /** Subscribes, and again after every drop, from where it was. */
  async *#follow(options: {
    after: Position | undefined;
    batchSize: number;
    signal: AbortSignal;
  }): AsyncGenerator<Followed> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    const patience = new Patience();
    let { after } = options;
    while (!signal.aborted) {
      try {
        for await (const followed of follow(this.#connection, { ...options, after, signal })) {
          patience.renew();
          const isStill = followed.checkpoint === after;
          after = followed.checkpoint;
          this.#see(followed.events.at(-1)?.position);
          if (isStill && followed.caughtUp && (await this.#hasMore(after))) break;
          yield followed;
        }
      } catch (error) {
        await patience.after(error, signal);
      }
    }
    if (!options.signal.aborted) this.#requireOpen();
  }

  /** A subscription may fall silent though its connection stands: then the log is longer than what it has sent. */
  async #hasMore(reached: Position | undefined): Promise<boolean> {
    const head = await this.#lastOfOurs();
    return head !== undefined && !hasReached(reached, head);
  }

  async #lastOfOurs(): Promise<Position | undefined> {
    let from: Position | undefined;
    for (let limit = LOOK_BACK; ; limit = Math.min(limit * LOOK_BACK_FURTHER, LOOK_BACK_MAX)) {
      let read = 0;
      for await (const event of readLogOnce(this.#connection, { from, direction: 'backwards', limit })) {
        if (isOurs(event)) return event.position;
        if (hasReached(this.#seen, event.position)) return this.#seen;
        from = event.position;
        read += 1;
      }
      if (read < limit) return undefined;
    }
  }

  #see(position: Position | undefined): void {
    if (position !== undefined && !hasReached(this.#seen, position)) this.#seen = position;
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the event log is closed');
  }
}
