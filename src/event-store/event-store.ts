/** Injection token of the one event store. */
export const EVENT_STORE = Symbol('EventStore');

/**
 * A place in the whole log: a decimal integer as text, rising with every event. Opaque to callers, it belongs to one
 * store and is never kept in events.
 */
export type Position = string;

/** What an append expects of its stream: the revision of its last event, or that it does not exist yet. */
export type ExpectedRevision = number | 'no_stream';

/** What is known about an event beside its data. */
export interface EventMetadata {
  /** Instant in ISO 8601 UTC; never decreases along a stream; survives a copy to another store. */
  recordedAt: string;
  actor?: string;
  $correlationId?: string;
  $causationId?: string;
  [more: string]: unknown;
}

/** An event to append; `data` and `metadata` are JSON. */
export interface NewEvent {
  /** UUID, derived from what the event is of, so that an append that is repeated is found out. */
  id: string;
  type: string;
  data: unknown;
  /** `data` as JSON, where whoever appends has made that already; left out, the store makes it. */
  text?: string;
  metadata: EventMetadata;
}

/** An event as it stands in the log. */
export interface StoredEvent {
  stream: string;
  /** Place in its stream, from 0, without gaps. */
  revision: number;
  position: Position;
  id: string;
  type: string;
  /** Parsed JSON; undefined where the stored bytes are no JSON (somebody else's writing). */
  data: unknown;
  metadata: Partial<EventMetadata>;
}

export interface AppendResult {
  /** Revision of the last event appended. */
  revision: number;
  /** Position of the last event appended. */
  position: Position;
}

export interface ReadStreamOptions {
  /** First revision to read; left out, the first (forwards) or the last (backwards). */
  from?: number;
  direction?: 'forwards' | 'backwards';
  /** At most so many events. */
  limit?: number;
}

export interface ReadAllOptions {
  /** Only events after this position; left out, from the beginning. */
  after?: Position;
  limit?: number;
}

export interface SubscribeOptions {
  after?: Position;
  /** Ends the subscription; the iteration then returns. */
  signal: AbortSignal;
  /** At most so many events in a batch. */
  batchSize?: number;
}

/** Events in order, and the position up to which nothing is missing: what a subscriber stores as its checkpoint. */
export interface SubscriptionBatch {
  events: StoredEvent[];
  checkpoint: Position;
  /** Whether the batch reached the end of the log as it was when read. */
  caughtUp: boolean;
}

/**
 * The log of events: append-only streams in one global order. Every adapter passes `test/event-store/contract.ts`.
 *
 * Any method throws {@link StoreUnavailable} when the store is away, full or too slow: the caller may try again.
 */
export interface EventStore {
  /**
   * Appends events to one stream, all or none, durable when the promise resolves. Appending the same event ids at the
   * same expected revision again answers as the first time and appends nothing.
   *
   * @throws WrongExpectedRevision when the stream has moved on
   * @throws AppendTooLarge when the events together are more than the store takes at once; nothing was appended
   */
  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult>;
  /** Reads a stream in either direction; a stream that does not exist is empty. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<StoredEvent>;
  /** Reads every stream in the order of the log. */
  readAll(options?: ReadAllOptions): AsyncIterable<StoredEvent>;
  /** Follows the log from a position: what is there in batches, then each batch as it is appended. */
  subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch>;
  /**
   * Position of the last event, undefined while the log is empty. Includes every append that was under way in this
   * process when it was called.
   */
  head(): Promise<Position | undefined>;
  close(): Promise<void>;
}

/** Whether a position is reached by another: `reached('12', '9')` is true. */
export function hasReached(current: Position | undefined, wanted: Position): boolean {
  return current !== undefined && BigInt(current) >= BigInt(wanted);
}

/** The stream has another revision than the append expected. */
export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    readonly actual: ExpectedRevision,
  ) {
    super(`stream ${stream} is at ${actual}, not at ${expected}`);
    this.name = 'WrongExpectedRevision';
  }
}

/** The store is away, full, or did not answer in time; nothing that was acknowledged is lost. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** The events of an append are together more than the store takes at once; trying again changes nothing. */
export class AppendTooLarge extends Error {
  constructor(
    /** What the store takes at once, where it says so. */
    readonly bytesMax?: number,
    options?: ErrorOptions,
  ) {
    super(
      `an append is larger than the event store takes at once${bytesMax === undefined ? '' : ` (${bytesMax} bytes)`}`,
      options,
    );
    this.name = 'AppendTooLarge';
  }
}

/** The log itself is damaged or is not a log of ours; says what, and where it lies. */
export class EventLogDamaged extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EventLogDamaged';
  }
}

/** Somebody has deleted a whole stream for good: its events cannot be read any more. */
export class StreamDeleted extends EventLogDamaged {
  constructor(options?: ErrorOptions) {
    super('a stream was deleted in the event store', options);
  }
}
