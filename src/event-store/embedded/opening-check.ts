import type { DatabaseSync } from 'node:sqlite';
import { type EventRow, SELECT_EVENTS, requireIntact } from './event-row.js';
import { LogDamage } from './failures.js';

/** How many of the newest events are read at the start; the others are checked whenever they are read. */
const NEWEST_EVENTS = 100_000;

/**
 * Looks whether the log can be trusted, in a time that a start can afford: the structure of the whole file, positions
 * without a gap, an index as large as its table, and the newest events word by word.
 *
 * @throws LogDamage
 */
export function requireSound(db: DatabaseSync, file: string): void {
  // One state of the log for all the questions, whoever appends meanwhile.
  db.exec('BEGIN');
  try {
    const verdict = value(db, 'PRAGMA quick_check(1)');
    if (verdict !== 'ok') throw new LogDamage(`the event log ${file} is damaged: ${verdict}`);
    requireNoGap(db, file);
    requireNewestIntact(db, file);
  } finally {
    if (db.isTransaction) db.exec('COMMIT');
  }
}

function requireNoGap(db: DatabaseSync, file: string): void {
  const first = value(db, 'SELECT min(position) FROM events');
  const last = value(db, 'SELECT max(position) FROM events');
  const rows = value(db, 'SELECT count(*) FROM events NOT INDEXED');
  if (rows !== 0 && (first !== 1 || last !== rows)) {
    throw new LogDamage(
      `the event log ${file} is damaged: ${rows} events have the positions ${first} to ${last}, so some are missing`,
    );
  }
  const indexed = value(db, 'SELECT count(*) FROM events INDEXED BY sqlite_autoindex_events_1');
  if (indexed !== rows) {
    throw new LogDamage(
      `the event log ${file} is damaged: ${rows} events, but ${indexed} in the index of streams`,
    );
  }
}

// By way of the index, so that an event that its stream no longer shows is found out too.
function requireNewestIntact(db: DatabaseSync, file: string): void {
  const last = Number(value(db, 'SELECT coalesce(max(position), 0) FROM events'));
  const newest = db.prepare(`${SELECT_EVENTS} WHERE e.position > ? ORDER BY e.position`, {
    returnArrays: true,
  });
  const found = db.prepare(
    `SELECT e.position FROM streams s JOIN events e ON e.stream_id = s.stream_id WHERE s.name = ? AND e.revision = ?`,
  );
  for (const fields of newest.iterate(last - NEWEST_EVENTS)) {
    const row = fields as unknown as EventRow;
    requireIntact(row, file);
    if (found.get(row[1], row[2])?.position !== row[0]) {
      throw new LogDamage(
        `the event log ${file} is damaged: the event at position ${row[0]} is not found in its stream ${row[1]}`,
      );
    }
  }
}

function value(db: DatabaseSync, sql: string): number | string {
  return Object.values(db.prepare(sql).get() ?? {})[0] as number | string;
}
