import {
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  type Position,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StoredEvent,
  type SubscribeOptions,
  type SubscriptionBatch,
  WrongExpectedRevision,
  hasReached,
} from './event-store.js';

const BATCH_SIZE = 500;

/** An event of here: as text it takes the least memory, and nobody can change it. */
interface Held {
  stream: string;
  revision: number;
  position: Position;
  id: string;
  /** JSON of what else belongs to it. */
  text: string;
}

/** What was appended here to a stream, and after which revision of the log below; -1 for none. */
interface Branch {
  after: number;
  events: Held[];
}

/**
 * A log as it stood at one moment, with what is appended since in memory alone: whatever runs on it leaves the log below
 * as it is. For runs that only show what they would do.
 *
 * It keeps the contract of the event store. What others append to the log below meanwhile is not seen; events of here
 * stand at positions after that moment, which mean nothing to the log below. No append is too large. Closing it forgets
 * them and closes nothing below.
 */
export class OverlayEventStore implements EventStore {
  readonly #base: EventStore;
  readonly #baseHead: Position | undefined;
  readonly #branches = new Map<string, Branch>();
  /** In the order of their positions, which follow on the base's head without gaps. */
  readonly #log: Held[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  /** Resolved by the next append. */
  #news = Promise.withResolvers<undefined>();

  private constructor(base: EventStore, baseHead: Position | undefined) {
    this.#base = base;
    this.#baseHead = baseHead;
  }

  /**
   * On top of a log as it is now.
   *
   * @throws StoreUnavailable
   */
  static async over(base: EventStore): Promise<OverlayEventStore> {
    return new OverlayEventStore(base, await base.head());
  }

