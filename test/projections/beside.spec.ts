import { describe, expect, it } from '@jest/globals';
import { projections } from '../../projections/all.js';
import { balances } from '../../projections/balances.js';
import { type Tables, foldChanges } from '../../projections/fold-changes.js';
import { journal } from '../../projections/journal.js';
import { type Projection, type Row, changesIn } from '../../projections/projection.js';
import { decodeAny } from '../../src/event-store/codec.js';
import { money, sumOf } from '../../src/ledger/money.js';
import type { AnyRecordedEvent } from '../../src/ledger/recorded-event.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import { CONTROL, R1, R2, R3, REMITTANCE_HISTORY, stored } from '../support/remittance-history.js';

function history(): AnyRecordedEvent[] {
  const log = new LogInMemory();
  for (const written of REMITTANCE_HISTORY) log.put(stored(written));
  return log.events.map(decodeAny);
}

function fold(projection: Projection, events: readonly AnyRecordedEvent[]): Tables {
  const tables: Tables = {};
  for (const event of events) foldChanges(projection, tables, event);
  return tables;
}

const rows = (tables: Tables, table: string): Row[] => Object.values(tables[table] ?? {});

describe('the projections, over accounts and what stands beside them', () => {
  it('journal: every event balances, and lines of no account say of which stream they are', () => {
    const lines = rows(fold(journal, history()), 'journal_lines');
    for (const own of Map.groupBy(lines, (line) => line['position']).values()) {
      expect(sumOf(own.map((line) => money(String(line['amount'])))).toFixed()).toBe('0');
    }
    const streams = [R1, R2, R3].map((id) => `remittance-${id}`);
    expect(new Set(lines.map((line) => line['stream']))).toEqual(
      new Set([null, ...streams, `control-${CONTROL}`]),
    );
    for (const line of lines) expect(line['account_id'] === null).toBe(line['stream'] !== null);
  });

  it('balances: what a remittance paid is a payment, and none when it is taken back', () => {
    const upTo = (count: number) =>
      rows(fold(balances, history().slice(0, count)), 'accounts').map((row) => [
        row['account_id'],
        ...['charges', 'payments', 'adjustments', 'refunds', 'balance'].map((name) => Number(row[name])),
      ]);
    const paid = history().findIndex(({ event }) => event.type === 'PaymentPosted');
    expect(upTo(paid + 1)).toContainEqual(['A1', 100, 80, 0, 0, 20]);
    expect(upTo(Infinity)).toEqual([
      ['A1', 100, 0, 0, 0, 100],
      ['A2', 100, 0, 0, 0, 100],
    ]);
  });

  it.each(projections.map((projection) => [projection.name, projection] as const))(
    '%s: keeps nothing but plain JSON, and never changes what it was given',
    (_, projection) => {
      const events = history();
      const before = JSON.stringify(events);
      const tables = fold(projection, events);
      expect(JSON.stringify(events)).toBe(before);
      expect(JSON.parse(JSON.stringify(tables))).toEqual(tables);
      for (const event of events) {
        for (const { table, key } of changesIn(projection, event)) {
          expect(Object.keys(key)).toEqual(projection.tables.find(({ name }) => name === table)!.key);
        }
      }
    },
  );
});
