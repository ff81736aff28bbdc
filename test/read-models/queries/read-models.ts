import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { type Tables, foldChanges } from '../../../projections/fold-changes.js';
import type { Row, Table } from '../../../projections/projection.js';
import type { Database } from '../../../src/database/database.js';
import {
  createIndexes,
  createTables,
  pointViews,
  schemaOf,
} from '../../../src/read-models/projector/tables.js';
import { createInternalSchema } from '../../../src/read-models/projector/internal-schema.js';
import { installViews } from '../../../src/read-models/views/install-views.js';
import type { AnyRecordedEvent } from '../../../src/ledger/recorded-event.js';

/*
 * Read models without a projector: the tables of the projections as they are defined, with the rows that
 * `foldChanges` makes, under the names that queries read.
 */

/** Makes the schemas, tables and views; once for each database. */
export async function createReadModels(db: Database): Promise<void> {
  for (const schema of ['ledger', 'ledger_read', 'ledger_internal']) {
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(db);
  }
  await createInternalSchema(db);
  for (const projection of projections) {
    await createTables(db, projection, 1);
    await createIndexes(db, projection, 1);
    await pointViews(db, projection, 1);
    await sql`insert into ledger_internal.generations (name, generation, version, state)
      values (${projection.name}, 1, ${projection.version}, 'live')`.execute(db);
  }
  await installViews(db);
}

/** Replaces all rows by those of a history. */
export async function fillReadModels(db: Database, events: readonly AnyRecordedEvent[]): Promise<void> {
  const tables: Tables = {};
  for (const event of events) for (const projection of projections) foldChanges(projection, tables, event);
  await sql`delete from ledger_internal.dead_letters`.execute(db);
  const last = events.at(-1);
  await sql`update ledger_internal.checkpoint set position = ${last?.position ?? null}::bigint,
    recorded_at = ${last?.recordedAt ?? null}::timestamptz`.execute(db);
  for (const projection of projections) {
    for (const table of projection.tables) {
      await insert(
        db,
        `${schemaOf(projection.name, 1)}.${table.name}`,
        table,
        Object.values(tables[table.name] ?? {}),
      );
    }
  }
}

async function insert(db: Database, name: string, table: Table, rows: Row[]): Promise<void> {
  const columns = Object.entries(table.columns).map(([column, type]) => `${column} ${type}`);
  const parsed = Object.keys(table.columns).filter((column) => table.columns[column] === 'jsonb');
  const json = rows.map((row) => ({
    ...row,
    ...Object.fromEntries(
      parsed.map((column) => [column, typeof row[column] === 'string' ? JSON.parse(row[column]) : null]),
    ),
  }));
  await sql`truncate ${sql.raw(name)}`.execute(db);
  await sql`insert into ${sql.raw(name)}
    select * from json_to_recordset(${JSON.stringify(json)}::json) as r(${sql.raw(columns.join(', '))})`.execute(
    db,
  );
}