  append(stream: string, expected: ExpectedRevision, events: readonly NewEvent[]): Promise<AppendResult> {
    const appending = this.#append(stream, expected, events);
    const settled = appending.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.add(settled);
    void settled.then(() => this.#underWay.delete(settled));
    return appending;
  }

  async *readStream(
    stream: string,
    { from, direction = 'forwards', limit = Infinity }: ReadStreamOptions = {},
  ): AsyncGenerator<StoredEvent> {
    let left = limit;
    const events = direction === 'forwards' ? this.#forwards(stream, from) : this.#backwards(stream, from);
    if (left <= 0) return;
    for await (const event of events) {
      yield event;
      left -= 1;
      if (left <= 0) return;
    }
  }

  async *readAll({ after, limit = Infinity }: ReadAllOptions = {}): AsyncGenerator<StoredEvent> {
    // What is appended while it is read is not seen.
    const end = this.#log.length;
    let left = limit;
    if (left <= 0) return;
    if (this.#baseHead !== undefined && !hasReached(after, this.#baseHead)) {
      for await (const event of this.#base.readAll(after === undefined ? {} : { after })) {
        if (!this.#isBelow(event)) break;
        yield event;
        left -= 1;
        if (left <= 0) return;
      }
    }
    for (let at = this.#placeAfter(after); at < end && left > 0; at += 1) {
      yield storedOf(this.#log[at]!);
      left -= 1;
    }
  }

  async *subscribeToAll({
    after,
    signal,
    batchSize = BATCH_SIZE,
  }: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    const ended = Promise.withResolvers<undefined>();
    const isOver = (): boolean => signal.aborted;
    const end = (): void => ended.resolve(undefined);
    signal.addEventListener('abort', end);
    let checkpoint = after;
    let events: StoredEvent[] = [];
    try {
      while (!isOver()) {
        const news = this.#news.promise;
        const head = this.#headNow();
        for await (const event of this.readAll(checkpoint === undefined ? {} : { after: checkpoint })) {
          if (isOver()) return;
          events.push(event);
          checkpoint = event.position;
          const caughtUp = head !== undefined && hasReached(checkpoint, head);
          if (!caughtUp && events.length < batchSize) continue;
          yield { events, checkpoint, caughtUp };
          events = [];
        }
        await Promise.race([news, ended.promise]);
      }
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async head(): Promise<Position | undefined> {
    await Promise.all(this.#underWay);
    return this.#headNow();
  }

  close(): Promise<void> {
    this.#branches.clear();
    this.#log.length = 0;
    return Promise.resolve();
  }

  async #append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    const below = this.#branches.has(stream) ? -1 : await this.#lastBelow(stream);
    // Another append may have been first meanwhile; from here to where it is added, nothing is waited for.
    const branch = this.#branches.get(stream) ?? { after: below, events: [] };
    const actual = branch.after + branch.events.length;
    const seen = expected === 'no_stream' ? -1 : expected;
    if (seen === actual) return this.#add(stream, branch, events);
    const repeated = await this.#repeated(stream, seen, events);
    if (repeated) return repeated;
    throw new WrongExpectedRevision(stream, expected, actual < 0 ? 'no_stream' : actual);
  }

  #add(stream: string, branch: Branch, events: readonly NewEvent[]): AppendResult {
    for (const { id, type, data, metadata } of events) {
      const held: Held = {
        stream,
        revision: branch.after + branch.events.length + 1,
        position: String(this.#first + BigInt(this.#log.length)),
        id,
        text: JSON.stringify({ type, data, metadata }),
      };
      branch.events.push(held);
      this.#log.push(held);
    }
    this.#branches.set(stream, branch);
    this.#news.resolve(undefined);
    this.#news = Promise.withResolvers<undefined>();
    const { revision, position } = branch.events.at(-1)!;
    return { revision, position };
  }

  /** What the append came to when it is the repetition of one. */
  async #repeated(
    stream: string,
    seen: number,
    events: readonly NewEvent[],
  ): Promise<AppendResult | undefined> {
    let last: StoredEvent | undefined;
    let at = 0;
    for await (const event of this.readStream(stream, { from: seen + 1, limit: events.length })) {
      if (event.id !== events[at]!.id) return undefined;
      last = event;
      at += 1;
    }
    return last && at === events.length ? { revision: last.revision, position: last.position } : undefined;
  }

  async *#forwards(stream: string, from = 0): AsyncGenerator<StoredEvent> {
    const { after, events } = this.#branchOf(stream);
    if (from <= after) {
      for await (const event of this.#base.readStream(stream, { from })) {
        if (event.revision > after || !this.#isBelow(event)) break;
        yield event;
      }
    }
    for (const held of events.slice(Math.max(0, from - after - 1))) yield storedOf(held);
  }

  async *#backwards(stream: string, from = Infinity): AsyncGenerator<StoredEvent> {
    const { after, events } = this.#branchOf(stream);
    for (const held of events.slice(0, Math.max(0, from - after)).reverse()) yield storedOf(held);
    const start = Math.min(from, after);
    if (start < 0) return;
    const options = { direction: 'backwards', ...(start === Infinity ? {} : { from: start }) } as const;
    for await (const event of this.#base.readStream(stream, options)) {
      if (this.#isBelow(event)) yield event;
    }
  }

  /** Where a stream branches off, and its events of here as they are now. */
  #branchOf(stream: string): Branch {
    const branch = this.#branches.get(stream);
    return branch ? { after: branch.after, events: branch.events.slice() } : { after: Infinity, events: [] };
  }

  /** Revision of the last event that a stream has below; -1 for none. */
  async #lastBelow(stream: string): Promise<number> {
    for await (const event of this.#base.readStream(stream, { direction: 'backwards' })) {
      if (this.#isBelow(event)) return event.revision;
    }
    return -1;
  }

  #isBelow({ position }: StoredEvent): boolean {
    return hasReached(this.#baseHead, position);
  }

  /** Position of the first event of here. */
  get #first(): bigint {
    return this.#baseHead === undefined ? 1n : BigInt(this.#baseHead) + 1n;
  }

  /** Place in the log of here of the first event after a position. */
  #placeAfter(position: Position | undefined): number {
    if (position === undefined) return 0;
    return Math.max(0, Number(BigInt(position) - this.#first) + 1);
  }

  #headNow(): Position | undefined {
    return this.#log.at(-1)?.position ?? this.#baseHead;
  }
}

function storedOf({ stream, revision, position, id, text }: Held): StoredEvent {
  const { type, data, metadata } = JSON.parse(text) as Omit<NewEvent, 'id'>;
  return { stream, revision, position, id, type, data, metadata };
}
