import type {
  AppendResult,
  EventStore,
  ExpectedRevision,
  NewEvent,
  Position,
  ReadAllOptions,
  ReadStreamOptions,
  StoredEvent,
  SubscribeOptions,
  SubscriptionBatch,
} from '../../../src/event-store/event-store.js';

/**
 * A log of a run's own inside one that others write to as well: after the word that says what a stream is of, its name
 * goes on with the name of the run. Whoever uses it sees neither that name nor the streams of others.
 */
export class RenamedStreams implements EventStore {
  constructor(
    private readonly store: EventStore,
    private readonly run: string,
  ) {}

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    return this.store.append(this.#inStore(stream), expected, events);
  }

  async *readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent> {
    for await (const event of this.store.readStream(this.#inStore(stream), options)) {
      yield { ...event, stream };
    }
  }

  async *readAll({ after, limit = Infinity }: ReadAllOptions = {}): AsyncIterable<StoredEvent> {
    let left = limit;
    for await (const event of this.store.readAll(after === undefined ? {} : { after })) {
      const own = this.#own(event);
      if (own && left-- > 0) yield own;
      if (left <= 0) return;
    }
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    for await (const batch of this.store.subscribeToAll(options)) {
      yield { ...batch, events: batch.events.flatMap((event) => this.#own(event) ?? []) };
    }
  }

  /** Of the last event of this run. */
  async head(): Promise<Position | undefined> {
    let last: Position | undefined;
    for await (const { position } of this.readAll()) last = position;
    return last;
  }

  /** Closes the log itself. */
  close(): Promise<void> {
    return this.store.close();
  }

  #inStore(stream: string): string {
    const end = stream.indexOf('-') + 1;
    return `${stream.slice(0, end)}${this.run}.${stream.slice(end)}`;
  }

  #own(event: StoredEvent): StoredEvent | undefined {
    const end = event.stream.indexOf('-') + 1;
    const mark = `${this.run}.`;
    if (!event.stream.startsWith(mark, end)) return undefined;
    return { ...event, stream: event.stream.slice(0, end) + event.stream.slice(end + mark.length) };
  }
}
