import {
  type Cell,
  type Change,
  type Projection,
  type Table,
  changesIn,
  movementsIn,
} from '../../../projections/projection.js';
import { addAmounts } from '../../ledger/add-amounts.js';
import type { Movement } from '../../ledger/movements.js';
import type { AnyRecordedEvent } from '../../ledger/recorded-event.js';
import { AddedLines } from './added-lines.js';

/** All changes of a batch to one row, drawn together. */
export type FoldedRow = Omit<Change, 'running'>;

/** What a batch of events does to the tables of each projection, by its name. */
export type FoldedProjections = ReadonlyMap<string, readonly (AddedLines | FoldedTable)[]>;

/** Rows that are made or changed. */
export interface FoldedTable {
  table: Table;
  rows: readonly FoldedRow[];
}

/** A projection's own code threw on an event. */
export class FoldFailed extends Error {
  constructor(
    readonly projection: string,
    cause: unknown,
  ) {
    super(`${projection} cannot fold the event`, { cause });
    this.name = 'FoldFailed';
  }
}

/**
 * Folds events in memory before anything is written, so that a row that a batch touches often is written once.
 * An event goes into all projections or into none.
 */
export class BatchFold {
  readonly #projections: readonly { projection: Projection; tables: Map<string, TableFold> }[];

  constructor(projections: readonly Projection[]) {
    this.#projections = projections.map((projection) => ({
      projection,
      tables: new Map(projection.tables.map((table) => [table.name, foldOf(table)])),
    }));
  }

  /** @throws FoldFailed having changed nothing */
  add(recorded: AnyRecordedEvent): void {
    let movements: readonly Movement[] | undefined;
    const changes: Change[] = [];
    const changed: TableFold[] = [];
    for (const { projection, tables } of this.#projections) {
      try {
        movements ??= movementsIn(recorded);
        for (const change of changesIn(projection, recorded, movements)) {
          const table = tables.get(change.table);
          if (!table) throw new TypeError(`no table ${change.table}`);
          changes.push(change);
          changed.push(table);
        }
      } catch (error) {
        throw new FoldFailed(projection.name, error);
      }
    }
    for (const [i, change] of changes.entries()) changed[i]!.add(change);
  }

  folded(): FoldedProjections {
    return this.#nonEmpty((_): _ is TableFold => true);
  }

  /** Rows that are only ever added; they are let go of. */
  takeAdded(): ReadonlyMap<string, readonly AddedLines[]> {
    return this.#take((table) => table instanceof AddedLines);
  }

  /** Rows that are made or changed; they are let go of. */
  takeChanged(): ReadonlyMap<string, readonly FoldedTable[]> {
    return this.#take((table) => table instanceof ChangedTable);
  }

  /** How many rows are held that are made or changed. */
  get rowsChanged(): number {
    let rows = 0;
    for (const { tables } of this.#projections) {
      for (const table of tables.values()) if (table instanceof ChangedTable) rows += table.rows.length;
    }
    return rows;
  }

  #take<T extends TableFold>(isWanted: (table: TableFold) => table is T): ReadonlyMap<string, T[]> {
    const taken = this.#nonEmpty(isWanted);
    for (const { projection, tables } of this.#projections) {
      for (const { table } of taken.get(projection.name)!) tables.set(table.name, foldOf(table));
    }
    return taken;
  }

  #nonEmpty<T extends TableFold>(isWanted: (table: TableFold) => table is T): ReadonlyMap<string, T[]> {
    return new Map(
      this.#projections.map(({ projection, tables }) => [
        projection.name,
        [...tables.values()].filter(isWanted).filter((table) => !table.isEmpty),
      ]),
    );
  }
}

type TableFold = AddedLines | ChangedTable;

function foldOf(table: Table): TableFold {
  return table.appendOnly ? new AddedLines(table) : new ChangedTable(table);
}

/** The rows of a table that a batch makes or changes. */
class ChangedTable implements FoldedTable {
  readonly rows: FoldedRow[] = [];
  readonly #byKey = new Map<string, FoldedRow>();

  constructor(readonly table: Table) {}

  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  add(change: Change): void {
    // No text in a row can hold the separator: PostgreSQL refuses it.
    const id = this.table.key.map((column) => change.key[column]).join('\0');
    const row = this.#byKey.get(id);
    if (row) {
      merge(row, change);
      return;
    }
    // Changes are made for this batch, so that the first one becomes the row.
    this.#byKey.set(id, change);
    this.rows.push(change);
  }
}

function merge(row: FoldedRow, { set, add, max, min }: Change): void {
  if (set) row.set = row.set ? Object.assign(row.set, set) : set;
  if (add) {
    row.add ??= {};
    for (const column in add) row.add[column] = sum(row.add[column], add[column]!);
  }
  if (max) {
    row.max ??= {};
    for (const column in max) row.max[column] = greatest(row.max[column], max[column]!);
  }
  if (min) {
    row.min ??= {};
    for (const column in min) row.min[column] = least(row.min[column], min[column]!);
  }
}

/** Most columns of an account stay as they are with most events. */
function sum(before: string | undefined, amount: string): string {
  if (before === undefined || before === '0') return amount;
  return amount === '0' ? before : addAmounts(before, amount);
}

function greatest(a: Cell | undefined, b: Cell): Cell {
  if (a === undefined || a === null) return b;
  return b !== null && b > a ? b : a;
}

function least(a: Cell | undefined, b: Cell): Cell {
  if (a === undefined || a === null) return b;
  return b !== null && b < a ? b : a;
}
