import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type EventRow, SELECT_EVENTS, isIntact } from './event-row.js';
import { failureOf, isCorruption } from './failures.js';
import { logFile, openLogFile } from './log-file.js';
import type { Answer, Call, CheckedPart, CheckerRequest, LogFinding, ThreadStart } from './messages.js';

/** So many events are checked between two signs of life. */
const PART = 10_000;
/** So many lines of SQLite's own check are passed on; a torn file has thousands. */
const STRUCTURE_FINDINGS_MAX = 100;

interface StreamEnd {
  revision: number;
  recordedAt: number;
}

/** Goes through the whole log, part by part, and goes on after what it finds. Knows of each stream only its end. */
export class Checker {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #at: StatementSync;
  readonly #total: number;
  readonly #streams = new Map<string, StreamEnd>();
  #structureChecked = false;
  #position = 0;
  #checked = 0;

  constructor(start: ThreadStart) {
    this.#file = logFile(start.folder);
    this.#db = openLogFile({ ...start, readOnly: true });
    this.#at = this.#db.prepare(`${SELECT_EVENTS} WHERE e.position = ?`);
    this.#total = Number(
      this.#db.prepare('SELECT coalesce(max(position), 0) AS last FROM events').get()?.last,
    );
  }

  /** Checks the next part. */
  serve([call, request]: Call<CheckerRequest>): Answer {
    try {
      switch (request.kind) {
        case 'check':
          return { call, value: this.#check() };
        case 'close':
          this.#db.close();
          return { call, value: null };
      }
    } catch (error) {
      return { call, failure: failureOf(error, this.#file) };
    }
  }

  #check(): CheckedPart {
    if (!this.#structureChecked) {
      this.#structureChecked = true;
      return this.#part(this.#checkStructure());
    }
    return this.#part(this.#checkEvents());
  }

  #part(findings: LogFinding[]): CheckedPart {
    return { findings, checked: this.#checked, total: this.#total, end: this.#position >= this.#total };
  }

  // The pages of the file, and whether its indexes agree with its tables.
  #checkStructure(): LogFinding[] {
    try {
      return this.#db
        .prepare(`PRAGMA integrity_check(${STRUCTURE_FINDINGS_MAX})`)
        .all()
        .map((row) => String(row.integrity_check))
        .filter((text) => text !== 'ok')
        .map((text) => ({ text: `structure: ${text}` }));
    } catch (error) {
      if (!(error instanceof Error) || !isCorruption(error)) throw error;
      return [{ text: `structure: ${error.message}` }];
    }
  }

  #checkEvents(): LogFinding[] {
    const findings: LogFinding[] = [];
    const upTo = this.#position + PART;
    // Prepared anew for every part: after an error, a statement would give the same error once more.
    const next = this.#db.prepare(`${SELECT_EVENTS} WHERE e.position >= ? ORDER BY e.position`, {
      returnArrays: true,
    });
    try {
      for (const fields of next.iterate(this.#position + 1)) {
        const row = fields as unknown as EventRow;
        if (row[0] > this.#total) break;
        this.#checkEvent(row, findings);
        if (this.#position >= upTo) return findings;
      }
      this.#position = this.#total;
    } catch (error) {
      if (!(error instanceof Error) || !isCorruption(error)) throw error;
      findings.push(this.#passOverUnreadable(error));
    }
    return findings;
  }

  // One position at a time, so that all that can still be read is read.
  #passOverUnreadable(error: Error): LogFinding {
    const first = this.#position + 1;
    do this.#position += 1;
    while (this.#position < this.#total && !this.#canRead(this.#position + 1));
    return {
      position: String(first),
      text: `the events at positions ${first} to ${this.#position} cannot be read: ${error.message}`,
    };
  }

  #canRead(position: number): boolean {
    try {
      return this.#at.get(position) !== undefined;
    } catch (error) {
      if (!(error instanceof Error) || !isCorruption(error)) throw error;
      return false;
    }
  }

  #checkEvent(row: EventRow, findings: LogFinding[]): void {
    const [position, stream, revision] = row;
    const report = (text: string): number => findings.push({ position: String(position), stream, text });
    if (position !== this.#position + 1) {
      report(`positions ${this.#position + 1} to ${position - 1} are missing before this event`);
    }
    this.#position = position;
    this.#checked += 1;
    if (!isIntact(row)) {
      // What it says cannot be believed, so nothing else of it is compared.
      report('the event does not match its checksum');
      return;
    }
    const before = this.#streams.get(stream);
    if (revision !== (before?.revision ?? -1) + 1) {
      report(
        `revision ${revision} follows ${before === undefined ? 'nothing' : `revision ${before.revision}`}`,
      );
    }
    const recordedAt = recordedAtOf(row[6]);
    if (Number.isNaN(recordedAt)) {
      report('metadata has no recordedAt');
    } else if (before !== undefined && recordedAt < before.recordedAt) {
      report('recorded before the event before it in its stream');
    }
    this.#streams.set(stream, {
      revision,
      recordedAt: Number.isNaN(recordedAt) ? (before?.recordedAt ?? 0) : recordedAt,
    });
  }
}

/** The instant in milliseconds; NaN where there is none. */
function recordedAtOf(metadata: string): number {
  try {
    const { recordedAt } = JSON.parse(metadata) as { recordedAt?: unknown };
    return typeof recordedAt === 'string' ? Date.parse(recordedAt) : NaN;
  } catch {
    return NaN;
  }
}
