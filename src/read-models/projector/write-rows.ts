import { type RawBuilder, sql } from 'kysely';
import type { Cell, Table } from '../../../projections/projection.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { copyRows } from '../../database/copy-rows.js';
import type { Queryable } from '../../database/database.js';
import { addAmounts } from '../../ledger/add-amounts.js';
import type { FoldedProjections, FoldedRow } from './fold-batch.js';
import { schemaOf } from './tables.js';

/** Tables that a batch is written to. */
export interface Target {
  name: string;
  generation: number;
}

/**
 * The last running sum of each partition that was written lately, by `schema.table`: they need not be read again while
 * nobody else writes. Forgotten after any error.
 */
export class RunningSums {
  readonly #tables = new Map<string, Map<string, string>>();

  of(schema: string, table: string): Map<string, string> {
    const name = `${schema}.${table}`;
    let sums = this.#tables.get(name);
    if (!sums || sums.size > PARTITIONS_REMEMBERED_MAX) {
      sums = new Map();
      this.#tables.set(name, sums);
    }
    return sums;
  }

  forget(): void {
    this.#tables.clear();
  }
}

const PARTITIONS_REMEMBERED_MAX = 100_000;

/**
 * Writes a folded batch to every target: by COPY where rows are only ever added, everywhere else by one statement for
 * all tables together, so that a batch is a few statements whatever its size.
 */
export async function writeBatch(
  tx: Queryable,
  targets: readonly Target[],
  folded: FoldedProjections,
  sums: RunningSums,
): Promise<void> {
  const upserts: RawBuilder<unknown>[] = [];
  for (const { name, generation } of targets) {
    const schema = schemaOf(name, generation);
    for (const { table, rows } of folded.get(name) ?? []) {
      if (table.appendOnly) await append(tx, schema, table, rows, sums);
      else upserts.push(...byColumns(rows).map((group) => upsert(schema, table, group)));
    }
  }
  if (upserts.length === 0) return;
  // No two of them touch the same row: a batch has each row once.
  const parts = upserts.map((part, i) => sql`${sql.id(`part_${i}`)} as (${part})`);
  await sql`with ${sql.join(parts)} select`.execute(tx);
}

async function append(
  tx: Queryable,
  schema: string,
  table: Table,
  rows: readonly FoldedRow[],
  sums: RunningSums,
): Promise<void> {
  const columns = Object.keys(table.columns);
  const running = await runningColumn(tx, schema, table, rows, sums);
  await copyRows(
    tx,
    { schema, name: table.name },
    columns,
    rows.map((row) =>
      columns.map((column) =>
        column === running?.column ? running.sums.get(row) : (row.set[column] ?? row.key[column]),
      ),
    ),
  );
}

/** Rows that change the same columns can be written by one statement. */
function byColumns(rows: readonly FoldedRow[]): FoldedRow[][] {
  const groups = new Map<string, FoldedRow[]>();
  for (const row of rows) {
    let columns = '';
    for (const part of [row.set, row.add, row.max]) {
      for (const column in part) columns += `${column},`;
      columns += ';';
    }
    const group = groups.get(columns);
    if (group) group.push(row);
    else groups.set(columns, [row]);
  }
  return [...groups.values()];
}

function upsert(schema: string, table: Table, rows: readonly FoldedRow[]): RawBuilder<unknown> {
  const first = rows[0]!;
  const columns: { name: string; cells: (Cell | undefined)[]; onConflict?: RawBuilder<unknown> }[] = [];
  for (const name of table.key) columns.push({ name, cells: rows.map((row) => row.key[name]) });
  for (const name of Object.keys(first.set)) {
    columns.push({
      name,
      cells: rows.map((row) => row.set[name]),
      onConflict: sql`excluded.${sql.id(name)}`,
    });
  }
  for (const name of Object.keys(first.add)) {
    columns.push({
      name,
      cells: rows.map((row) => row.add[name]),
      onConflict: sql`coalesce(t.${sql.id(name)}, 0) + excluded.${sql.id(name)}`,
    });
  }
  for (const name of Object.keys(first.max)) {
    columns.push({
      name,
      cells: rows.map((row) => row.max[name]),
      onConflict: sql`greatest(t.${sql.id(name)}, excluded.${sql.id(name)})`,
    });
  }
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const arrays = columns.map(
    ({ name, cells }) => sql`${arrayLiteral(cells)}::${sql.raw(table.columns[name] ?? 'text')}[]`,
  );
  return sql`
    insert into ${sql.id(schema, table.name)} as t (${names})
    select * from unnest(${sql.join(arrays)})
    ${conflictClause(table, columns)}`;
}

function conflictClause(
  table: Table,
  columns: readonly { name: string; onConflict?: RawBuilder<unknown> }[],
): RawBuilder<unknown> {
  const changes = columns.flatMap(({ name, onConflict }) =>
    onConflict ? [sql`${sql.id(name)} = ${onConflict}`] : [],
  );
  const key = sql.join(table.key.map((name) => sql.id(name)));
  return changes.length > 0
    ? sql`on conflict (${key}) do update set ${sql.join(changes)}`
    : sql`on conflict (${key}) do nothing`;
}

interface Running {
  column: string;
  sums: Map<FoldedRow, string>;
}

/** The running column of each row: what stood in its partition before, plus the amounts up to it. */
async function runningColumn(
  tx: Queryable,
  schema: string,
  table: Table,
  rows: readonly FoldedRow[],
  remembered: RunningSums,
): Promise<Running | undefined> {
  const column = rows.find((row) => row.running)?.running?.column;
  if (column === undefined) return undefined;
  const [partition, ...order] = table.key;
  const last = remembered.of(schema, table.name);
  const unknown = new Set<string>();
  for (const row of rows) {
    const name = String(row.key[partition!]);
    if (!last.has(name)) unknown.add(name);
  }
  if (unknown.size > 0) {
    const newestFirst = sql.join(order.map((name) => sql`t.${sql.id(name)} desc`));
    const found = await sql<{ name: string; sum: string | null }>`
      select p.name, (
        select t.${sql.id(column)} from ${sql.id(schema, table.name)} t
        where t.${sql.id(partition!)} = p.name order by ${newestFirst} limit 1
      ) as sum
      from unnest(${arrayLiteral([...unknown])}::text[]) as p(name)`.execute(tx);
    for (const { name, sum } of found.rows) last.set(name, sum ?? '0');
  }
  const sums = new Map<FoldedRow, string>();
  for (const row of rows) {
    const name = String(row.key[partition!]);
    const sum = addAmounts(last.get(name) ?? '0', row.running?.amount ?? '0');
    last.set(name, sum);
    sums.set(row, sum);
  }
  return { column, sums };
}
