import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accountHistory } from '../../projections/account-history.js';
import { KEPT_BY_MONTHS_FROM, accountMonths } from '../../projections/account-months.js';
import { SUM_COLUMNS } from '../../projections/account-sums.js';
import { projections } from '../../projections/all.js';
import { balances } from '../../projections/balances.js';
import { denials } from '../../projections/denials.js';
import { type Tables, foldChanges } from '../../projections/fold-changes.js';
import { journal } from '../../projections/journal.js';
import { openItems } from '../../projections/open-items.js';
import { type Projection, type Row, changesIn } from '../../projections/projection.js';
import { unopenedAccount, evolve } from '../../src/ledger/account.js';
import { formatMoney, money } from '../../src/ledger/money.js';
import { partyKey } from '../../src/ledger/party.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';
import { randomHistory } from '../read-models/queries/random-history.js';
import { oracleBalances } from '../support/ledger-oracle.js';
import { remittanceLog } from '../support/remittance-log.js';

const EVER = { asOf: '2199-12-31' };

function fold(projection: Projection, events: readonly RecordedEvent[]): Tables {
  const tables: Tables = {};
  for (const event of events) foldChanges(projection, tables, event);
  return tables;
}

const rows = (tables: Tables, table: string): Row[] => Object.values(tables[table] ?? {});
const isZero = (cell: Row[string] | undefined): boolean => money(String(cell ?? '0')).isZero();
const sum = (cells: (Row[string] | undefined)[]): string =>
  cells.reduce((total, cell) => total.plus(String(cell ?? '0')), money('0')).toFixed();

function overHistories(
  property: (events: RecordedEvent[]) => void,
  { accounts, steps } = { accounts: 4, steps: 40 },
): void {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 160 }), (seed, length) => {
      property(randomHistory(seed, accounts, steps).slice(0, length));
    }),
    { numRuns: 60, ...(process.env['ARLEDGER_SEED'] ? { seed: Number(process.env['ARLEDGER_SEED']) } : {}) },
  );
}

