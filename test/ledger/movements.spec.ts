import { describe, expect, test } from '@jest/globals';
import { ADJUSTMENT_CATEGORIES, type AccountEvent } from '../../src/ledger/events.js';
import { balanceEffectOf, journalLinesOf, movementsOf } from '../../src/ledger/movements.js';
import {
  ACME,
  CASH,
  CHARGES,
  PATIENT,
  TODAY,
  accountOpened,
  adjustmentPosted,
  chargePosted,
  creditApplied,
  denialAppealed,
  denialRecorded,
  denialResolved,
  entryReversed,
  fromPayment,
  fromShare,
  mirror,
  noteRecorded,
  paymentPosted,
  refundIssued,
  responsibilityTransferred,
  shareOf,
  unappliedOf,
} from '../support/ledger.js';

const effectiveOn = TODAY;

/** The journal as an accountant reads it: debits before credits are not sorted, each line stands where it arises. */
function journal(event: AccountEvent): string[] {
  return journalLinesOf(event).map(({ place, debit, credit, effectiveOn: on }) => {
    const of = 'chargeId' in place ? ` ${place.chargeId}` : 'paymentId' in place ? ` ${place.paymentId}` : '';
    const since = 'since' in place && place.since !== undefined ? ` since ${place.since}` : '';
    const day = on === TODAY ? '' : ` on ${on}`;
    return `${debit === undefined ? 'Cr' : 'Dr'} ${place.account}${of} ${debit ?? credit!}${since}${day}`;
  });
}

