import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDiskFull, isNoDatabase } from './failures.js';

/** Who holds a folder, as far as it has said so. */
export interface FolderHolder {
  pid: number;
  /** Where it listens; undefined while it does not. */
  address?: string;
  startedAt: string;
}

/** Another process, or another part of this one, writes into the folder. */
export class FolderInUse extends Error {
  readonly pid: number | undefined;
  readonly address: string | undefined;

  constructor(
    readonly folder: string,
    holder: FolderHolder | undefined,
  ) {
    const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
    const where = holder?.address === undefined ? '' : ` (${holder.address})`;
    super(
      `the data folder ${folder} is in use by ${who}${where}: stop it first, or set ARLEDGER_DATA to another folder`,
    );
    this.name = 'FolderInUse';
    this.pid = holder?.pid;
    this.address = holder?.address;
  }
}

/** The folder cannot be written to, or something else stands in its place. */
export class FolderUnusable extends Error {
  constructor(
    readonly folder: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`the data folder ${folder} cannot be used: ${reason}`, options);
    this.name = 'FolderUnusable';
  }
}

/** The right to write into a data folder, until it is released or the process ends. */
export interface FolderLock {
  readonly folder: string;
  /** Says where the holder can be reached, once it is known. */
  updateAddress(address: string): void;
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the one lock of a data folder, and makes the folder when there is none.
 *
 * The lock is an exclusive transaction on `lock.db` that never ends: the kernel gives it up with the process that held
 * it, however that died, so there is no dead owner to find out. SQLite refuses it to a second holder in the same
 * process too. Nobody may read `lock.db` by other means in this process: closing it would drop the lock. `lock.json`
 * beside it only tells who it is.
 *
 * @throws FolderInUse when it is held
 * @throws FolderUnusable when the folder is no folder or cannot be written to
 */
export function acquireFolderLock(path: string, { address }: { address?: string } = {}): FolderLock {
  const folder = resolve(path);
  requireFolder(folder);
  const db = lockDatabase(folder);
  const file = join(folder, 'lock.json');
  const startedAt = new Date().toISOString();
  const say = (now: string | undefined): void => {
    const holder: FolderHolder = {
      pid: process.pid,
      ...(now === undefined ? {} : { address: now }),
      startedAt,
    };
    const draft = `${file}.new`;
    writeFileSync(draft, `${JSON.stringify(holder)}\n`);
    renameSync(draft, file);
  };
  try {
    say(address);
  } catch (error) {
    db.close();
    throw unusable(folder, error);
  }
  let held = true;
  return {
    folder,
    updateAddress: (now) => {
      if (held) say(now);
    },
    release: () => {
      if (!held) return;
      held = false;
      try {
        rmSync(file, { force: true });
      } finally {
        db.close();
      }
    },
  };
}

/** Who says to hold the folder; it may have died since. */
export function readFolderHolder(folder: string): FolderHolder | undefined {
  try {
    const holder = JSON.parse(
      readFileSync(join(folder, 'lock.json'), 'utf8'),
    ) as Partial<FolderHolder> | null;
    if (typeof holder?.pid !== 'number' || typeof holder.startedAt !== 'string') return undefined;
    return { pid: holder.pid, startedAt: holder.startedAt, ...addressOf(holder.address) };
  } catch {
    return undefined; // It only tells who it is; without it the lock is as good.
  }
}

function addressOf(address: unknown): { address?: string } {
  return typeof address === 'string' ? { address } : {};
}

function requireFolder(folder: string): void {
  try {
    makeFolder(folder);
    if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
  } catch (error) {
    throw unusable(folder, error);
  }
}

// Not by `recursive`, which goes on for ever where the kernel answers ENOENT though the parent is there, as in /proc.
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const path of missing) {
    try {
      mkdirSync(path);
    } catch (error) {
      // Somebody else was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function lockDatabase(folder: string): DatabaseSync {
  const file = join(folder, 'lock.db');
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 0 });
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    if (isBusy(error)) {
      throw new FolderInUse(folder, readFolderHolder(folder));
    }
    if (isNoDatabase(error)) {
      const reason = `something else was written into its lock (${messageOf(error)}); it holds no data: delete ${file} and start again`;
      throw new FolderUnusable(folder, reason, { cause: error });
    }
    throw unusable(folder, error, 'lock.db: ');
  }
}

function unusable(folder: string, error: unknown, what = ''): FolderUnusable {
  const full = isDiskFull(error, folder);
  const reason = full ? `the disk is full (${what}${messageOf(error)})` : `${what}${messageOf(error)}`;
  return new FolderUnusable(folder, reason, { cause: error });
}

// By its fields, since an error of SQLite is none of the Errors of a test that runs in a context of its own.
function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function messageOf(error: unknown): string {
  const hasMessage = typeof error === 'object' && error !== null && 'message' in error;
  return String(hasMessage ? error.message : error);
}
