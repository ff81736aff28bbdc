import { describe, expect, test } from '@jest/globals';
import type { AccountEvent } from '../../src/ledger/events.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';
import {
  ACME,
  PATIENT,
  accountOpened,
  adjustmentPosted,
  chargePosted,
  entryReversed,
  mirror,
  paymentPosted,
  responsibilityTransferred,
  shareOf,
} from '../support/ledger.js';
import { oracleAging, oracleAgingBy, oracleBalances, oracleOpenItems } from '../support/ledger-oracle.js';

/* The oracle that others trust is itself checked against answers worked out by hand. */

const history: AccountEvent[] = [
  accountOpened(),
  chargePosted({ serviceDate: '2026-01-05', effectiveOn: '2026-01-10', amount: '100.00', responsible: ACME }),
  responsibilityTransferred({ effectiveOn: '2026-02-10', amount: '30.00' }),
  responsibilityTransferred({ transferId: 'T2', effectiveOn: '2026-03-10', amount: '20.00' }),
  paymentPosted({
    effectiveOn: '2026-03-20',
    amount: '45.00',
    allocations: [{ chargeId: 'C1', amount: '35.00', responsible: PATIENT }],
  }),
];
const recorded = (events: AccountEvent[]): RecordedEvent[] =>
  events.map((event, revision) => ({
    accountId: 'A1',
    event,
    revision,
    position: String(revision),
    recordedAt: `2026-04-0${revision + 1}T00:00:00.000Z`,
  }));
const day = { asOf: '2026-04-10' };
const buckets = [30, 60, 90];
const itemsOf = (events: AccountEvent[], on = day) =>
  oracleOpenItems(recorded(events), on).map((i) => [i.party.party, i.amount, i.agesFrom.responsible]);

describe('the aging oracle', () => {
  test('uses parts up oldest first', () => {
    expect(itemsOf(history)).toEqual([
      ['payer', '50.00', '2026-01-10'],
      ['patient', '15.00', '2026-03-10'],
    ]);
    expect(itemsOf(history, { asOf: '2026-03-19' })).toEqual([
      ['payer', '50.00', '2026-01-10'],
      ['patient', '30.00', '2026-02-10'],
      ['patient', '20.00', '2026-03-10'],
    ]);
  });

  test('ages each part by its basis, and ties', () => {
    const amounts = (basis: 'service' | 'posted' | 'responsible') =>
      oracleAging(recorded(history), { ...day, basis, buckets }).rows.map((r) => [r.party.party, r.amounts]);
    expect(amounts('service')).toEqual([
      ['payer', ['0.00', '0.00', '0.00', '50.00']],
      ['patient', ['0.00', '0.00', '0.00', '15.00']],
    ]);
    expect(amounts('posted')).toEqual([
      ['payer', ['0.00', '0.00', '50.00', '0.00']],
      ['patient', ['0.00', '0.00', '15.00', '0.00']],
    ]);
    expect(amounts('responsible')).toEqual([
      ['payer', ['0.00', '0.00', '50.00', '0.00']],
      ['patient', ['0.00', '15.00', '0.00', '0.00']],
    ]);
  });

  test('shows credits, unapplied credit and what is not yet due apart', () => {
    const events = [
      ...history,
      adjustmentPosted({
        amount: '60.00',
        allocations: [{ chargeId: 'C1', amount: '60.00', responsible: ACME }],
      }),
      chargePosted({ chargeId: 'C2', serviceDate: '2026-05-01', effectiveOn: '2026-04-01', amount: '7.00' }),
    ];
    const aging = oracleAging(recorded(events), { ...day, basis: 'service', buckets });
    expect(aging.totals).toEqual([
      {
        currency: 'USD',
        amounts: ['0.00', '0.00', '0.00', '15.00'],
        notYetDue: '7.00',
        credits: '-10.00',
        unapplied: '10.00',
        total: '2.00',
      },
    ]);
    expect(oracleBalances(recorded(events), day)[0]!.balance).toBe('2.00');
    expect([...oracleAgingBy(aging, (row) => row.party.party).keys()]).toEqual(['payer', 'patient']);
  });

  test('re-opens what is taken back at the age it had', () => {
    const reversed = entryReversed({
      effectiveOn: '2026-04-05',
      amount: '35.00',
      movements: [mirror('P1', shareOf(PATIENT), { account: 'Assets:Cash' }, '35.00', '2026-04-05')],
    });
    expect(itemsOf([...history, reversed])).toEqual(itemsOf(history, { asOf: '2026-03-19' }));
  });

  test('lets what was given back beyond all parts age with the charge', () => {
    const raised = adjustmentPosted({
      direction: 'debit',
      effectiveOn: '2026-03-25',
      allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }],
    });
    expect(itemsOf([...history, raised])).toEqual([
      ['payer', '50.00', '2026-01-10'],
      ['patient', '5.00', '2026-01-10'],
      ['patient', '30.00', '2026-02-10'],
      ['patient', '20.00', '2026-03-10'],
    ]);
  });

  test('knows only what was recorded by then', () => {
    const known = (knownAt: string) =>
      oracleBalances(recorded(history), { ...day, knownAt }).map((b) => b.balance);
    expect(known('2026-03-31T00:00:00.000Z')).toEqual([]);
    expect(known('2026-04-04T23:59:59.999Z')).toEqual(['100.00']);
    expect(known('2026-04-05T00:00:00.000Z')).toEqual(['55.00']);
  });
});
