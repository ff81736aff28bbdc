import { appendFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { projections } from '../../projections/all.js';
import type { Table } from '../../projections/projection.js';
import { copyLine, copyRows } from '../../src/database/copy-rows.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { createIndexes, createTables, schemaOf } from '../../src/read-models/projector/tables.js';

/*
 * The rows of the projections' tables, kept in files as COPY takes them, to see how long the database alone takes to
 * have them again.
 */

/** So many rows are copied by one statement. */
const ROWS_A_COPY = 10_000;

/** How the tables are made that rows are copied to: as the projections have them, or without keys and indexes. */
export const KEYS = ['without keys', 'with keys'] as const;
export type Keys = (typeof KEYS)[number];

interface DatabasePlace {
  folder: string;
  databaseUrl?: string | undefined;
}

/** The measures of rows, for those rows of the table that need them. */
export const rowMeasures = {
  async 'save rows'({ rows, only, ...place }: DatabasePlace & { rows: string; only?: readonly string[] }) {
    await withDatabase(place, (database) => saveRows(database, rows, only));
    return {};
  },

  /** Into a new database. */
  async 'copy rows'({ rows, keys, ...place }: DatabasePlace & { rows: string; keys: Keys }) {
    return withDatabase(place, (database) => copySavedRows(database, rows, keys));
  },
};

async function withDatabase<T>(
  { folder, databaseUrl }: DatabasePlace,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase({ url: databaseUrl, folder });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Writes the rows of tables to files in a folder, by the name of their table; of all tables unless some are named. */
async function saveRows(database: Database, folder: string, only?: readonly string[]): Promise<void> {
  mkdirSync(folder);
  for (const table of projections.flatMap(({ tables }) => tables)) {
    if (only && !only.includes(table.name)) continue;
    const columns = Object.keys(table.columns);
    const cells = sql.join(columns.map((column) => sql`${sql.id(column)}::text as ${sql.id(column)}`));
    await database.transaction().execute(async (tx) => {
      await sql`declare saved no scroll cursor for
        select ${cells} from ${sql.id('ledger_read', table.name)}`.execute(tx);
      for (let part = 0; ; part += 1) {
        const { rows } = await sql<Record<string, string | null>>`
          fetch ${sql.raw(String(ROWS_A_COPY))} from saved`.execute(tx);
        if (rows.length === 0) return;
        appendFileSync(
          join(folder, `${table.name}.${part}`),
          rows.map((row) => `${copyLine(columns.map((column) => row[column]))}\n`).join(''),
        );
      }
    });
  }
}

/**
 * Copies saved rows to new tables of a database that has none of ours yet.
 *
 * @returns rows, and the seconds that the statements alone took
 */
async function copySavedRows(
  database: Database,
  folder: string,
  keys: Keys,
): Promise<{ rows: number; seconds: number }> {
  let [rows, ms] = [0, 0];
  for (const projection of projections) {
    await createTables(database, projection, 1);
    if (keys === 'with keys') await createIndexes(database, projection, 1);
    for (const table of projection.tables) {
      const schema = schemaOf(projection.name, 1);
      if (keys === 'without keys') await dropKey(database, schema, table);
      for (const part of partsOf(folder, table)) {
        const text = readFileSync(join(folder, part), 'utf8');
        const start = performance.now();
        await copyRows(database, { schema, name: table.name }, Object.keys(table.columns), text);
        ms += performance.now() - start;
        rows += text.split('\n').length - 1;
      }
    }
  }
  return { rows, seconds: ms / 1000 };
}

async function dropKey(database: Database, schema: string, { name }: Table): Promise<void> {
  await sql`alter table ${sql.id(schema, name)} drop constraint ${sql.id(`${name}_pkey`)}`.execute(database);
}

function partsOf(folder: string, { name }: Table): string[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${name}.`))
    .sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
}
