import type { Cell, Table } from '../../../projections/projection.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { copyLine } from '../../database/copy-rows.js';
import type { FoldedProjections, FoldedRow } from './fold-batch.js';

/** Rows that are only ever added, as lines of a COPY. */
export interface AddedRows {
  table: Table;
  columns: readonly string[];
  lines: readonly string[];
  /** A last column that every line still lacks: a sum that goes on from what the table holds. */
  running?: { column: string; of: readonly { partition: string; amount: string }[] };
}

/** Rows that are made or changed, all in the same columns: each column as the text of an array. */
export interface ChangedRows {
  table: Table;
  columns: readonly { name: string; how: 'key' | 'set' | 'add' | 'max'; cells: string }[];
}

/** What a batch does to the tables of each projection, by its name, as the text that goes to the database. */
export type RowsAsText = ReadonlyMap<
  string,
  { added: readonly AddedRows[]; changed: readonly ChangedRows[] }
>;

/** Made before a batch is written, so that the database has the next one while the texts after that are made. */
export function rowsAsText(folded: FoldedProjections): RowsAsText {
  return new Map(
    [...folded].map(([name, tables]) => [
      name,
      {
        added: tables.flatMap(({ table, rows }) => (table.appendOnly ? [addedRows(table, rows)] : [])),
        changed: tables.flatMap(({ table, rows }) =>
          table.appendOnly ? [] : byColumns(rows).map((group) => changedRows(table, group)),
        ),
      },
    ]),
  );
}

function addedRows(table: Table, rows: readonly FoldedRow[]): AddedRows {
  const running = rows.find((row) => row.running)?.running?.column;
  const columns = Object.keys(table.columns).filter((column) => column !== running);
  const lines = rows.map(({ key, set }) => copyLine(columns.map((column) => set[column] ?? key[column])));
  if (running === undefined) return { table, columns, lines };
  const of = rows.map((row) => ({
    partition: String(row.key[table.key[0]!]),
    amount: row.running?.amount ?? '0',
  }));
  return { table, columns: [...columns, running], lines, running: { column: running, of } };
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

function changedRows(table: Table, rows: readonly FoldedRow[]): ChangedRows {
  const { set, add, max } = rows[0]!;
  const columns = (
    names: Iterable<string>,
    how: ChangedRows['columns'][number]['how'],
    cell: (row: FoldedRow, name: string) => Cell | undefined,
  ) => [...names].map((name) => ({ name, how, cells: arrayLiteral(rows.map((row) => cell(row, name))) }));
  return {
    table,
    columns: [
      ...columns(table.key, 'key', (row, name) => row.key[name]),
      ...columns(Object.keys(set), 'set', (row, name) => row.set[name]),
      ...columns(Object.keys(add), 'add', (row, name) => row.add[name]),
      ...columns(Object.keys(max), 'max', (row, name) => row.max[name]),
    ],
  };
}
