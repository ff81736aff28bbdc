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
  ['of which no deposit has all', ['10.00'], ['4.00'], { R1: 'D1 10.00' }],
  ['a debit that the bank shows by itself', ['-30.00'], ['-30.00'], { R1: 'D1 -30.00' }],
  [
    'a debit and a credit, each by itself',
    ['-30.00', '100.00'],
    ['100.00', '-30.00'],
    { R1: 'D2 -30.00', R2: 'D1 100.00' },
  ],
  ['a debit in two', ['-30.00'], ['-10.00', '-20.00'], { R1: 'D1 -10.00, D2 -20.00' }],
  [
    'a debit of which the bank shows a part by itself',
    ['80.00', '-30.00'],
    ['-10.00', '60.00'],
    { R1: 'D1 20.00, D2 60.00', R2: 'D1 -30.00' },
  ],
  [
    'a payment of which the bank took a part back',
    ['100.00'],
    ['130.00', '-30.00'],
    { R1: 'D1 130.00, D2 -30.00' },
  ],
  [
    'a payment that came, went and came again',
    ['100.00'],
    ['100.00', '-100.00', '100.00'],
    { R1: 'D1 100.00, D2 -100.00, D3 100.00' },
  ],
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

test('a debit of the bank is left to the remittance of it that is to come', () => {
  const parts = shareDeposits(paid(['100.00']), deposited(['60.00', '40.00', '-30.00']), 'USD');
  expect(parts.get('R1')).toEqual([
    { depositId: 'D1', amount: '60.00' },
    { depositId: 'D2', amount: '40.00' },
  ]);
});

test('whatever the amounts and their directions, parts come to remittances and to deposits, to the cent', () => {
  const amounts = fc.array(
    fc.integer({ min: -100_000, max: 100_000 }).filter((c) => c !== 0),
    { minLength: 1, maxLength: 6 },
  );
  const text = (c: number): string => formatMoney(money(String(c)).dividedBy(100), 'USD');
  const sum = (cents: readonly number[]): number => cents.reduce((a, b) => a + b, 0);
  fc.assert(
    fc.property(amounts, amounts, (paidCents, someDeposits) => {
      const last = sum(paidCents) - sum(someDeposits);
      const remittances = paid(paidCents.map(text));
      const deposits = deposited([...someDeposits, ...(last === 0 ? [] : [last])].map(text));
      const parts = shareDeposits(remittances, deposits, 'USD');
      const all = [...parts.values()].flat();
      for (const { remittanceId, amount } of remittances) {
        const own = parts.get(remittanceId)!;
        expect(formatMoney(sumOf(own.map((part) => money(part.amount))), 'USD')).toBe(amount);
        expect(new Set(own.map(({ depositId }) => depositId)).size).toBe(own.length);
      }
      for (const { depositId, amount } of deposits) {
        const own = all.filter((part) => part.depositId === depositId);
        expect(formatMoney(sumOf(own.map((part) => money(part.amount))), 'USD')).toBe(amount);
      }
    }),
    { numRuns: 500 },
  );
});
