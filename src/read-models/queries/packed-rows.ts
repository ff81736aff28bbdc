import { type RawBuilder, sql } from 'kysely';
import type { Reader } from './snapshot.js';

/**
 * Reads the rows of a query, in its order, as one cell: to hand over thousands of cells one by one takes longer than to
 * find them. For answers that become one text in the end, as this does.
 *
 * @param columns all columns of the query; their values come as text, or null
 */
export async function readPacked<T extends object>(
  reader: Reader,
  query: RawBuilder<T>,
  columns: readonly string[],
): Promise<T[]> {
  const cells = sql.join(columns.map((column) => sql`q.${sql.id(column)}::text`));
  const { rows } = await sql<{ packed: string | null }>`
    select json_agg(json_build_array(${cells}))::text as packed from (${query}) q`.execute(reader);
  return (JSON.parse(rows[0]!.packed ?? '[]') as (string | null)[][]).map((row) => {
    const named: Record<string, string | null> = {};
    for (const [i, column] of columns.entries()) named[column] = row[i]!;
    return named as T;
  });
}
