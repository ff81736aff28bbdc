import { SpanKind } from '@opentelemetry/api';
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
} from '../event-store/event-store.js';
import { failed, inSpan, tracer } from '../spans.js';

/**
 * An event store whose appends and reads of streams are spans. They say how many events there were, never of which
 * stream: its name holds the account id. Whoever reads or follows the whole log makes spans of its own.
 */
export class TracedEventStore implements EventStore {
  constructor(private readonly store: EventStore) {}

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const attributes = { 'db.operation.name': 'append', 'arledger.events': events.length };
    return inSpan('append', { kind: SpanKind.CLIENT, attributes }, () =>
      this.store.append(stream, expected, events),
    );
  }

  async *readStream(stream: string, options?: ReadStreamOptions): AsyncGenerator<StoredEvent> {
    const span = tracer.startSpan('load', {
      kind: SpanKind.CLIENT,
      attributes: { 'db.operation.name': 'read' },
    });
    let events = 0;
    try {
      for await (const event of this.store.readStream(stream, options)) {
        events += 1;
        yield event;
      }
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.setAttribute('arledger.events', events).end();
    }
  }

  readAll(options?: ReadAllOptions): AsyncIterable<StoredEvent> {
    return this.store.readAll(options);
  }

  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    return this.store.subscribeToAll(options);
  }

  head(): Promise<Position | undefined> {
    return this.store.head();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
