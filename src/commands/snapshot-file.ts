import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Account } from '../ledger/account.js';
import type { Shelf, ShelfChange, ShelfSource } from '../ledger/shelf.js';
import { ACCOUNT_MAPS, type AccountMap, shelved, writtenOf } from '../ledger/snapshot.js';
import type { Snapshot } from './snapshot-text.js';
import { type SnapshotStore, SnapshotUnreadable } from './snapshots.js';

/** What lies in the file: whoever has another format is made anew. */
const FORMAT = 1;
const WAL_BYTES_MAX = 4 * 1024 * 1024;

const SCHEMA = `
  CREATE TABLE origin (inode TEXT NOT NULL);
  CREATE TABLE accounts (
    account INTEGER PRIMARY KEY,
    account_id TEXT NOT NULL UNIQUE,
    fold_version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    currency TEXT NOT NULL,
    opened_as TEXT NOT NULL,   -- the account's id as its first event says it
    last_event TEXT NOT NULL,
    sizes TEXT NOT NULL        -- JSON: how many entries each map has
  );
  CREATE TABLE entries (
    account INTEGER NOT NULL,
    map INTEGER NOT NULL,
    id TEXT NOT NULL,
    place INTEGER NOT NULL,    -- in the order of the map, from 0
    written TEXT NOT NULL,     -- JSON
    PRIMARY KEY (account, map, id)
  ) WITHOUT ROWID;
`;

interface Statements {
  head: StatementSync;
  saveHead: StatementSync;
  moveHead: StatementSync;
  entry: StatementSync;
  entries: StatementSync;
  saveEntry: StatementSync;
  forget: StatementSync;
}

/** What an account in memory was read from or saved as. */
interface Kept {
  accountId: string;
  revision: number;
}

/**
 * Snapshots in a file of the data folder, entry by entry: an entry is read when a command asks for it, and written when
 * it may have changed. So the first command on an account costs the same however long its history is. Must only be used
 * by the holder of the folder.
 *
 * After a crash of the machine the file is as it was a moment before, never half of a save. What cannot be read is
 * thrown away.
 */
export class SnapshotFile implements SnapshotStore {
  readonly isAtHand = true;
  private readonly file: string;
  private readonly kept = new WeakMap<Account, Kept>();
  private db: DatabaseSync | undefined;
  private statements: Statements | undefined;
  private isClosed = false;

  constructor(folder: string) {
    this.file = join(folder, 'snapshots.db');
  }

  load(accountId: string, foldVersion: number): Promise<Snapshot | undefined> {
    return new Promise((resolve) =>
      resolve(this.use((statements) => this.read(statements, accountId, foldVersion))),
    );
  }

  save(accountId: string, foldVersion: number, snapshot: Snapshot): Promise<void> {
    return new Promise((resolve) => {
      this.use((statements) => {
        this.inTransaction(() => this.write(statements, accountId, foldVersion, snapshot));
        this.noteSaved(accountId, snapshot.account);
      });
      resolve();
    });
  }

  /** Nothing is read or saved from then on: the folder may be somebody else's. */
  close(): void {
    this.isClosed = true;
    this.release();
  }

  private release(): void {
    this.db?.close();
    this.db = undefined;
    this.statements = undefined;
  }

  private read({ head }: Statements, accountId: string, foldVersion: number): Snapshot | undefined {
    const row = head.get(accountId, foldVersion);
    if (!row) return undefined;
    const kept: Kept = { accountId, revision: Number(row['revision']) };
    const sizes = JSON.parse(String(row['sizes'])) as Record<AccountMap, number>;
    const account = shelved(
      { revision: kept.revision, accountId: String(row['opened_as']), currency: String(row['currency']) },
      (name) => this.sourceOf(kept, name, sizes[name]),
    );
    this.kept.set(account, kept);
    return { account, lastEvent: String(row['last_event']) };
  }

  private write(
    statements: Statements,
    accountId: string,
    foldVersion: number,
    { account, lastEvent }: Snapshot,
  ): void {
    const sizes = JSON.stringify(Object.fromEntries(ACCOUNT_MAPS.map((name) => [name, account[name].size])));
    const head = [foldVersion, account.revision, account.currency, account.accountId, lastEvent, sizes];
    const kept = this.kept.get(account);
    if (!kept) statements.forget.run(accountId);
    const row = kept
      ? statements.moveHead.get(...head, accountId, kept.revision)
      : statements.saveHead.get(accountId, ...head);
    // Somebody else has saved the account since.
    if (!row) throw new SnapshotUnreadable();
    for (const [map, name] of ACCOUNT_MAPS.entries()) {
      for (const { id, place, written } of changesOf(account, name, kept !== undefined)) {
        statements.saveEntry.run(row['account']!, map, id, place ?? -1, JSON.stringify(written));
      }
    }
  }

