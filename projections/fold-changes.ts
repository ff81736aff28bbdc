import { addAmounts } from '../src/ledger/add-amounts.js';
import type { AnyRecordedEvent } from '../src/ledger/recorded-event.js';
import { type Change, type Projection, type Row, changesIn } from './projection.js';

/** The tables of a projection in memory: rows by the JSON of their key. State of plain JSON, as EventStoreDB keeps it. */
export type Tables = Record<string, Record<string, Row>>;

/**
 * Folds one event, of an account or beside the accounts, into the tables, in place, and returns them: what the projector
 * does in SQL, in memory.
 */
export function foldChanges(projection: Projection, tables: Tables, recorded: AnyRecordedEvent): Tables {
  for (const change of changesIn(projection, recorded)) apply(tables, change);
  return tables;
}

function apply(tables: Tables, { table, key, set, add, max, min, running }: Change): void {
  const rows = (tables[table] ??= {});
  const row = (rows[JSON.stringify(Object.values(key))] ??= { ...key });
  Object.assign(row, set);
  for (const [column, amount] of Object.entries(add ?? {})) row[column] = plus(row[column], amount);
  for (const [column, value] of Object.entries(max ?? {})) {
    const before = row[column];
    if (before === undefined || before === null || (value !== null && value > before)) row[column] = value;
  }
  for (const [column, value] of Object.entries(min ?? {})) {
    const before = row[column];
    if (before === undefined || before === null || (value !== null && value < before)) row[column] = value;
  }
  if (running) {
    const sums = (tables[`${table}.running`] ??= {});
    const sum = (sums[String(Object.values(key)[0])] ??= {});
    sum['amount'] = plus(sum['amount'], running.amount);
    row[running.column] = sum['amount'];
  }
}

function plus(before: Row[string] | undefined, amount: string): string {
  // Most sums of an account stay as they are with most events.
  if (amount === '0' && typeof before === 'string') return before;
  return addAmounts(String(before ?? '0'), amount);
}
