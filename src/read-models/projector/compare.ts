import { sql } from 'kysely';
import type { Projection, Table } from '../../../projections/projection.js';
import type { Queryable } from '../../database/database.js';
import { schemaOf } from './tables.js';
import type { Target } from './write-rows.js';

/** A row that the live tables and those built anew do not agree on; cells are PostgreSQL's text of them. */
export interface RowDifference {
  key: Record<string, string | null>;
  /** Left out where the live table has no such row. */
  live?: Record<string, string | null>;
  /** Left out where the rebuilt table has no such row. */
  rebuilt?: Record<string, string | null>;
}

export interface TableDifference {
  projection: string;
  table: string;
  /** Rows that differ. */
  count: number;
  /** The first of them. */
  examples: RowDifference[];
}

const EXAMPLES_MAX = 10;

/**
 * Compares all rows of a projection's live tables with those of a generation built beside, both ways and on all columns.
 * Each table is one statement, so that it sees both as of one moment. Rows are matched by their key, which no table
 * holds twice: that finds what `EXCEPT ALL` both ways would, and which row it is about.
 */
export async function compareTables(
  db: Queryable,
  projection: Projection,
  live: Target,
  rebuilt: Target,
): Promise<TableDifference[]> {
  const differences: TableDifference[] = [];
  for (const table of projection.tables) {
    const found = await compareTable(
      db,
      table,
      schemaOf(live.name, live.generation),
      schemaOf(rebuilt.name, rebuilt.generation),
    );
    if (found.count > 0) differences.push({ projection: projection.name, table: table.name, ...found });
  }
  return differences;
}

async function compareTable(
  db: Queryable,
  table: Table,
  live: string,
  rebuilt: string,
): Promise<{ count: number; examples: RowDifference[] }> {
  const columns = Object.keys(table.columns);
  const [first] = table.key as [string, ...string[]];
  const row = (side: string) => sql`(${sql.join(columns.map((column) => sql.ref(`${side}.${column}`)))})`;
  const cells = (side: string) =>
    sql`case when ${sql.ref(`${side}.${first}`)} is not null then json_build_object(${sql.join(
      columns.flatMap((column) => [sql.lit(column), sql`${sql.ref(`${side}.${column}`)}::text`]),
    )}) end`;
  const sameKey = sql.join(
    table.key.map((column) => sql`${sql.ref(`a.${column}`)} = ${sql.ref(`b.${column}`)}`),
    sql` and `,
  );
  const { rows } = await sql<{
    count: string;
    live: RowDifference['key'] | null;
    rebuilt: RowDifference['key'] | null;
  }>`
    select count(*) over () as count, ${cells('a')} as live, ${cells('b')} as rebuilt
    from ${sql.id(live, table.name)} a full join ${sql.id(rebuilt, table.name)} b on ${sameKey}
    where ${row('a')} is distinct from ${row('b')}
    limit ${sql.lit(EXAMPLES_MAX)}`.execute(db);
  return {
    count: Number(rows[0]?.count ?? 0),
    examples: rows.map((found) => ({
      key: Object.fromEntries(table.key.map((column) => [column, (found.live ?? found.rebuilt)![column]!])),
      ...(found.live ? { live: found.live } : {}),
      ...(found.rebuilt ? { rebuilt: found.rebuilt } : {}),
    })),
  };
}