describe('the journal of', () => {
  test('a charge: the receivable of the party responsible, and income', () => {
    expect(journalLinesOf(chargePosted({ responsible: ACME }))).toEqual([
      { place: shareOf(ACME, 'C1', TODAY), debit: '100.00', effectiveOn },
      { place: CHARGES, credit: '100.00', effectiveOn },
    ]);
    expect(journal(chargePosted({ amount: '0.00' }))).toEqual([]);
  });

  test('a payment: cash, the shares it pays, and what is unapplied', () => {
    const event = paymentPosted({
      amount: '40.00',
      allocations: [
        { chargeId: 'C1', amount: '25.00', responsible: PATIENT },
        { chargeId: 'C2', amount: '5.00', responsible: ACME },
      ],
    });
    expect(journalLinesOf(event)).toEqual([
      { place: CASH, debit: '40.00', effectiveOn },
      { place: shareOf(PATIENT), credit: '25.00', effectiveOn },
      { place: shareOf(ACME, 'C2'), credit: '5.00', effectiveOn },
      { place: unappliedOf(), credit: '10.00', effectiveOn },
    ]);
  });

  test('a payment in full: nothing unapplied', () => {
    expect(
      journal(paymentPosted({ allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }] })),
    ).toEqual(['Dr Assets:Cash 40.00', 'Cr Assets:Receivable:Patient C1 40.00']);
  });

  test("a payer's money: credit of the payer, in no position", () => {
    expect(movementsOf(paymentPosted({ from: ACME }))).toEqual([
      {
        debit: CASH,
        credit: unappliedOf('P1', { party: 'payer', payerId: 'ACME' }),
        amount: '40.00',
        effectiveOn,
      },
    ]);
  });

  test('money for bad debt: the opposite of the write-off first', () => {
    const allocations = [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT, reinstated: '30.00' }];
    expect(journal(paymentPosted({ allocations }))).toEqual([
      'Dr Assets:Receivable:Patient C1 30.00',
      'Cr Expenses:BadDebt 30.00',
      'Dr Assets:Cash 40.00',
      'Cr Assets:Receivable:Patient C1 40.00',
    ]);
  });

  test.each([
    ['contractual', 'Income:Adjustments:Contractual'],
    ['charity', 'Income:Adjustments:Charity'],
    ['bad_debt', 'Expenses:BadDebt'],
    ['small_balance', 'Income:Adjustments:SmallBalance'],
    ['discount', 'Income:Adjustments:Discount'],
    ['courtesy', 'Income:Adjustments:Courtesy'],
    ['interest', 'Income:Adjustments:Interest'],
    ['other', 'Income:Adjustments:Other'],
  ] as const)('an adjustment (%s): %s', (category, account) => {
    expect(journal(adjustmentPosted({ category }))).toEqual([
      `Dr ${account} 30.00`,
      'Cr Assets:Receivable:Patient C1 30.00',
    ]);
    expect(journal(adjustmentPosted({ category, direction: 'debit' }))).toEqual([
      'Dr Assets:Receivable:Patient C1 30.00',
      `Cr ${account} 30.00`,
    ]);
    expect(ADJUSTMENT_CATEGORIES).toContain(category);
  });

  test('a transfer: from one receivable to another, where it begins to age', () => {
    expect(journalLinesOf(responsibilityTransferred())).toEqual([
      { place: shareOf(PATIENT, 'C1', TODAY), debit: '25.00', effectiveOn },
      { place: shareOf(ACME), credit: '25.00', effectiveOn },
    ]);
  });

  test('credit that is applied: from where it stood', () => {
    expect(journal(creditApplied())).toEqual([
      'Dr Liabilities:Unapplied P1 10.00',
      'Cr Assets:Receivable:Patient C1 10.00',
    ]);
    const part = { chargeId: 'C1', amount: '10.00', responsible: PATIENT, owner: PATIENT };
    expect(
      journal(
        creditApplied({ applied: [{ ...part, source: fromShare('C2', PATIENT), reinstated: '4.00' }] }),
      ),
    ).toEqual([
      'Dr Assets:Receivable:Patient C1 4.00',
      'Cr Expenses:BadDebt 4.00',
      'Dr Assets:Receivable:Patient C2 10.00',
      'Cr Assets:Receivable:Patient C1 10.00',
    ]);
  });

  test('a refund: from where the credit stood to cash', () => {
    const refunded = [
      { source: fromPayment('P1'), owner: PATIENT, amount: '10.00' },
      { source: fromShare('C1', PATIENT), owner: PATIENT, amount: '5.00' },
    ];
    expect(journal(refundIssued({ refunded }))).toEqual([
      'Dr Liabilities:Unapplied P1 10.00',
      'Cr Assets:Cash 15.00',
      'Dr Assets:Receivable:Patient C1 5.00',
    ]);
  });

  test('a reversal: the movements it stores, each on its own day', () => {
    const movements = [
      mirror('X1', shareOf(PATIENT), unappliedOf(), '10.00', '2026-04-01'),
      mirror('T1', shareOf(ACME), shareOf(PATIENT, 'C1', '2026-02-03'), '5.00'),
    ];
    expect(journal(entryReversed({ movements }))).toEqual([
      'Dr Assets:Receivable:Patient C1 10.00 on 2026-04-01',
      'Cr Liabilities:Unapplied P1 10.00 on 2026-04-01',
      'Dr Assets:Receivable:Payer C1 5.00',
      'Cr Assets:Receivable:Patient C1 5.00 since 2026-02-03',
    ]);
  });

  test('what moves no money is empty', () => {
    const quiet = [accountOpened(), denialRecorded(), denialAppealed(), denialResolved(), noteRecorded()];
    expect(quiet.flatMap(journal)).toEqual([]);
  });
});

test('the effect on the balance: receivables less unapplied, whatever goes between them', () => {
  const effect = (event: AccountEvent): string => balanceEffectOf(movementsOf(event)).toFixed();
  expect(effect(chargePosted())).toBe('100');
  expect(effect(paymentPosted())).toBe('-40');
  expect(effect(adjustmentPosted())).toBe('-30');
  expect(effect(adjustmentPosted({ direction: 'debit' }))).toBe('30');
  expect(effect(responsibilityTransferred())).toBe('0');
  expect(effect(creditApplied())).toBe('0');
  expect(effect(refundIssued())).toBe('15');
  expect(effect(noteRecorded())).toBe('0');
});
