import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type EventRow, SELECT_EVENTS, requireIntact } from './event-row.js';
import { LogDamage, failureOf } from './failures.js';
import { logFile, openLogFile } from './log-file.js';
import type { Answer, Call, EventFields, Page, ReaderRequest, ThreadStart, Value } from './messages.js';
import { requireSound } from './opening-check.js';

/** A page ends after so much text, however few its events, so that large events do not fill the memory. */
const PAGE_CHARS = 4 * 1024 * 1024;

interface Queries {
  all: StatementSync;
  forwards: StatementSync;
  backwards: StatementSync;
  lastPosition: StatementSync;
}

/**
 * A connection that only reads, page by page. It never waits for the disk of the writer, and no page outlives its
 * request, so the write-ahead log can always be emptied.
 */
export class Reader {
  readonly #file: string;
  readonly #db: DatabaseSync;
  #prepared: Queries | undefined;

  constructor(start: ThreadStart) {
    this.#file = logFile(start.folder);
    this.#db = openLogFile({ ...start, readOnly: true });
    // Beside a writer of this process the log has just been looked through.
    if (start.readOnly) requireSound(this.#db, this.#file);
  }

  /** Answers one request. */
  serve([call, request]: Call<ReaderRequest>): Answer {
    try {
      return { call, value: this.#value(request) };
    } catch (error) {
      // After an error of the file, a statement would give the same error once more.
      this.#prepared = undefined;
      return { call, failure: failureOf(error, this.#file) };
    }
  }

  get #queries(): Queries {
    this.#prepared ??= prepareQueries(this.#db);
    return this.#prepared;
  }

  #value(request: ReaderRequest): Value {
    switch (request.kind) {
      case 'all':
        return this.#readAll(request.after, request.limit);
      case 'stream':
        return request.backwards
          ? this.#readBackwards(request.stream, request.from, request.limit)
          : this.#readForwards(request.stream, request.from ?? 0, request.limit);
      case 'head':
        return Number(this.#queries.lastPosition.get()?.last);
      case 'close':
        this.#db.close();
        return null;
    }
  }

  #readAll(after: number, limit: number): Page {
    let next = after + 1;
    return this.#page(this.#queries.all.iterate(after), limit, ([position]) => {
      if (position !== next) this.#missing(`the event at position ${next}`);
      next += 1;
    });
  }

  #readForwards(stream: string, from: number, limit: number): Page {
    let next = from;
    return this.#page(this.#queries.forwards.iterate(stream, from), limit, ([, , revision]) => {
      if (revision !== next) this.#missing(`revision ${next} of stream ${stream}`);
      next += 1;
    });
  }

  #readBackwards(stream: string, from: number | undefined, limit: number): Page {
    let next: number | undefined;
    const rows = this.#queries.backwards.iterate(stream, from ?? Number.MAX_SAFE_INTEGER);
    const page = this.#page(rows, limit, ([, , revision]) => {
      if (next !== undefined && revision !== next) this.#missing(`revision ${next} of stream ${stream}`);
      next = revision - 1;
    });
    if (page.end && next !== undefined && next !== -1) this.#missing(`revision ${next} of stream ${stream}`);
    return page;
  }

  #page(rows: Iterable<unknown>, limit: number, requireNext: (row: EventRow) => void): Page {
    const events: EventFields[] = [];
    let chars = 0;
    for (const fields of rows) {
      // A row beyond the limit is only looked at to learn that there is one.
      if (events.length >= limit || chars >= PAGE_CHARS) return { events, end: false };
      const row = fields as EventRow;
      requireIntact(row, this.#file);
      requireNext(row);
      row.pop();
      events.push(row as unknown as EventFields);
      chars += row[5].length + row[6].length;
    }
    return { events, end: true };
  }

  #missing(what: string): never {
    throw new LogDamage(`the event log ${this.#file} is damaged: ${what} is missing`);
  }
}

function prepareQueries(db: DatabaseSync): Queries {
  const ofStream = `${SELECT_EVENTS} WHERE e.stream_id = (SELECT stream_id FROM streams WHERE name = ?)`;
  const rows = { returnArrays: true };
  return {
    all: db.prepare(`${SELECT_EVENTS} WHERE e.position > ? ORDER BY e.position`, rows),
    forwards: db.prepare(`${ofStream} AND e.revision >= ? ORDER BY e.revision`, rows),
    backwards: db.prepare(`${ofStream} AND e.revision <= ? ORDER BY e.revision DESC`, rows),
    lastPosition: db.prepare('SELECT coalesce(max(position), 0) AS last FROM events'),
  };
}
