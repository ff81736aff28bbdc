import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { bucketLabels, parseBuckets } from '../../src/ledger/aging.js';
import { sharesOf } from '../../src/ledger/account.js';
import { addDays, daysBetween } from '../../src/ledger/calendar.js';
import { entryIdOf } from '../../src/ledger/events.js';
import { ZERO, formatMoney } from '../../src/ledger/money.js';
import { journalLinesOf } from '../../src/ledger/movements.js';
import { partyKey } from '../../src/ledger/party.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';
import { bucketIndex } from '../support/ledger-buckets.js';
import { AccountInMemory, reverseEntry } from '../support/ledger.js';
import { FIRST_DAY, anyHistory, instantOf, play, simulation } from '../support/ledger-histories.js';
import { type AgingBasis, oracleAging, oracleBalances, oracleOpenItems } from '../support/ledger-oracle.js';

const LAST_DAY = '2199-12-31';
const BASES: AgingBasis[] = ['service', 'posted', 'responsible'];
const asOf = fc.integer({ min: -60, max: 200 }).map((days) => addDays(FIRST_DAY, days));
const knownAt = fc.option(fc.integer({ min: -1, max: 70 }).map(instantOf), { nil: undefined });
const buckets = fc
  .uniqueArray(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 6 })
  .map((bounds) => bounds.sort((a, b) => a - b));

describe('on any date, as known at any instant', () => {
  test("the ledger's journal and a brute-force reading of the events give the same balances", () => {
    fc.assert(
      fc.property(anyHistory, asOf, knownAt, (commands, on, at) => {
        const { recorded } = play(commands);
        expect(journalBalances(recorded, on, at)).toEqual(oracleBooks(recorded, on, at));
      }),
      simulation(),
    );
  });

  test('the folded account is the brute-force reading with nothing left out', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { recorded, ledger } = play(commands);
        const shares: Record<string, string> = {};
        for (const { chargeId, party, balance } of sharesOf(ledger.account)) {
          if (!balance.isZero()) shares[`${chargeId}|${partyKey(party)}`] = formatMoney(balance, 'USD');
        }
        expect(oracleBooks(recorded, LAST_DAY).shares).toEqual(shares);
        expect(oracleBooks(recorded, LAST_DAY).balance).toBe(ledger.books().balance);
      }),
      simulation(),
    );
  });

  test('buckets, what is not yet due and credits less unapplied credit are the balance, whatever the basis', () => {
    fc.assert(
      fc.property(anyHistory, asOf, knownAt, buckets, (commands, on, at, bounds) => {
        const { recorded } = play(commands);
        const [balance] = oracleBalances(recorded, { asOf: on, knownAt: at });
        for (const basis of BASES) {
          const aging = oracleAging(recorded, { asOf: on, knownAt: at, basis, buckets: bounds });
          expect(aging.labels).toEqual(bucketLabels(bounds));
          expect(aging.totals.map((t) => t.total)).toEqual(
            aging.rows.length === 0 ? [] : [balance?.balance ?? '0.00'],
          );
          for (const row of aging.rows) {
            for (const aged of [...row.amounts, row.notYetDue]) expect(aged).not.toMatch(/^-/);
            expect(row.credits).toMatch(/^-|^0\.00$/);
          }
        }
      }),
      simulation(),
    );
  });

  test('only the ages depend on the basis, never the open items', () => {
    fc.assert(
      fc.property(anyHistory, asOf, (commands, on) => {
        const { recorded } = play(commands);
        const sums = BASES.map((basis) => {
          const { totals } = oracleAging(recorded, { asOf: on, basis, buckets: [30, 60] });
          return totals.map(({ credits, unapplied, total }) => ({ credits, unapplied, total }));
        });
        expect(sums[1]).toEqual(sums[0]);
        expect(sums[2]).toEqual(sums[0]);
      }),
      simulation(),
    );
  });

  test('a reversal counts from its own day: before it nothing changed, from then on the entry never was', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(), fc.integer({ min: 0, max: 40 }), asOf, (commands, nth, later, on) => {
        const { recorded } = play(commands);
        const entries = recorded.filter(
          ({ event }) => 'currency' in event.data && event.type !== 'EntryReversed',
        );
        const entry = entries[nth % entries.length]!;
        const effectiveOn = 'effectiveOn' in entry.event.data ? entry.event.data.effectiveOn : FIRST_DAY;
        const before = recorded.slice(0, entry.revision);
        const ledger = new AccountInMemory([...before, entry].map((r) => r.event));
        const day = addDays(effectiveOn, later);
        const decision = ledger.decide(
          reverseEntry({ reversalId: 'UNDO', reverses: entryIdOf(entry.event), effectiveOn: day }),
        );
        if (!('accepted' in decision)) return;
        const after = [...before, entry, ...decision.accepted.map((event) => ({ ...entry, event }))];
        const expected = on < day ? [...before, entry] : before;
        expect(itemsOf(after, on)).toEqual(itemsOf(expected, on));
        expect(oracleBooks(after, on)).toEqual(oracleBooks(expected, on));
      }),
      simulation(),
    );
  });
});