describe('the projections, over random histories', () => {
  it('balances: what a naive replay in whole minor units says', () => {
    overHistories((events) => {
      const accounts = rows(fold(balances, events), 'accounts').map((row) => {
        const currency = String(row['currency']);
        const text = (column: string): string => formatMoney(money(String(row[column])), currency);
        return {
          accountId: row['account_id'],
          currency,
          entity: row['entity'],
          balance: text('balance'),
          unapplied: text('unapplied'),
        };
      });
      const expected = oracleBalances(events, EVER).map(
        ({ accountId, currency, entity, balance, unapplied }) => ({
          accountId,
          currency,
          entity,
          balance,
          unapplied,
        }),
      );
      const byId = (a: { accountId: unknown }, b: { accountId: unknown }): number =>
        String(a.accountId) < String(b.accountId) ? -1 : 1;
      expect(accounts.sort(byId)).toEqual(expected.sort(byId));
    });
  });

  it('balances: charges less payments and adjustments, plus refunds; and the parties’ shares less unapplied', () => {
    overHistories((events) => {
      const tables = fold(balances, events);
      for (const row of rows(tables, 'accounts')) {
        const total = money(String(row['charges']))
          .minus(String(row['payments']))
          .minus(String(row['adjustments']))
          .plus(String(row['refunds']));
        expect(total.toFixed()).toBe(String(row['balance']));
        const shares = rows(tables, 'account_shares').filter(
          (share) => share['account_id'] === row['account_id'],
        );
        const { balance, unapplied } = row;
        expect(
          money(sum(shares.map((share) => share['balance'])))
            .minus(String(unapplied))
            .toFixed(),
        ).toBe(balance);
      }
    });
  });

  it('account months: what came of the events after the first ones, as the balances have it', () => {
    overHistories(
      (events) => {
        const balancesOf = (some: RecordedEvent[]): Row => rows(fold(balances, some), 'accounts')[0] ?? {};
        const whole = balancesOf(events);
        const before = balancesOf(events.filter(({ revision }) => revision < KEPT_BY_MONTHS_FROM));
        const months = rows(fold(accountMonths, events), 'account_months');
        for (const column of Object.keys(SUM_COLUMNS)) {
          expect([column, sum([before[column], ...months.map((month) => month[column])])]).toEqual([
            column,
            sum([whole[column]]),
          ]);
        }
      },
      { accounts: 1, steps: 160 },
    );
  });

  it('open items: every share and every unapplied credit of a naive replay', () => {
    overHistories((events) => {
      const tables = fold(openItems, events);
      const found = rows(tables, 'shares')
        .filter((row) => !isZero(row['balance']))
        .map(
          (row) =>
            `${row['account_id']} ${row['charge_id']} ${[row['party'], row['payer_id'], row['payer_position']].filter(Boolean).join('|')} ${money(String(row['balance'])).toFixed()}`,
        );
      const credits = rows(tables, 'unapplied_credits')
        .filter((row) => !isZero(row['amount']))
        .map((row) => `${row['account_id']} ${row['payment_id']} ${money(String(row['amount'])).toFixed()}`);
      const replayed = oracleBalances(events, EVER);
      expect(found.sort()).toEqual(
        replayed
          .flatMap((a) =>
            a.shares.map(
              (s) => `${a.accountId} ${s.chargeId} ${partyKey(s.party)} ${money(s.balance).toFixed()}`,
            ),
          )
          .sort(),
      );
      expect(credits.sort()).toEqual(
        replayed
          .flatMap((a) =>
            a.unappliedByPayment.map((c) => `${a.accountId} ${c.paymentId} ${money(c.amount).toFixed()}`),
          )
          .sort(),
      );
    });
  });

  it('open items: a share is what was opened of it less what was used', () => {
    overHistories((events) => {
      const tables = fold(openItems, events);
      const keyOf = (row: Row): string =>
        ['account_id', 'charge_id', 'party', 'payer_id', 'payer_position'].map((c) => row[c]).join('/');
      for (const share of rows(tables, 'shares')) {
        const parts = rows(tables, 'share_parts').filter((part) => keyOf(part) === keyOf(share));
        const opened = money(sum(parts.map((part) => part['opened'])));
        expect(opened.minus(String(share['used'])).toFixed()).toBe(String(share['balance']));
      }
    });
  });

  it('journal: every event balances, and the days of GL accounts are the sums of the lines', () => {
    overHistories((events) => {
      const tables = fold(journal, events);
      const byEvent = Map.groupBy(rows(tables, 'journal_lines'), (line) => line['position']);
      for (const lines of byEvent.values()) expect(sum(lines.map((line) => line['amount']))).toBe('0');
      const byAccount = Map.groupBy(
        rows(tables, 'journal_lines'),
        (line) => `${line['gl_account']} ${line['currency']} ${line['effective_on']}`,
      );
      const sums = [...byAccount].map(
        ([name, lines]) => `${name} ${sum(lines.map((line) => line['amount']))}`,
      );
      expect(
        rows(tables, 'gl_days')
          .map((row) => `${row['gl_account']} ${row['currency']} ${row['effective_on']} ${row['amount']}`)
          .sort(),
      ).toEqual(sums.sort());
    });
  });

  it('account history: one row an event, with a running balance that ends at the balance', () => {
    overHistories((events) => {
      const tables = fold(accountHistory, events);
      const history = rows(tables, 'account_history');
      expect(history.map((row) => [row['account_id'], row['revision'], row['type']])).toEqual(
        events.map(({ accountId, revision, event }) => [accountId, revision, event.type]),
      );
      const last = new Map(history.map((row) => [row['account_id'], row['running_balance']]));
      for (const { accountId, currency, balance } of oracleBalances(events, EVER)) {
        expect(formatMoney(money(String(last.get(accountId))), currency)).toBe(balance);
      }
    });
  });

  it('denials: the status that the rules go by', () => {
    overHistories((events) => {
      const tables = fold(denials, events);
      for (const [accountId, own] of Map.groupBy(events, (event) => event.accountId)) {
        const account = unopenedAccount();
        for (const { event } of own) evolve(account, event);
        const expected = [...account.denials].map(([id, { status, level }]) => ({ id, status, level }));
        const found = rows(tables, 'denials').filter((row) => row['account_id'] === accountId);
        expect(
          found.map((row) => ({ id: row['denial_id'], status: row['status'], level: row['level'] })),
        ).toEqual(expected);
      }
    });
  });

  it('keep nothing but plain JSON, and never change what they were given', () => {
    overHistories((events) => {
      for (const projection of projections) {
        let tables: Tables = {};
        for (const event of events) {
          const before = JSON.stringify(event);
          tables = JSON.parse(JSON.stringify(foldChanges(projection, tables, event))) as Tables;
          expect(JSON.stringify(event)).toBe(before);
        }
        expect(tables).toEqual(fold(projection, events));
      }
    });
  });
});

describe('the tables of the projections', () => {
  it.each(projections.map((projection) => [projection.name, projection] as const))(
    '%s: only name what is defined',
    (_, projection) => {
      const defined = new Map(projection.tables.map((table) => [table.name, table]));
      for (const event of [...randomHistory(5, 4, 60), ...remittanceLog().events]) {
        for (const { table, key, set, add, max, min, running } of changesIn(projection, event)) {
          const { columns, key: keyColumns } = defined.get(table)!;
          expect(Object.keys(key)).toEqual(keyColumns);
          for (const column of Object.keys({ ...key, ...set, ...add, ...max, ...min }))
            expect(columns).toHaveProperty(column);
          for (const column of Object.keys(add ?? {})) expect(columns[column]).toBe('numeric');
          if (running) expect(columns[running.column]).toBe('numeric');
          for (const cell of Object.values(key)) expect(cell).not.toBeNull();
        }
      }
    },
  );

  it('have names of their own, since all are read through one schema', () => {
    const names = projections.flatMap(({ tables }) => tables.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });
});
