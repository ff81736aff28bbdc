import type { Table } from '../../../projections/projection.js';
import { arrayLiteral } from '../../database/array-literal.js';
import { AddedLines } from './added-lines.js';
import type { FoldedProjections, FoldedRow, FoldedTable } from './fold-batch.js';

/** What a change does to a row beside naming it. */
const PARTS = ['set', 'add', 'max', 'min'] as const;
type Part = (typeof PARTS)[number];

/** Rows that are made or changed, all in the same columns: each column as the text of an array. */
export interface ChangedRows {
  table: Table;
  columns: readonly { name: string; how: 'key' | Part; cells: string }[];
}

/** What a batch does to the tables of each projection, by its name, as the text that goes to the database. */
export type RowsAsText = ReadonlyMap<
  string,
  { added: readonly AddedLines[]; changed: readonly ChangedRows[] }
>;

/**
 * Made before a batch is written, so that the database has the next one while the texts after that are made.
 *
 * @param isNew whether none of the rows of a table can be there already
 */
export function rowsAsText(folded: FoldedProjections, isNew = (_: Table): boolean => false): RowsAsText {
  return new Map(
    [...folded].map(([name, tables]) => {
      const added: AddedLines[] = [];
      const changed: ChangedRows[] = [];
      for (const table of tables) {
        if (table instanceof AddedLines) added.push(table);
        else if (isNew(table.table)) added.push(newRows(table));
        else changed.push(...byColumns(table.rows).map((rows) => changedRows(table.table, rows)));
      }
      return [name, { added, changed }];
    }),
  );
}

/** Where a row is not there yet, it does not matter what a change would do to it. */
function newRows({ table, rows }: FoldedTable): AddedLines {
  const lines = new AddedLines(table);
  for (const { key, set, add, max, min } of rows) {
    lines.add({ table: table.name, key, set: { ...set, ...add, ...max, ...min } });
  }
  return lines;
}

/** Rows that change the same columns can be written by one statement. */
function byColumns(rows: readonly FoldedRow[]): FoldedRow[][] {
  const groups: FoldedRow[][] = [];
  for (const row of rows) {
    const group = groups.find(([first]) => hasSameColumns(row, first!));
    if (group) group.push(row);
    else groups.push([row]);
  }
  return groups;
}

function hasSameColumns(a: FoldedRow, b: FoldedRow): boolean {
  return PARTS.every((part) => hasSameNames(a[part], b[part]));
}

function hasSameNames(a: object = NONE, b: object = NONE): boolean {
  let more = 0;
  for (const name in a) {
    if (!(name in b)) return false;
    more += 1;
  }
  for (const _ in b) more -= 1;
  return more === 0;
}

const NONE: FoldedRow['key'] = {};

function changedRows(table: Table, rows: readonly FoldedRow[]): ChangedRows {
  const [first] = rows;
  const columns = (names: readonly string[], how: 'key' | Part) =>
    names.map((name) => ({ name, how, cells: arrayLiteral(rows.map((row) => row[how]?.[name])) }));
  return {
    table,
    columns: [
      ...columns(table.key, 'key'),
      ...PARTS.flatMap((part) => columns(Object.keys(first![part] ?? NONE), part)),
    ],
  };
}
