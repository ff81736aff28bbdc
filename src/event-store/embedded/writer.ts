import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ExpectedRevision } from '../event-store.js';
import { eventsOf } from './append-request.js';
import { checksum } from './event-row.js';
import { failureOf } from './failures.js';
import { logFile, openLogFile, pragma } from './log-file.js';
import type {
  Answer,
  AppendRequest,
  Call,
  EventText,
  Failure,
  Head,
  Reply,
  ThreadStart,
  WriterRequest,
  WriterStatus,
} from './messages.js';
import { requireSound } from './opening-check.js';

/** What the writer remembers of a stream; revision -1 while it has no events. */
interface StreamEnd {
  id: number | bigint;
  revision: number;
}

/** Where the last event of an append stands. */
interface EndOfAppend {
  revision: number;
  position: number;
}

/** In place of the id of a stream that has no row yet. */
const NOT_STORED = 0;
/** So many streams are remembered; then all are forgotten, which is simple and rare. */
const REMEMBERED_STREAMS = 200_000;

/**
 * The one connection that writes. All appends that wait are one transaction, and so one wait for the disk; an append
 * that expected another revision fails alone, since it is refused before it has written anything.
 */
export class Writer {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #findStream: StatementSync;
  readonly #lastRevision: StatementSync;
  readonly #addStream: StatementSync;
  readonly #addEvent: StatementSync;
  readonly #storedIds: StatementSync;
  readonly #changesOfOthers: StatementSync;
  readonly #lastPosition: StatementSync;
  readonly #streams = new Map<string, StreamEnd>();
  #head: Head;
  #othersSeen: unknown;
  #events = 0;
  #commits = 0;

  constructor(start: ThreadStart) {
    this.#file = logFile(start.folder);
    this.#db = openLogFile(start);
    requireSound(this.#db, this.#file);
    this.#findStream = this.#db.prepare('SELECT stream_id AS id FROM streams WHERE name = ?');
    this.#lastRevision = this.#db.prepare('SELECT max(revision) AS last FROM events WHERE stream_id = ?');
    this.#addStream = this.#db.prepare('INSERT INTO streams (name) VALUES (?)');
    this.#addEvent = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#storedIds = this.#db.prepare(
      'SELECT position, event_id AS id FROM events WHERE stream_id = ? AND revision BETWEEN ? AND ? ORDER BY revision',
    );
    this.#changesOfOthers = this.#db.prepare('PRAGMA data_version');
    this.#lastPosition = this.#db.prepare('SELECT coalesce(max(position), 0) AS last FROM events');
    this.#head = this.#readHead();
    this.#othersSeen = this.#changesOfOthers.get()?.data_version;
  }

  /** Answers everything that waits. Appends among it are durable, or refused, when this returns. */
  serve(calls: readonly Call<WriterRequest>[]): Reply {
    const before = this.#head;
    const appends = calls.filter(isAppend);
    const reply: Reply = appends.length > 0 ? this.#appendAll(appends) : { answers: [] };
    for (const [call, request] of calls) {
      if ('kind' in request) reply.answers.push(this.#answer(call, request));
    }
    if (this.#head !== before) reply.committed = this.#head;
    return reply;
  }

  #appendAll(calls: readonly Call<AppendRequest>[]): Reply {
    const answers: Answer[] = [];
    const appended: number[] = [];
    const { head, events } = { head: this.#head, events: this.#events };
    try {
      this.#begin();
      for (const [call, request] of calls) {
        const result = this.#append(request);
        if ('kind' in result) answers.push({ call, failure: result });
        else appended.push(call, result.revision, result.position);
      }
      this.#db.exec('COMMIT');
      if (this.#events > events) this.#commits += 1;
      return { answers, appended };
    } catch (error) {
      this.#head = head;
      this.#events = events;
      const failure = this.#undo(error);
      return { answers: calls.map(([call]) => ({ call, failure })) };
    }
  }

  // What is remembered holds as long as nobody else has written. The folder's lock sees to that; should somebody all
  // the same, their events must not be overwritten.
  #begin(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK'); // One that failed so badly that it could not be undone then.
    this.#db.exec('BEGIN IMMEDIATE');
    const seen = this.#changesOfOthers.get()?.data_version;
    if (seen === this.#othersSeen) return;
    this.#othersSeen = seen;
    this.#streams.clear();
    this.#head = this.#readHead();
  }

  // Nothing of the transaction remains, in the file or in memory; the next one may succeed.
  #undo(cause: unknown): Failure {
    this.#streams.clear();
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch (error) {
      return failureOf(error, this.#file);
    }
    return failureOf(cause, this.#file);
  }

  #append(request: AppendRequest): EndOfAppend | Failure {
    const [stream, expected] = request;
    const events = eventsOf(request);
    const end = this.#endOf(stream);
    if (end.revision !== revisionOf(expected)) {
      const repeated = this.#resultOfFirstTime(end, expected, events);
      if (repeated !== undefined) return repeated;
      const actual = end.revision === -1 ? 'no_stream' : end.revision;
      return { kind: 'wrong_revision', stream, expected, actual };
    }
    if (end.id === NOT_STORED) {
      end.id = this.#addStream.run(stream).lastInsertRowid;
      this.#streams.set(stream, end);
    }
    for (const event of events) {
      const position = this.#head + 1;
      const revision = end.revision + 1;
      this.#addEvent.run(
        position,
        end.id,
        revision,
        event.id,
        event.type,
        event.data,
        event.metadata,
        checksum(position, stream, revision, event),
      );
      this.#head = position;
      end.revision = revision;
      this.#events += 1;
    }
    return { revision: end.revision, position: this.#head };
  }

  // The same ids at the same place: the caller did not hear our first answer.
  #resultOfFirstTime(
    end: StreamEnd,
    expected: ExpectedRevision,
    events: readonly EventText[],
  ): EndOfAppend | undefined {
    const first = revisionOf(expected) + 1;
    const last = revisionOf(expected) + events.length;
    if (last > end.revision) return undefined;
    const stored = this.#storedIds.all(end.id, first, last);
    if (stored.length !== events.length || stored.some(({ id }, at) => id !== events[at]?.id))
      return undefined;
    return { revision: last, position: Number(stored.at(-1)?.position) };
  }

  #endOf(stream: string): StreamEnd {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const id = this.#findStream.get(stream)?.id;
    if (id === undefined) return { id: NOT_STORED, revision: -1 };
    const last = this.#lastRevision.get(id)?.last;
    const end = { id: Number(id), revision: last === null ? -1 : Number(last) };
    if (this.#streams.size >= REMEMBERED_STREAMS) this.#streams.clear();
    this.#streams.set(stream, end);
    return end;
  }

  #answer(call: number, request: Exclude<WriterRequest, AppendRequest>): Answer {
    switch (request.kind) {
      case 'head':
        return { call, value: this.#head };
      case 'status':
        return { call, value: this.#status() };
      case 'close':
        this.#db.close();
        return { call, value: null };
    }
  }

  #status(): WriterStatus {
    return {
      file: this.#file,
      journalMode: String(pragma(this.#db, 'journal_mode')),
      synchronous: pragma(this.#db, 'synchronous') === 2 ? 'FULL' : String(pragma(this.#db, 'synchronous')),
      events: this.#events,
      commits: this.#commits,
    };
  }

  #readHead(): Head {
    return Number(this.#lastPosition.get()?.last);
  }
}

function isAppend(call: Call<WriterRequest>): call is Call<AppendRequest> {
  return Array.isArray(call[1]);
}

function revisionOf(expected: ExpectedRevision): number {
  return expected === 'no_stream' ? -1 : expected;
}
