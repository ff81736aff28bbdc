import { type Movement, movementsOf } from '../src/ledger/movements.js';
import {
  type AnyRecordedEvent,
  type RecordedEvent,
  type RecordedRemittanceEvent,
  isOfAccount,
} from '../src/ledger/recorded-event.js';

/** A value in a row: amounts, dates, instants and positions are text, exact in every store. */
export type Cell = string | number | boolean | null;
export type Row = Record<string, Cell>;

export type ColumnType =
  'text' | 'date' | 'timestamptz' | 'numeric' | 'bigint' | 'integer' | 'boolean' | 'jsonb';

/** A table that a projection fills; key columns are never null. */
export interface Table {
  name: string;
  key: readonly string[];
  columns: Readonly<Record<string, ColumnType>>;
  /** Rows are written once and never touched again; their JSON is kept as text until somebody reads it. */
  appendOnly?: boolean;
  /** Columns that readers find beside those that are kept: what follows from the same row, as SQL. */
  derived?: Readonly<Record<string, { type: ColumnType; is: string }>>;
  /** Further indexes, each a list of columns, with an optional condition on the rows. */
  indexes?: readonly { columns: readonly string[]; where?: string }[];
}

/**
 * What an event does to one row, found by its key and made when it is not there: columns are replaced, raised by exact
 * amounts, or kept at the greatest or the smallest value seen.
 */
export interface Change {
  table: string;
  key: Row;
  set?: Row;
  add?: Record<string, string>;
  max?: Row;
  min?: Row;
  /**
   * Sets `column` to the sum of this and all earlier `amount`s of the rows that share the first key column; only where
   * rows are written once, and then with every row.
   */
  running?: { column: string; amount: string };
}

/**
 * A pure fold over the events of accounts, and of what stands beside them, as the changes of one event at a time: the
 * projector writes them to PostgreSQL, `foldChanges` keeps them in memory. No clock, no I/O, no order between accounts.
 */
export interface Projection {
  name: string;
  /** Raised whenever tables or changes alter: the projection is then rebuilt beside the old one. */
  version: number;
  tables: readonly Table[];
  /** @param movements what the event does to money, worked out once for all projections */
  changesOf: (recorded: RecordedEvent, movements: readonly Movement[]) => Change[];
  /** Of events beside the accounts; left out where they change nothing. */
  changesOfRemittance?: (recorded: RecordedRemittanceEvent) => Change[];
}

/**
 * The changes of an event, whichever stream it is of.
 *
 * @param movements those of an event of an account, where they are known
 */
export function changesIn(
  projection: Projection,
  recorded: AnyRecordedEvent,
  movements = movementsIn(recorded),
): Change[] {
  return isOfAccount(recorded)
    ? projection.changesOf(recorded, movements)
    : (projection.changesOfRemittance?.(recorded) ?? []);
}

/** What an event of an account does to money; none for an event of another stream, whose projections look for themselves. */
export function movementsIn(recorded: AnyRecordedEvent): readonly Movement[] {
  return isOfAccount(recorded) ? movementsOf(recorded.event) : [];
}
