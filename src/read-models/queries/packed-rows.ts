import { type RawBuilder, sql } from 'kysely';
import type { Reader } from './snapshot.js';

/**
 * Reads the columns of a query, in the order of its rows, each as one cell: to hand over thousands of cells one by one
 * takes longer than to find them, and so does an object for each row. For answers that become one text in the end.
 *
 * @param names all columns of the query; their values come as text, or null
 */
export async function readColumns<T extends object, C extends keyof T & string>(
  reader: Reader,
  query: RawBuilder<T>,
  names: readonly C[],
): Promise<Record<C, T[C][]>> {
  const packed = names.map((name) => sql`json_agg(q.${sql.id(name)}::text)::text as ${sql.id(name)}`);
  const { rows } = await sql<Record<C, string | null>>`
    select ${sql.join(packed)} from (${query}) q`.execute(reader);
  const columns = names.map((name) => [name, JSON.parse(rows[0]![name] ?? '[]')] as const);
  return Object.fromEntries(columns) as Record<C, T[C][]>;
}
