import { sql } from 'kysely';
import { type Tables, foldChanges } from '../../../projections/fold-changes.js';
import type { Projection, Table } from '../../../projections/projection.js';
import type { Queryable } from '../../../src/database/database.js';
import { decodeAny } from '../../../src/event-store/codec.js';
import type { StoredEvent } from '../../../src/event-store/event-store.js';
import { money } from '../../../src/ledger/money.js';
import type { AnyRecordedEvent } from '../../../src/ledger/recorded-event.js';

/** Rows of every table as sorted text, so that two states can be compared at a glance. */
export type Written = Record<string, string[]>;

/** What stands in the tables, read through the views that reports are built on. */
export async function readTables(db: Queryable, projections: readonly Projection[]): Promise<Written> {
  const written: Written = {};
  for (const table of projections.flatMap(({ tables }) => tables)) {
    const { rows } = await sql<
      Record<string, unknown>
    >`select * from ${sql.id('ledger_read', table.name)}`.execute(db);
    written[table.name] = rows.map((row) => asText(table, row)).sort();
  }
  return written;
}

/** What should stand there: the same events folded in memory. */
export function foldTables(projections: readonly Projection[], events: readonly AnyRecordedEvent[]): Written {
  const written: Written = {};
  for (const projection of projections) {
    const tables: Tables = {};
    for (const event of events) foldChanges(projection, tables, event);
    for (const table of projection.tables) {
      written[table.name] = Object.values(tables[table.name] ?? {})
        .map((row) => asText(table, row))
        .sort();
    }
  }
  return written;
}

/** The first rows that differ between two states, in words; none when they are the same. */
export function differences(written: Written, expected: Written): string[] {
  const found: string[] = [];
  for (const table of Object.keys(expected)) {
    const [are, shouldBe] = [written[table] ?? [], expected[table]!];
    const [there, wanted] = [new Set(are), new Set(shouldBe)];
    found.push(...are.filter((row) => !wanted.has(row)).map((row) => `${table} has ${row}`));
    found.push(...shouldBe.filter((row) => !there.has(row)).map((row) => `${table} lacks ${row}`));
    if (are.length !== shouldBe.length) found.push(`${table} has ${are.length} rows, not ${shouldBe.length}`);
  }
  return found.slice(0, 10);
}

/** What the tables have that the log does not say, or the other way round. */
export async function differencesFromLog(
  db: Queryable,
  projections: readonly Projection[],
  log: readonly StoredEvent[],
): Promise<string[]> {
  return differences(await readTables(db, projections), foldTables(projections, log.map(decodeAny)));
}

function asText(table: Table, row: Record<string, unknown>): string {
  return JSON.stringify(
    Object.entries(table.columns).map(([column, type]) => {
      const cell = row[column] ?? null;
      if (cell === null) return null;
      switch (type) {
        case 'numeric':
          return money(cell as string).toFixed();
        case 'bigint':
        case 'integer':
          return `${cell as string | number}`;
        case 'jsonb':
          return canonical(typeof cell === 'string' ? JSON.parse(cell) : cell);
        case 'text':
        case 'date':
        case 'timestamptz':
        case 'boolean':
          return cell;
      }
    }),
  );
}

/** PostgreSQL keeps the keys of JSON in an order of its own. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)]);
}
