import {
  type Cell,
  type Change,
  type Projection,
  type Row,
  type Table,
  changesIn,
  movementsIn,
} from '../../../projections/projection.js';
import { addAmounts } from '../../ledger/add-amounts.js';
import type { Movement } from '../../ledger/movements.js';
import type { AnyRecordedEvent } from '../../ledger/recorded-event.js';

/** All changes of a batch to one row, drawn together. */
export interface FoldedRow {
  key: Row;
  set: Row;
  add: Record<string, string>;
  max: Row;
  running?: { column: string; amount: string };
}

export interface FoldedTable {
  table: Table;
  rows: FoldedRow[];
}

/** What a batch of events does to the tables of each projection, by its name. */
export type FoldedProjections = ReadonlyMap<string, readonly FoldedTable[]>;

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
      tables: new Map(projection.tables.map((table) => [table.name, new TableFold(table)])),
    }));
  }

  /** @throws FoldFailed having changed nothing */
  add(recorded: AnyRecordedEvent): void {
    let movements: readonly Movement[] | undefined;
    const all = this.#projections.map(({ projection, tables }) => {
      try {
        movements ??= movementsIn(recorded);
        const changes = changesIn(projection, recorded, movements);
        for (const { table } of changes) if (!tables.has(table)) throw new TypeError(`no table ${table}`);
        return { tables, changes };
      } catch (error) {
        throw new FoldFailed(projection.name, error);
      }
    });
    for (const { tables, changes } of all) {
      for (const change of changes) tables.get(change.table)!.add(change);
    }
  }

  folded(): FoldedProjections {
    return new Map(
      this.#projections.map(({ projection, tables }) => [
        projection.name,
        [...tables.values()]
          .filter((fold) => fold.rows.length > 0)
          .map(({ table, rows }) => ({ table, rows })),
      ]),
    );
  }
}

class TableFold {
  readonly rows: FoldedRow[] = [];
  readonly #byKey = new Map<string, FoldedRow>();

  constructor(readonly table: Table) {}

  add(change: Change): void {
    if (this.table.appendOnly) {
      this.rows.push(rowOf(change));
      return;
    }
    // No text in a row can hold the separator: PostgreSQL refuses it.
    let id = '';
    for (const column of this.table.key) id += `${String(change.key[column])}\0`;
    const row = this.#byKey.get(id);
    if (row) {
      merge(row, change);
      return;
    }
    const added = rowOf(change);
    this.#byKey.set(id, added);
    this.rows.push(added);
  }
}

/** The changes are this batch's own, so their parts become the row's. */
function rowOf({ key, set = {}, add = {}, max = {}, running }: Change): FoldedRow {
  return { key, set, add, max, ...(running ? { running } : {}) };
}

function merge(row: FoldedRow, { set, add, max, running }: Change): void {
  if (set) Object.assign(row.set, set);
  for (const column in add) row.add[column] = sum(row.add[column], add[column]!);
  for (const column in max) row.max[column] = greatest(row.max[column], max[column]!);
  if (running) row.running = running;
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
