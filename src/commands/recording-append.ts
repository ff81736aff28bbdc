import type { Clock } from '../clock.js';
import { encode } from '../event-store/codec.js';
import {
  EventLogDamaged,
  type EventMetadata,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  StoreUnavailable,
} from '../event-store/event-store.js';
import { instantOf } from '../ledger/calendar.js';
import type { AccountEvent } from '../ledger/events.js';
import type { RemittanceEvent } from '../ledger/remittance-events.js';
import type { ClockGuard } from './clock-guard.js';
import type { Sender } from './sender.js';

/** What is told about appends, for metrics. */
export interface AppendObserver {
  appended(seconds: number): void;
  /** The store was away, full or too slow. */
  appendRefused(): void;
}

export interface RecordingAppendOptions {
  store: EventStore;
  clock: Clock;
  /** Left out, the clock is believed. */
  clockGuard?: ClockGuard | undefined;
  observer?: AppendObserver | undefined;
}

/** What is known of a stream that is appended to. */
export interface StreamSoFar {
  stream: string;
  /** Revision of its last event. */
  expected: ExpectedRevision;
  /** When the last of them was recorded, in ms since 1970; 0 for a stream without events. */
  lastRecordedAt: number;
}

/** An event with its id. */
export interface NamedEvent {
  id: string;
  event: AccountEvent | RemittanceEvent;
  /** Its data as JSON, where it was made for the id. */
  text?: string;
}

/** Appends to any stream of the ledger: says when and by whom its events are recorded. */
export class RecordingAppend {
  constructor(private readonly options: RecordingAppendOptions) {}

  /**
   * Appends events to a stream, all or none, after those that it is known to have.
   *
   * @param events at least one, each with its id
   * @returns where the last of them stands, and when all were recorded, in ms since 1970
   * @throws WrongExpectedRevision when the stream has moved on
   * @throws AppendTooLarge when the store takes no append of that size
   * @throws ClockOutOfStep when nothing may be recorded by this process's clock
   * @throws EventLogDamaged when the append shows that events of the stream are missing
   * @throws StoreUnavailable when the store is away; the events may or may not have been kept, repeating is safe
   */
  async append(
    { stream, expected, lastRecordedAt }: StreamSoFar,
    events: readonly NamedEvent[],
    { actor, correlationId }: Sender,
  ): Promise<{ revision: number; position: Position; recordedAt: number }> {
    const { store, clock, clockGuard, observer } = this.options;
    const now = (await clockGuard?.recordingInstant(lastRecordedAt)) ?? clock.now();
    const recordedAt = Math.max(now.getTime(), lastRecordedAt);
    const metadata: EventMetadata = {
      recordedAt: instantOf(recordedAt),
      ...(actor === undefined ? {} : { actor }),
      ...(correlationId === undefined ? {} : { $correlationId: correlationId }),
    };
    const news = events.map(({ id, event, text }): NewEvent => {
      const { type, data } = encode(event);
      const isOfData = text !== undefined && data === event.data;
      return isOfData ? { id, type, data, text, metadata } : { id, type, data, metadata };
    });
    const started = performance.now();
    try {
      const { revision, position } = await store.append(stream, expected, news);
      observer?.appended((performance.now() - started) / 1000);
      const due = (expected === 'no_stream' ? -1 : expected) + events.length;
      // A stream that was deleted takes a first event again, at the revision after those that are gone.
      if (revision !== due) throw appendedBeyond(due, revision, position);
      return { revision, position, recordedAt };
    } catch (error) {
      if (error instanceof StoreUnavailable) observer?.appendRefused();
      throw error;
    }
  }
}

/** What is said when an append went well, and shows by its place that events before it are gone. */
function appendedBeyond(due: number, revision: number, position: Position): EventLogDamaged {
  return new EventLogDamaged(
    `events are missing in a stream: revision ${due} was to be appended, it became revision ${revision}, at position ${position}, and stays there`,
  );
}
