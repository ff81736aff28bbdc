import { type RawBuilder, sql } from 'kysely';
import type { Cell, Table } from '../../../projections/projection.js';
import { arrayLiteral } from '../../database/array-literal.js';
import type { Queryable } from '../../database/database.js';
import { type Money, ZERO, money } from '../../ledger/money.js';
import type { FoldedProjections, FoldedRow, FoldedTable } from './fold-batch.js';
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
  readonly #tables = new Map<string, Map<string, Money>>();

  of(schema: string, table: string): Map<string, Money> {
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

/** Writes a folded batch to every target, with a few statements for each table whatever the size of the batch. */
export async function writeBatch(
  tx: Queryable,
  targets: readonly Target[],
  folded: FoldedProjections,
  sums: RunningSums,
): Promise<void> {
  for (const { name, generation } of targets) {
    for (const table of folded.get(name) ?? []) await writeTable(tx, schemaOf(name, generation), table, sums);
  }
}

async function writeTable(
  tx: Queryable,
  schema: string,
  { table, rows }: FoldedTable,
  sums: RunningSums,
): Promise<void> {
  const runs = await runningColumn(tx, schema, table, rows, sums);
  for (const group of byColumns(rows)) await upsert(tx, schema, table, group, runs);
}

/** Rows that change the same columns can be written by one statement. */
function byColumns(rows: readonly FoldedRow[]): FoldedRow[][] {
  const groups = new Map<string, FoldedRow[]>();
  for (const row of rows) {
    const columns = [row.set, row.add, row.max].map((part) => Object.keys(part).join()).join(';');
    const group = groups.get(columns);
    if (group) group.push(row);
    else groups.set(columns, [row]);
  }
  return [...groups.values()];
}

async function upsert(
  tx: Queryable,
  schema: string,
  table: Table,
  rows: readonly FoldedRow[],
  runs: Running | undefined,
): Promise<void> {
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
      cells: rows.map((row) => textOf(row.add[name]!)),
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
  if (runs && first.running) {
    columns.push({ name: runs.column, cells: rows.map((row) => runs.sums.get(row)!.toFixed()) });
  }

  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const arrays = columns.map(
    ({ name, cells }) => sql`${arrayLiteral(cells)}::${sql.raw(table.columns[name] ?? 'text')}[]`,
  );
  await sql`
    insert into ${sql.id(schema, table.name)} as t (${names})
    select * from unnest(${sql.join(arrays)})
    ${conflictClause(table, columns)}`.execute(tx);
}

function textOf(amount: Money | string): string {
  return typeof amount === 'string' ? amount : amount.toFixed();
}

function conflictClause(
  table: Table,
  columns: readonly { name: string; onConflict?: RawBuilder<unknown> }[],
): RawBuilder<unknown> {
  if (table.appendOnly) return sql``;
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
  sums: Map<FoldedRow, Money>;
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
    for (const { name, sum } of found.rows) last.set(name, sum === null ? ZERO : money(sum));
  }
  const sums = new Map<FoldedRow, Money>();
  for (const row of rows) {
    const name = String(row.key[partition!]);
    const sum = (last.get(name) ?? ZERO).plus(row.running?.amount ?? '0');
    last.set(name, sum);
    sums.set(row, sum);
  }
  return { column, sums };
}
