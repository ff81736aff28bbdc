import { type RawBuilder, sql } from 'kysely';
import { arrayLiteral } from '../../database/array-literal.js';
import { copyRows } from '../../database/copy-rows.js';
import type { Queryable } from '../../database/database.js';
import { addAmounts } from '../../ledger/add-amounts.js';
import type { AddedLines } from './added-lines.js';
import type { ChangedRows, RowsAsText } from './rows-as-text.js';
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
 * Writes a batch to every target: by COPY where rows are only ever added, everywhere else by one statement for all
 * tables together, so that a batch is a few statements whatever its size.
 */
export async function writeBatch(
  tx: Queryable,
  targets: readonly Target[],
  rows: RowsAsText,
  sums: RunningSums,
): Promise<void> {
  const upserts: RawBuilder<unknown>[] = [];
  for (const { name, generation } of targets) {
    const schema = schemaOf(name, generation);
    const { added = [], changed = [] } = rows.get(name) ?? {};
    for (const some of added) await add(tx, schema, some, sums);
    upserts.push(...changed.map((some) => upsert(schema, some)));
  }
  if (upserts.length === 0) return;
  // No two of them touch the same row: a batch has each row once.
  const parts = upserts.map((part, i) => sql`${sql.id(`part_${i}`)} as (${part})`);
  await sql`with ${sql.join(parts)} select`.execute(tx);
}

async function add(tx: Queryable, schema: string, rows: AddedLines, remembered: RunningSums): Promise<void> {
  const { table, columns, lines } = rows;
  const sums = await runningSums(tx, schema, rows, remembered);
  const text = lines.map((line, i) => (sums ? `${line}\t${sums[i]}\n` : `${line}\n`)).join('');
  await copyRows(tx, { schema, name: table.name }, columns, text);
}

/** The running column of each row: what stood in its partition before, plus the amounts up to it. */
async function runningSums(
  tx: Queryable,
  schema: string,
  { table, running }: AddedLines,
  remembered: RunningSums,
): Promise<string[] | undefined> {
  if (!running) return undefined;
  const [partition, ...order] = table.key;
  const last = remembered.of(schema, table.name);
  const unknown = new Set<string>();
  for (const { partition: name } of running.of) if (!last.has(name)) unknown.add(name);
  if (unknown.size > 0) {
    const newestFirst = sql.join(order.map((name) => sql`t.${sql.id(name)} desc`));
    const found = await sql<{ name: string; sum: string | null }>`
      select p.name, (
        select t.${sql.id(running.column)} from ${sql.id(schema, table.name)} t
        where t.${sql.id(partition!)} = p.name order by ${newestFirst} limit 1
      ) as sum
      from unnest(${arrayLiteral([...unknown])}::text[]) as p(name)`.execute(tx);
    for (const { name, sum } of found.rows) last.set(name, sum ?? '0');
  }
  return running.of.map(({ partition: name, amount }) => {
    const sum = addAmounts(last.get(name) ?? '0', amount);
    last.set(name, sum);
    return sum;
  });
}

function upsert(schema: string, { table, columns }: ChangedRows): RawBuilder<unknown> {
  const names = sql.join(columns.map(({ name }) => sql.id(name)));
  const arrays = columns.map(({ name, cells }) => sql`${cells}::${sql.raw(table.columns[name] ?? 'text')}[]`);
  const key = sql.join(table.key.map((name) => sql.id(name)));
  const changes = columns.flatMap((column) => changeOf(column) ?? []);
  return sql`
    insert into ${sql.id(schema, table.name)} as t (${names})
    select * from unnest(${sql.join(arrays)})
    on conflict (${key}) ${changes.length > 0 ? sql`do update set ${sql.join(changes)}` : sql`do nothing`}`;
}

/** What becomes of a column where the row is there already. */
function changeOf({ name, how }: ChangedRows['columns'][number]): RawBuilder<unknown> | undefined {
  const [column, before, now] = [sql.id(name), sql.ref(`t.${name}`), sql.ref(`excluded.${name}`)];
  switch (how) {
    case 'key':
      return undefined;
    case 'set':
      return sql`${column} = ${now}`;
    case 'add':
      return sql`${column} = coalesce(${before}, 0) + ${now}`;
    case 'max':
      return sql`${column} = greatest(${before}, ${now})`;
    case 'min':
      return sql`${column} = least(${before}, ${now})`;
  }
}
