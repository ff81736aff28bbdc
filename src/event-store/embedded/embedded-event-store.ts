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
} from '../event-store.js';
import { appendRequest } from './append-request.js';
import { CommitSignal } from './commit-signal.js';
import { eventText, requireStreamName, storedEvent } from './event-text.js';
import type { EventFields, Head, Page, ReaderRequest, WriterRequest, WriterStatus } from './messages.js';
import { ThreadClient } from './thread-client.js';

/** Events that are fetched at once. */
const PAGE_EVENTS = 1_000;
/** How often a log that another process writes is looked at. */
const POLL_MS = 200;

export interface EmbeddedStoreOptions {
  /** The data folder; its lock is the caller's to hold, see `acquireFolderLock`. */
  folder: string;
  /** Reads beside whoever writes; appends are refused. */
  readOnly?: boolean;
  /** The file may grow to so many pages of 4096 bytes; left out, to what the disk holds. */
  maxPages?: number;
}

/**
 * Opens the event log in a data folder, and creates it there when it is to be written.
 *
 * @throws EventLogDamaged when the file is damaged or not an event log
 * @throws EventLogMissing when there is none to read
 * @throws StoreUnavailable when it cannot be opened
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<EmbeddedEventStore> {
  const { folder, readOnly = false, maxPages } = options;
  const start = { folder, readOnly, ...(maxPages === undefined ? {} : { maxPages }) };
  const commits = new CommitSignal();
  const writer = readOnly
    ? undefined
    : await ThreadClient.start<WriterRequest>({ ...start, role: 'writer' }, () => commits.notify());
  try {
    const reader = await ThreadClient.start<ReaderRequest>({ ...start, role: 'reader' });
    return new EmbeddedEventStore(writer, reader, commits);
  } catch (error) {
    await writer?.stop({ kind: 'close' });
    throw error;
  }
}

/** The event log as one SQLite file, written by one thread and read by another. */
export class EmbeddedEventStore implements EventStore {
  readonly #writer: ThreadClient<WriterRequest> | undefined;
  readonly #reader: ThreadClient<ReaderRequest>;
  readonly #commits: CommitSignal;
  #closed: Promise<void> | undefined;

  constructor(
    writer: ThreadClient<WriterRequest> | undefined,
    reader: ThreadClient<ReaderRequest>,
    commits: CommitSignal,
  ) {
    this.#writer = writer;
    this.#reader = reader;
    this.#commits = commits;
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    requireStreamName(stream);
    const request = appendRequest(stream, expected, events.map(eventText));
    if (events.length === 0) throw new RangeError('an append of no events');
    return (await this.#requireWriter().call(request)) as AppendResult;
  }

  async *readStream(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<StoredEvent> {
    const backwards = options.direction === 'backwards';
    const step = backwards ? -1 : 1;
    yield* this.#read(options.limit, (limit, last) => {
      const from = last === undefined ? options.from : last[REVISION] + step;
      return { kind: 'stream', stream, backwards, limit, ...(from === undefined ? {} : { from }) };
    });
  }

  async *readAll(options: ReadAllOptions = {}): AsyncGenerator<StoredEvent> {
    const start = numberOf(options.after);
    yield* this.#read(options.limit, (limit, last) => ({
      kind: 'all',
      after: last?.[POSITION] ?? start,
      limit,
    }));
  }

  async *subscribeToAll(options: SubscribeOptions): AsyncGenerator<SubscriptionBatch> {
    const { signal, batchSize: limit = PAGE_EVENTS } = options;
    const pollMs = this.#writer === undefined ? POLL_MS : undefined;
    let after = numberOf(options.after);
    while (!signal.aborted) {
      const grown = this.#commits.count;
      const { events, end } = await this.#page({ kind: 'all', after, limit });
      const last = events.at(-1);
      if (last === undefined) {
        await this.#commits.beyond(grown, signal, pollMs);
        continue;
      }
      if (isAborted(signal)) return;
      after = last[POSITION];
      yield { events: events.map(storedEvent), checkpoint: String(after), caughtUp: end };
    }
  }

  async head(): Promise<Position | undefined> {
    const head = (await (this.#writer ?? this.#reader).call({ kind: 'head' })) as Head;
    return head === 0 ? undefined : String(head);
  }

  /** The last event of the log. */
  async last(): Promise<StoredEvent | undefined> {
    const after = numberOf(await this.head()) - 1;
    if (after < 0) return undefined;
    const { events } = await this.#page({ kind: 'all', after, limit: 1 });
    return events[0] && storedEvent(events[0]);
  }

  /** How the file is written, and how many waits for the disk the appends took up to now. */
  async status(): Promise<WriterStatus> {
    return (await this.#requireWriter().call({ kind: 'status' })) as WriterStatus;
  }

  /** Ends after what is under way; what is asked later is refused with StoreUnavailable. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  // The writer last: the last connection to close puts the whole log into its one file.
  async #close(): Promise<void> {
    try {
      await this.#reader.stop({ kind: 'close' });
    } finally {
      await this.#writer?.stop({ kind: 'close' });
      this.#commits.notify();
    }
  }

  // One page is fetched while the one before it is used, never more.
  async *#read(
    limit = Infinity,
    request: (limit: number, last?: EventFields) => ReaderRequest,
  ): AsyncGenerator<StoredEvent> {
    let left = limit;
    if (left <= 0) return;
    let next = this.#page(request(Math.min(left, PAGE_EVENTS)));
    for (;;) {
      const { events, end } = await next;
      const last = events.at(-1);
      left -= events.length;
      const done = end || left <= 0 || last === undefined;
      if (!done) {
        next = this.#page(request(Math.min(left, PAGE_EVENTS), last));
        next.catch(() => undefined); // It is heard at the await above, unless the caller leaves before.
      }
      for (const fields of events) yield storedEvent(fields);
      if (done) return;
    }
  }

  async #page(request: ReaderRequest): Promise<Page> {
    return (await this.#reader.call(request)) as Page;
  }

  #requireWriter(): ThreadClient<WriterRequest> {
    if (this.#writer === undefined) throw new Error('the event log was opened only to be read');
    return this.#writer;
  }
}

const POSITION = 0;
const REVISION = 2;

/** @throws RangeError when the text is no position */
function numberOf(position: Position | undefined): number {
  if (position === undefined) return 0;
  if (!/^\d{1,20}$/.test(position)) throw new RangeError(`${position} is not a position of an event log`);
  return Number(position);
}

// A function, since the compiler takes a signal that was not aborted for one that never is.
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
