import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatMoney, money, sumOf } from '../../../src/ledger/money.js';
import { shareDeposits } from '../../../src/remittances/deposits/share-deposits.js';

const paid = (amounts: readonly string[]) =>
  amounts.map((amount, at) => ({ remittanceId: `R${at + 1}`, amount }));
const deposited = (amounts: readonly string[]) =>
  amounts.map((amount, at) => ({ depositId: `D${at + 1}`, amount, reconciled: '0' }));

test.each<[string, string[], string[], Record<string, string>]>([
  ['one in one', ['100.00'], ['100.00'], { R1: 'D1 100.00' }],
  ['each in its own', ['60.00', '40.00'], ['40.00', '60.00'], { R1: 'D2 60.00', R2: 'D1 40.00' }],
  ['two in one', ['60.00', '40.00'], ['100.00'], { R1: 'D1 60.00', R2: 'D1 40.00' }],
  ['one in two', ['100.00'], ['70.00', '30.00'], { R1: 'D1 70.00, D2 30.00' }],
  [
    'a debit that was taken from what was paid',
    ['120.00', '-20.00'],
    ['100.00'],
    { R1: 'D1 120.00', R2: 'D1 -20.00' },
  ],
  [
    'the one of just its amount first',
    ['50.00', '50.00', '20.00'],
    ['70.00', '50.00'],
    { R1: 'D2 50.00', R2: 'D1 50.00', R3: 'D1 20.00' },
  ],
  ['of which no deposit has all', ['10.00'], ['4.00'], { R1: 'D1 4.00, D1 6.00' }],
])('%s', (_, remittances, deposits, expected) => {
  const parts = shareDeposits(paid(remittances), deposited(deposits), 'USD');
  const told = [...parts].map(([id, some]) => [id, some.map((p) => `${p.depositId} ${p.amount}`).join(', ')]);
  expect(Object.fromEntries(told)).toEqual(expected);
});

test('what belongs to others already is not given again', () => {
  const rooms = [{ depositId: 'D1', amount: '100.00', reconciled: '70.00' }, ...deposited(['5.00'])];
  expect(shareDeposits(paid(['30.00']), rooms, 'USD').get('R1')).toEqual([
    { depositId: 'D1', amount: '30.00' },
  ]);
});

test('whatever the amounts, parts come to remittances and to deposits, to the cent', () => {
  const cents = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(
      fc.array(cents, { minLength: 1, maxLength: 6 }),
      fc.array(cents, { maxLength: 3 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      (credits, debits, cuts) => {
        const total = credits.reduce((a, b) => a + b, 0) - debits.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const text = (c: number): string => formatMoney(money(String(c)).dividedBy(100), 'USD');
        const places = [...new Set([0, ...cuts.map((cut) => Math.floor(cut * total)), total])].sort(
          (a, b) => a - b,
        );
        const lengths = places.slice(1).map((place, at) => place - places[at]!);
        const remittances = paid([...credits, ...debits.map((c) => -c)].map(text));
        const deposits = deposited(lengths.map(text));
        const parts = shareDeposits(remittances, deposits, 'USD');
        for (const { remittanceId, amount } of remittances) {
          const sum = sumOf(parts.get(remittanceId)!.map((part) => money(part.amount)));
          expect(formatMoney(sum, 'USD')).toBe(amount);
        }
        for (const { depositId, amount } of deposits) {
          const own = [...parts.values()].flat().filter((part) => part.depositId === depositId);
          expect(formatMoney(sumOf(own.map((part) => money(part.amount))), 'USD')).toBe(amount);
        }
      },
    ),
    { numRuns: 500 },
  );
});
