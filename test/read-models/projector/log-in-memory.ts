import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import {
  type AppendResult,
  type EventStore,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
  hasReached,
} from '../../../src/event-store/event-store.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';

/** A log that can be given any event, also such as no command would lead to, and that can be made to fail. */
export class LogInMemory implements EventStore {
  readonly events: StoredEvent[] = [];
  /** Thrown by the next read, once. */
  failNextRead: Error | undefined;
  readonly #appended = new EventTarget();

  constructor(history: readonly RecordedEvent[] = []) {
    this.record(history);
  }

  /** Appends events as they were recorded; positions have gaps, as in other stores. */
  record(history: readonly RecordedEvent[]): void {
    for (const { accountId, event, revision, recordedAt, actor } of history) {
      const { type, data } = encode(event);
      this.put({
        stream: accountStream(accountId),
        revision,
        type,
        data,
        metadata: { recordedAt, ...(actor ? { actor } : {}) },
      });
    }
  }

  /** Appends anything. */
  put(event: Partial<StoredEvent>): StoredEvent {
    const { stream = 'account-A', type = 'NoteRecorded', data = {} } = event;
    const stored: StoredEvent = {
      stream,
      revision: event.revision ?? this.events.filter((earlier) => earlier.stream === stream).length,
      // As in life, an id follows from what the event is of.
      id: createHash('sha256')
        .update(JSON.stringify([stream, type, data]))
        .digest('hex')
        .slice(0, 32),
      type,
      data: {},
      metadata: {},
      ...event,
      position: String((this.events.length + 1) * 3),
    };
    this.events.push(stored);
    this.#appended.dispatchEvent(new Event('appended'));
    return stored;
  }

  async *readStream(stream: string, { from = 0, limit = Infinity }: ReadStreamOptions = {}) {
    const events = this.events.filter((event) => event.stream === stream && event.revision >= from);
    yield* events.slice(0, limit);
  }

  async *readAll({ after }: ReadAllOptions = {}): AsyncIterable<StoredEvent> {
    for (const event of this.#after(after)) yield event;
  }

  async *subscribeToAll({
    after,
    signal,
    batchSize = 500,
  }: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    let position = after;
    while (!signal.aborted) {
      const error = this.failNextRead;
      this.failNextRead = undefined;
      if (error) throw error;
      const events = this.#after(position).slice(0, batchSize);
      const last = events.at(-1);
      if (!last) {
        await once(this.#appended, 'appended', { signal }).catch(() => undefined);
        continue;
      }
      position = last.position;
      yield { events, checkpoint: position, caughtUp: last === this.events.at(-1) };
    }
  }

  #after(position: Position | undefined): StoredEvent[] {
    if (position === undefined) return this.events;
    const from = this.events.findIndex((event) => !hasReached(position, event.position));
    return from < 0 ? [] : this.events.slice(from);
  }

  async head(): Promise<Position | undefined> {
    return this.events.at(-1)?.position;
  }

  async append(): Promise<AppendResult> {
    throw new Error('not used here');
  }

  async close(): Promise<void> {}
}
