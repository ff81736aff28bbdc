import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Failure } from './messages.js';

/** The log contradicts itself or is not a log of ours. */
export class LogDamage extends Error {}

/** There is no log where one is to be read. */
export class LogMissing extends Error {}

const sqlite = {
  error: 1,
  permission: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  mismatch: 20,
  format: 24,
  notADatabase: 26,
} as const;

/** Codes of a database that may well answer later: disk full or failing, locked by another process, not permitted. */
const passing: ReadonlySet<number> = new Set([
  sqlite.permission,
  sqlite.busy,
  sqlite.locked,
  sqlite.noMemory,
  sqlite.readOnly,
  sqlite.io,
  sqlite.full,
  sqlite.cannotOpen,
]);

/**
 * Codes of a damaged file. Our statements are always the same, so one that is not understood means that tables are not
 * as they were made; and whoever appends has looked before, so a broken constraint is a contradiction in the file.
 */
const damaging: ReadonlySet<number> = new Set([
  sqlite.error,
  sqlite.corrupt,
  sqlite.constraint,
  sqlite.mismatch,
  sqlite.format,
  sqlite.notADatabase,
]);

/** What SQLite may say of any trouble with a disk, a full one among them. */
const diskTrouble: ReadonlySet<number> = new Set([sqlite.io, sqlite.cannotOpen]);

/** Less than this is nothing: to open a log alone takes some 100 kB. */
const FREE_BYTES_MIN = 1024 * 1024;

/** The primary result code of an error of SQLite. */
function resultCode(error: object): number | undefined {
  return 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Whether SQLite found the file itself damaged. */
export function isCorruption(error: Error): boolean {
  const code = resultCode(error);
  return code !== undefined && damaging.has(code);
}

/** Whether a file is not a database, or not a sound one. */
export function isNoDatabase(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = resultCode(error);
  return code === sqlite.notADatabase || code === sqlite.corrupt;
}

/** Whether something failed because there is no room left on the disk of a folder. */
export function isDiskFull(error: unknown, folder: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) return true;
  const code = resultCode(error);
  return code === sqlite.full || (code !== undefined && diskTrouble.has(code) && hasNoRoom(folder));
}

function hasNoRoom(folder: string): boolean {
  try {
    const { bavail, blocks, bsize, ffree, files } = statfsSync(folder);
    // A file system that does not count has 0 in all.
    return (blocks > 0 && bavail * bsize < FREE_BYTES_MIN) || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}

/** What the caller of a thread is told about an error. */
export function failureOf(error: unknown, file: string): Failure {
  if (!(error instanceof Error)) return { kind: 'fault', message: String(error) };
  if (error instanceof LogDamage) return { kind: 'damaged', message: error.message };
  if (error instanceof LogMissing) return { kind: 'missing', message: error.message };
  if (isCorruption(error)) {
    return { kind: 'damaged', message: `the event log ${file} is damaged: ${error.message}` };
  }
  if (isDiskFull(error, dirname(file))) {
    return {
      kind: 'unavailable',
      message: `the event log ${file} is not available: the disk is full (${error.message})`,
    };
  }
  const code = resultCode(error);
  if (code !== undefined && passing.has(code)) {
    return { kind: 'unavailable', message: `the event log ${file} is not available: ${error.message}` };
  }
  if (code === undefined && 'code' in error && 'syscall' in error) {
    return { kind: 'unavailable', message: `the event log ${file} cannot be opened: ${error.message}` };
  }
  return { kind: 'fault', message: error.stack ?? error.message };
}