describe('aging buckets', () => {
  test('every whole number of days from 0 falls in exactly one, in the one whose label names it', () => {
    fc.assert(
      fc.property(buckets, fc.integer({ min: 0, max: 400 }), (bounds, age) => {
        const holding = bucketLabels(bounds).filter((label) => {
          const [from, to] = label.endsWith('+') ? [label.slice(0, -1), 'Infinity'] : label.split('-');
          return age >= Number(from) && age <= Number(to);
        });
        expect(holding).toEqual([bucketLabels(bounds)[bucketIndex(bounds, age)]]);
      }),
      simulation(),
    );
  });

  test('bounds that are read are the bounds that were written', () => {
    fc.assert(
      fc.property(buckets, (bounds) => {
        expect(parseBuckets(bounds.join(','))).toEqual({ bounds });
      }),
      simulation(),
    );
  });
});

test('days between dates add up, across leap days and centuries', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 36_500 }), fc.integer({ min: 0, max: 36_500 }), (a, b) => {
      const first = addDays('1900-01-01', a);
      expect(daysBetween(first, addDays(first, b))).toBe(b);
      expect(daysBetween(addDays(first, b), first)).toBe(0 - b);
      expect(addDays(addDays(first, b), -b)).toBe(first);
    }),
    simulation(),
  );
});

function oracleBooks(recorded: readonly RecordedEvent[], on: string, at?: string) {
  const [answer] = oracleBalances(recorded, { asOf: on, knownAt: at });
  const shares: Record<string, string> = {};
  for (const { chargeId, party, balance } of answer?.shares ?? []) {
    shares[`${chargeId}|${partyKey(party)}`] = balance;
  }
  const credits: Record<string, string> = {};
  for (const { paymentId, amount } of answer?.unappliedByPayment ?? []) credits[paymentId] = amount;
  return { balance: answer?.balance ?? '0.00', shares, credits };
}

/** The same from the journal: lines that count by then, of events that were recorded by then. */
function journalBalances(recorded: readonly RecordedEvent[], on: string, at?: string) {
  let balance = ZERO;
  const shares: Record<string, typeof ZERO> = {};
  const credits: Record<string, typeof ZERO> = {};
  for (const { event, recordedAt } of recorded) {
    if (at !== undefined && recordedAt > at) continue;
    for (const { place, debit, credit, effectiveOn } of journalLinesOf(event)) {
      if (effectiveOn > on) continue;
      const amount = ZERO.plus(debit ?? '0').minus(credit ?? '0');
      if ('chargeId' in place) {
        const key = `${place.chargeId}|${partyKey(place.party)}`;
        shares[key] = (shares[key] ?? ZERO).plus(amount);
        balance = balance.plus(amount);
      } else if ('paymentId' in place) {
        credits[place.paymentId] = (credits[place.paymentId] ?? ZERO).minus(amount);
        balance = balance.plus(amount);
      }
    }
  }
  const written = (sums: Record<string, typeof ZERO>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(sums).flatMap(([key, sum]) => (sum.isZero() ? [] : [[key, formatMoney(sum, 'USD')]])),
    );
  return { balance: formatMoney(balance, 'USD'), shares: written(shares), credits: written(credits) };
}

function itemsOf(recorded: readonly RecordedEvent[], on: string): string[] {
  return oracleOpenItems(recorded, { asOf: on })
    .map((item) => JSON.stringify(item))
    .sort();
}
