import { CompiledQuery, sql } from 'kysely';
import type { Queryable } from './database.js';

/** A cell of a row as it is written. */
export type CopiedCell = string | number | boolean | null | undefined;

/**
 * Adds rows to a table by COPY, in half the time that an insert takes.
 *
 * @param columns names of the columns that are given; the others stay null
 * @param rows cells in the order of the columns, as PostgreSQL reads their type from text
 */
export async function copyRows(
  db: Queryable,
  table: { schema: string; name: string },
  columns: readonly string[],
  rows: Iterable<readonly CopiedCell[]>,
): Promise<void> {
  const names = sql.join(columns.map((name) => sql.id(name)));
  const statement = sql`copy ${sql.id(table.schema, table.name)} (${names}) from stdin`.compile(db);
  await db.executeQuery(CompiledQuery.raw(statement.sql, [copyText(rows)]));
}

/** What both drivers know such a statement by: the text of its rows is its one parameter. */
export function isCopy(statement: string): boolean {
  return statement.startsWith('copy ');
}

/** Rows in the text format of COPY. */
export function copyText(rows: Iterable<readonly CopiedCell[]>): string {
  let text = '';
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      if (i > 0) text += '\t';
      if (cell === null || cell === undefined) text += '\\N';
      else if (typeof cell === 'string') text += SPECIAL.test(cell) ? escaped(cell) : cell;
      else text += String(cell);
    }
    text += '\n';
  }
  return text;
}

const SPECIAL = /[\\\t\n\r]/;
const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escaped(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (char) => ESCAPED[char]!);
}
