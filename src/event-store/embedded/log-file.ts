import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { LogDamage, LogMissing } from './failures.js';
import type { ThreadStart } from './messages.js';

/** 'ARLG' in the header of the file says whose it is. */
const APPLICATION_ID = 0x41524c47;
/** Version of the tables below. */
const FORMAT = 1;
/** How long a process that reads or copies the file may hold an append up. */
const BUSY_TIMEOUT_MS = 5_000;
/** The write-ahead log is moved into the file at 16 MB and cut to 64 MB when a reader let it grow beyond. */
const CHECKPOINT_PAGES = 4_000;
const WAL_BYTES_MAX = 64 * 1024 * 1024;

const SCHEMA = `
  CREATE TABLE streams (
    stream_id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
  );
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, -- place in the log, from 1, without gaps
    stream_id INTEGER NOT NULL REFERENCES streams,
    revision INTEGER NOT NULL,    -- place in the stream, from 0, without gaps
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,           -- JSON
    metadata TEXT NOT NULL,       -- JSON: recordedAt, actor, $correlationId …
    checksum INTEGER NOT NULL,    -- CRC-32 of position, stream, revision, event_id, type, data, metadata, by line feeds
    UNIQUE (stream_id, revision)
  );
  -- For auditors: every event in the order of the log.
  CREATE VIEW event_log (position, stream, revision, event_id, type, data, metadata) AS
    SELECT e.position, s.name, e.revision, e.event_id, e.type, e.data, e.metadata
    FROM events e JOIN streams s ON s.stream_id = e.stream_id;
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'nothing in the event log is ever changed'); END;
  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'nothing in the event log is ever deleted'); END;
  CREATE TRIGGER streams_are_never_changed BEFORE UPDATE ON streams
    BEGIN SELECT RAISE(ABORT, 'nothing in the event log is ever changed'); END;
  CREATE TRIGGER streams_are_never_deleted BEFORE DELETE ON streams
    BEGIN SELECT RAISE(ABORT, 'nothing in the event log is ever deleted'); END;
`;

/** The file of the log in a data folder. */
export function logFile(folder: string): string {
  return join(folder, 'events.db');
}

/**
 * Opens the file of the log, for a writing connection also creates it.
 *
 * @throws LogMissing when there is nothing to read
 * @throws LogDamage when the file is not a log of ours
 */
export function openLogFile({ folder, readOnly, maxPages }: ThreadStart): DatabaseSync {
  const file = logFile(folder);
  if (!existsSync(file)) {
    if (existsSync(`${file}-wal`)) {
      throw new LogDamage(`the event log ${file} is gone, though ${file}-wal, a part of it, is still there`);
    }
    if (readOnly) throw new LogMissing(`there is no event log in ${folder}: ${file} does not exist`);
    createLogFile(folder, file);
  }
  requireContent(file);
  const db = new DatabaseSync(location(folder, file, readOnly), { readOnly, timeout: BUSY_TIMEOUT_MS });
  try {
    requireIdentity(db, file);
    db.exec('PRAGMA cache_size = -32000');
    if (!readOnly) makeDurable(db, maxPages);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

// The file appears under its name only when it is complete: an empty or half-made one is always damage, never a start.
function createLogFile(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true });
  const draft = `${file}.new`;
  for (const leftover of [draft, `${draft}-journal`, `${draft}-wal`, `${draft}-shm`]) {
    rmSync(leftover, { force: true });
  }
  const db = new DatabaseSync(draft);
  try {
    db.exec(`
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT};
      BEGIN; ${SCHEMA} COMMIT;
      PRAGMA journal_mode = WAL;
    `);
  } finally {
    db.close();
  }
  renameSync(draft, file);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

// On a medium that cannot be written, a backup of an auditor's, SQLite reads only what it is told never changes.
function location(folder: string, file: string, readOnly: boolean): string | URL {
  if (!readOnly || existsSync(`${file}-wal`) || isWritable(folder)) return file;
  const unchanging = pathToFileURL(file);
  unchanging.searchParams.set('immutable', '1');
  return unchanging;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

// To SQLite an empty file is an empty database; here it is a log that was cut off.
function requireContent(file: string): void {
  const found = statSync(file);
  if (!found.isFile()) throw new LogDamage(`the event log ${file} is not a file`);
  if (found.size === 0) throw new LogDamage(`the event log ${file} is damaged: the file is empty`);
}

// Asked through SQLite: to open and close the file by other means would drop the locks that this process holds on it.
function requireIdentity(db: DatabaseSync, file: string): void {
  const id = pragma(db, 'application_id');
  if (id !== APPLICATION_ID) {
    throw new LogDamage(
      `${file} is not an event log of arledger: it is a database of another program (application id ${id})`,
    );
  }
  const format = pragma(db, 'user_version');
  if (format !== FORMAT) {
    throw new LogDamage(
      `the event log ${file} has format ${format}; this version of arledger reads ${FORMAT}`,
    );
  }
}

// FULL: every commit waits until the disk has it. The fullfsync settings do the same on macOS, others ignore them.
function makeDurable(db: DatabaseSync, maxPages: number | undefined): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${WAL_BYTES_MAX};
  `);
  if (maxPages !== undefined) db.exec(`PRAGMA max_page_count = ${maxPages}`);
}

/** The value of a setting. */
export function pragma(db: DatabaseSync, name: string): number | string {
  const row = db.prepare(`PRAGMA ${name}`).get() ?? {};
  return Object.values(row)[0] as number | string;
}
