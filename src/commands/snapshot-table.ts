import { sql } from 'kysely';
import type { Queryable } from '../database/database.js';
import { lockSchemas } from '../database/lock-schemas.js';
import { type Snapshot, TEXT_FORMAT, snapshotOf, snapshotText } from './snapshot-text.js';
import type { SnapshotStore } from './snapshots.js';

/** Snapshots in a disposable table beside the read models: one row an account, of the fold that wrote it last. */
export class SnapshotTable implements SnapshotStore {
  readonly isAtHand = false;
  private made: Promise<void> | undefined;

  constructor(private readonly database: Queryable) {}

  async load(accountId: string, foldVersion: number): Promise<Snapshot | undefined> {
    await this.make();
    const { rows } = await sql<{ state: string }>`
      select state from ledger_internal.snapshots
      where account_id = ${accountId} and fold_version = ${versionOf(foldVersion)}`.execute(this.database);
    return rows[0] && snapshotOf(rows[0].state);
  }

  async save(accountId: string, foldVersion: number, snapshot: Snapshot): Promise<void> {
    const { revision } = snapshot.account;
    const text = snapshotText(snapshot);
    await this.make();
    await sql`
      insert into ledger_internal.snapshots (account_id, fold_version, revision, state)
      values (${accountId}, ${versionOf(foldVersion)}, ${revision}, ${text})
      on conflict (account_id) do update
      set fold_version = excluded.fold_version, revision = excluded.revision, state = excluded.state`.execute(
      this.database,
    );
  }

  /** The database is not this store's to close. */
  close(): void {}

  /** Makes the table when it is first wanted; should that fail, the next one tries again. */
  private make(): Promise<void> {
    this.made ??= this.create().catch((error: unknown) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }

  private async create(): Promise<void> {
    await this.database.transaction().execute(async (transaction) => {
      await lockSchemas(transaction);
      await sql`create schema if not exists ledger_internal`.execute(transaction);
      await sql`
        create table if not exists ledger_internal.snapshots (
          account_id text primary key,
          fold_version integer not null,
          revision bigint not null,
          state text not null
        )`.execute(transaction);
    });
  }
}

/** What fold and text are of together. */
function versionOf(foldVersion: number): number {
  return 1_000 * TEXT_FORMAT + foldVersion;
}
