import { type RawBuilder, sql } from 'kysely';
import type { Projection, Table } from '../../../projections/projection.js';
import type { Queryable } from '../../database/database.js';

/** The schema that holds the tables of one generation of a projection: `open_items_3`. */
export function schemaOf(name: string, generation: number): string {
  return `${name.replaceAll('-', '_')}_${generation}`;
}

/** Creates the tables of a new generation, empty. */
export async function createTables(db: Queryable, projection: Projection, generation: number): Promise<void> {
  const schema = schemaOf(projection.name, generation);
  // Tables that nobody remembers, for instance when what the projector keeps about itself was dropped by hand.
  await dropTables(db, projection.name, generation);
  await sql`create schema ${sql.id(schema)}`.execute(db);
  for (const table of projection.tables) {
    const columns = Object.keys(table.columns).map(
      (column) =>
        sql`${sql.id(column)} ${keptAs(table, column)}${sql.raw(table.key.includes(column) ? ' not null' : '')}`,
    );
    const key = table.key.map((column) => sql.id(column));
    await sql`create table ${sql.id(schema, table.name)} (${sql.join(columns)}, primary key (${sql.join(key)}))`.execute(
      db,
    );
  }
}

/**
 * The type of a column, as the table has it. JSON of rows that are only ever added is text: most of it is never read, and
 * taking it apart costs more than the rest of its row. What a JSON cannot hold (a NUL, half a character) is written with
 * `\u`: then PostgreSQL has a look, and refuses it as it would if the column were JSON.
 */
function keptAs(table: Table, column: string): RawBuilder<unknown> {
  if (!isKeptAsText(table, column)) return sql.raw(table.columns[column]!);
  const text = sql.id(column);
  return sql`text check (strpos(${text}, '\\u') = 0 or ${text}::jsonb is not null)`;
}

function isKeptAsText({ appendOnly, columns }: Table, column: string): boolean {
  return appendOnly === true && columns[column] === 'jsonb';
}

/** Creates the indexes of a generation; one may refuse a row, as a column may. */
export async function createIndexes(
  db: Queryable,
  projection: Projection,
  generation: number,
): Promise<void> {
  const schema = schemaOf(projection.name, generation);
  for (const table of projection.tables) {
    for (const [i, { columns, where }] of (table.indexes ?? []).entries()) {
      const list = sql.join(columns.map((column) => sql.id(column)));
      const name = sql.id(`${table.name}_${i + 1}`);
      // One that was interrupted may be there already.
      await sql`create index if not exists ${name} on ${sql.id(schema, table.name)} (${list}) ${sql.raw(where ? `where ${where}` : '')}`.execute(
        db,
      );
    }
  }
}

/** Lets the planner know how the rows of a generation are by now: PGlite never looks by itself. */
export async function analyzeTables(
  db: Queryable,
  projection: Projection,
  generation: number,
): Promise<void> {
  const schema = schemaOf(projection.name, generation);
  for (const { name, columns } of projection.tables) {
    // No question goes by what is in a JSON; to compare thousands of them takes longer than all the rest.
    const compared = Object.keys(columns).filter((column) => columns[column] !== 'jsonb');
    const list = sql.join(compared.map((column) => sql.id(column)));
    await sql`analyze ${sql.id(schema, name)} (${list})`.execute(db);
  }
}

/** Drops a generation and whatever reads from it. */
export async function dropTables(db: Queryable, name: string, generation: number): Promise<void> {
  await sql`drop schema if exists ${sql.id(schemaOf(name, generation))} cascade`.execute(db);
}

/** Whether all tables of a generation are there. */
export async function tablesExist(
  db: Queryable,
  projection: Projection,
  generation: number,
): Promise<boolean> {
  const { rows } = await sql<{ table_name: string }>`
    select table_name from information_schema.tables where table_schema = ${schemaOf(projection.name, generation)}`.execute(
    db,
  );
  const found = new Set(rows.map((row) => row.table_name));
  return projection.tables.every((table) => found.has(table.name));
}

/**
 * Points the views of `ledger_read` at a generation. Views whose columns stay the same are replaced, so that what is
 * built on them stays; the others are dropped with all that is built on them, which `installViews` then makes anew.
 */
export async function pointViews(db: Queryable, projection: Projection, generation: number): Promise<void> {
  const schema = schemaOf(projection.name, generation);
  for (const table of projection.tables) {
    const view = sql.id('ledger_read', table.name);
    if (!(await hasColumnsOf(db, table))) await sql`drop view if exists ${view} cascade`.execute(db);
    const columns = [
      ...Object.keys(table.columns).map((column) =>
        isKeptAsText(table, column) ? sql`${sql.id(column)}::jsonb as ${sql.id(column)}` : sql.id(column),
      ),
      ...Object.entries(table.derived ?? {}).map(
        ([column, { type, is }]) => sql`(${sql.raw(is)})::${sql.raw(type)} as ${sql.id(column)}`,
      ),
    ];
    await sql`create or replace view ${view} as select ${sql.join(columns)} from ${sql.id(schema, table.name)}`.execute(
      db,
    );
  }
}

async function hasColumnsOf(db: Queryable, table: Table): Promise<boolean> {
  const { rows } = await sql<{ column: string }>`
    select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) as column
    from pg_attribute a
    where a.attrelid = to_regclass(${`ledger_read.${table.name}`}) and a.attnum > 0
    order by a.attnum`.execute(db);
  const derived = Object.entries(table.derived ?? {}).map(([column, { type }]) => [column, type] as const);
  const wanted = [...Object.entries(table.columns), ...derived].map(
    ([column, type]) => `${column} ${FORMATTED[type] ?? type}`,
  );
  return rows.map((row) => row.column).join() === wanted.join();
}

/** PostgreSQL's own names of types, where they differ from ours. */
const FORMATTED: Readonly<Partial<Record<string, string>>> = { timestamptz: 'timestamp with time zone' };