  /** The account goes on with what is in the file: what it does not need is let go. */
  private noteSaved(accountId: string, account: Account): void {
    const { revision } = account;
    const before = this.kept.get(account);
    const kept = before ?? { accountId, revision };
    kept.revision = revision;
    if (before) {
      for (const name of ACCOUNT_MAPS) (account[name] as unknown as Shelf<unknown, unknown>).saved();
      return;
    }
    Object.assign(
      account,
      shelved(account, (name) => this.sourceOf(kept, name, account[name].size)),
    );
    this.kept.set(account, kept);
  }

  private sourceOf(kept: Kept, name: AccountMap, size: number): ShelfSource<unknown> {
    const map = ACCOUNT_MAPS.indexOf(name);
    return {
      size,
      get: (id) =>
        this.reading(({ entry }) => {
          const row = entry.get(map, id, kept.accountId, kept.revision);
          if (!row) throw new SnapshotUnreadable();
          return row['written'] === null ? undefined : (JSON.parse(String(row['written'])) as unknown);
        }),
      all: () =>
        this.reading(({ entries }) => {
          const rows = entries.all(map, kept.accountId, kept.revision);
          if (rows.length < size) throw new SnapshotUnreadable();
          return rows.map(
            (row) => [String(row['id']), JSON.parse(String(row['written'])) as unknown] as const,
          );
        }),
    };
  }

  private reading<R>(work: (statements: Statements) => R): R {
    try {
      return this.use(work);
    } catch (cause) {
      throw new SnapshotUnreadable({ cause });
    }
  }

  /** Opens the file where that is still to be done. After an error it is thrown away: the log has all that it holds. */
  private use<R>(work: (statements: Statements) => R): R {
    if (this.isClosed) throw new SnapshotUnreadable();
    try {
      return work((this.statements ??= this.open()));
    } catch (error) {
      if (!(error instanceof SnapshotUnreadable)) this.discard();
      throw error;
    }
  }

  private inTransaction(work: () => void): void {
    this.db!.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.db!.exec('COMMIT');
    } catch (error) {
      if (this.db!.isTransaction) this.db!.exec('ROLLBACK');
      throw error;
    }
  }

  private discard(): void {
    this.release();
    for (const file of [this.file, `${this.file}-wal`, `${this.file}-shm`]) rmSync(file, { force: true });
  }

  private open(): Statements {
    const db = (this.db = new DatabaseSync(this.file));
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${WAL_BYTES_MAX};
    `);
    const inode = String(statSync(this.file, { bigint: true }).ino);
    const format = db.prepare('PRAGMA user_version').get()?.['user_version'];
    if (format === 0) {
      db.exec(`BEGIN; ${SCHEMA} PRAGMA user_version = ${FORMAT}; COMMIT;`);
      db.prepare('INSERT INTO origin VALUES (?)').run(inode);
    } else if (format !== FORMAT) {
      throw new Error(`snapshots have format ${String(format)}`);
    }
    // Pages of a copy that was made while somebody wrote may be of different moments, and nothing would show it.
    if (db.prepare('SELECT inode FROM origin').get()?.['inode'] !== inode) {
      throw new Error('the file of snapshots is a copy');
    }
    return prepare(db);
  }
}

/** What is to be written of one map. */
function changesOf(account: Account, name: AccountMap, isKept: boolean): Iterable<ShelfChange<unknown>> {
  if (isKept) return (account[name] as unknown as Shelf<unknown, unknown>).changes();
  return Array.from(writtenOf(account, name), ([id, written], place) => ({ id, place, written }));
}

function prepare(db: DatabaseSync): Statements {
  return {
    head: db.prepare(`
      SELECT revision, currency, opened_as, last_event, sizes FROM accounts
      WHERE account_id = ? AND fold_version = ?`),
    saveHead: db.prepare(`
      INSERT INTO accounts (account_id, fold_version, revision, currency, opened_as, last_event, sizes)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (account_id) DO UPDATE SET
        fold_version = excluded.fold_version, revision = excluded.revision, currency = excluded.currency,
        opened_as = excluded.opened_as, last_event = excluded.last_event, sizes = excluded.sizes
      RETURNING account`),
    moveHead: db.prepare(`
      UPDATE accounts
      SET fold_version = ?, revision = ?, currency = ?, opened_as = ?, last_event = ?, sizes = ?
      WHERE account_id = ? AND revision = ? RETURNING account`),
    // One row without an entry where there is none; no row where the account has been saved at another revision since.
    entry: db.prepare(`
      SELECT e.written FROM accounts a LEFT JOIN entries e ON e.account = a.account AND e.map = ? AND e.id = ?
      WHERE a.account_id = ? AND a.revision = ?`),
    entries: db.prepare(`
      SELECT e.id, e.written FROM accounts a JOIN entries e ON e.account = a.account AND e.map = ?
      WHERE a.account_id = ? AND a.revision = ? ORDER BY e.place`),
    saveEntry: db.prepare(`
      INSERT INTO entries (account, map, id, place, written) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (account, map, id) DO UPDATE SET written = excluded.written`),
    forget: db.prepare(
      'DELETE FROM entries WHERE account = (SELECT account FROM accounts WHERE account_id = ?)',
    ),
  };
}
