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
import { Head } from './head.js';
import { Patience } from './patience.js';
import { readStreamOnce } from './read.js';

const BATCH_EVENTS = 1_000;
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
    if (error instanceof StoreUnavailable) error.message += ` (${string.server})`;
    throw error;
  }
}

/** The event log in EventStoreDB: the streams of the ledger, whatever else the server holds. */
export class EventStoreDbEventStore implements EventStore {
  readonly #connection: Connection;
  readonly #appendWithinMs: number;
  readonly #appending = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #head: Head;

  constructor(connection: Connection, appendWithinMs: number) {
    this.#connection = connection;
    this.#head = new Head(connection);
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
      this.#head.sees(result.position);
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
    let waitingSince = performance.now();
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
          waitingSince = performance.now();
        }
        this.#requireOpen(); // What closing has cut off is not the end.
        return;
      } catch (error) {
        await patience.after(error, { waitingSince });
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
    const waitingSince = performance.now();
    for (;;) {
      this.#requireOpen();
      try {
        return await this.#head.find();
      } catch (error) {
        await patience.after(error, { waitingSince });
      }
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#appending);
    this.#closing.abort();
    this.#connection.close();
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
        let wasCaughtUp = false;
        for await (const followed of follow(this.#connection, { ...options, after, signal })) {
          const isStill = wasCaughtUp && followed.checkpoint === after;
          if (isStill) await this.#requireAtEnd(after);
          patience.renew();
          wasCaughtUp = followed.caughtUp;
          after = followed.checkpoint;
          this.#head.sees(followed.events.at(-1)?.position);
          yield followed;
        }
      } catch (error) {
        await patience.after(error, { signal });
      }
    }
    if (!options.signal.aborted) this.#requireOpen();
  }

  /** @throws StoreUnavailable where a subscription has fallen silent: the log is longer than what it has sent */
  async #requireAtEnd(reached: Position | undefined): Promise<void> {
    const head = await this.#head.find();
    if (head !== undefined && !hasReached(reached, head)) {
      throw new StoreUnavailable('a subscription of EventStoreDB has fallen silent');
    }
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreUnavailable('the event log is closed');
  }
}
