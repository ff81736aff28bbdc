import { describe, expect, test } from '@jest/globals';
import { ADJUSTMENT_CATEGORIES, type AccountEvent } from '../../src/ledger/events.js';
import {
  balanceEffectOf,
  journalLinesOf,
  journalLinesOfRemittance,
  movementsOf,
  movementsOfRemittance,
} from '../../src/ledger/movements.js';
import { money } from '../../src/ledger/money.js';
import {
  type RemittanceEvent,
  type RemittanceEventType,
  remittanceEventData,
} from '../../src/ledger/remittance-events.js';
import {
  ACME,
  CASH,
  CHARGES,
  CLEARING,
  CONTROL,
  PATIENT,
  TODAY,
  accountOpened,
  adjudicationContinued,
  adjustmentPosted,
  chargePosted,
  claimAdjudicated,
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
    const quiet = [
      accountOpened(),
      denialRecorded(),
      denialAppealed(),
      denialResolved(),
      noteRecorded(),
      claimAdjudicated(),
      adjudicationContinued(),
    ];
    expect(quiet.flatMap(journal)).toEqual([]);
  });
});

describe('the money of a remittance', () => {
  const { remittance } = claimAdjudicated().data;
  const remittanceId = remittance.id;
  const accepted = (amount: string): RemittanceEvent => ({
    type: 'RemittanceAccepted',
    data: { remittanceId, currency: 'USD', effectiveOn, amount },
  });
  const controlEntry = (amount: string): RemittanceEvent => ({
    type: 'ControlEntryPosted',
    data: {
      controlAccountId: 'ACME.HOSPITAL',
      entryId: `${remittanceId}.plb.1`,
      payerId: 'ACME',
      providerId: 'HOSPITAL',
      currency: 'USD',
      effectiveOn,
      amount,
      reason: 'WO',
      reference: '',
      remittance,
      number: 1,
    },
  });

  test('that is accepted goes to clearing as one sum, the other way for a debit', () => {
    expect(journalLinesOfRemittance(accepted('1180.50'))).toEqual([
      { place: CASH, debit: '1180.50', effectiveOn },
      { place: CLEARING, credit: '1180.50', effectiveOn },
    ]);
    expect(journalLinesOfRemittance(accepted('-1180.50'))).toEqual([
      { place: CLEARING, debit: '1180.50', effectiveOn },
      { place: CASH, credit: '1180.50', effectiveOn },
    ]);
    expect(journalLinesOfRemittance(accepted('0.00'))).toEqual([]);
    expect(journalLinesOfRemittance(accepted('-0.00'))).toEqual([]);
  });

  test('that the payer kept back is owed by it, what it gave beyond claims is owed to it', () => {
    expect(movementsOfRemittance(controlEntry('25.00'))).toEqual([
      { debit: CONTROL, credit: CLEARING, amount: '25.00', effectiveOn },
    ]);
    expect(movementsOfRemittance(controlEntry('-5.50'))).toEqual([
      { debit: CLEARING, credit: CONTROL, amount: '5.50', effectiveOn },
    ]);
  });

  test('that is posted on an account is taken from clearing, whole, with bad debt reinstated as ever', () => {
    const event = paymentPosted({
      amount: '40.00',
      from: ACME,
      allocations: [{ chargeId: 'C1', amount: '25.00', responsible: ACME, reinstated: '10.00' }],
      remittance,
    });
    expect(journal(event)).toEqual([
      'Dr Assets:Receivable:Payer C1 10.00',
      'Cr Expenses:BadDebt 10.00',
      'Dr Assets:RemittanceClearing 40.00',
      'Cr Assets:Receivable:Payer C1 25.00',
      'Cr Liabilities:Unapplied P1 15.00',
    ]);
  });

  test('comes from clearing in a reversal as it went there', () => {
    const movements = [mirror('P1', shareOf(ACME), CLEARING, '25.00')];
    expect(journal(entryReversed({ movements, remittance }))).toEqual([
      'Dr Assets:Receivable:Payer C1 25.00',
      'Cr Assets:RemittanceClearing 25.00',
    ]);
  });

  test('clears to zero when every claim and provider adjustment is posted, and ties with cash until then', () => {
    // BPR02 = ΣCLP04 − ΣPLB: 100 paid for two claims, 25 kept back, 5.50 of interest added.
    const books = new Map<string, string>();
    const post = (movements: ReturnType<typeof movementsOf>): void => {
      for (const { debit, credit, amount } of movements) {
        books.set(
          debit.account,
          money(books.get(debit.account) ?? '0')
            .plus(amount)
            .toFixed(2),
        );
        books.set(
          credit.account,
          money(books.get(credit.account) ?? '0')
            .minus(amount)
            .toFixed(2),
        );
      }
    };
    const paid = (paymentId: string, amount: string) =>
      paymentPosted({
        paymentId,
        amount,
        from: ACME,
        allocations: [{ chargeId: 'C1', amount, responsible: ACME }],
        remittance,
      });
    post(movementsOfRemittance(accepted('80.50')));
    post(movementsOf(paid('P1', '60.00')));
    post(movementsOfRemittance(controlEntry('25.00')));
    post(movementsOfRemittance(controlEntry('-5.50')));
    // The second claim is suspended: just its 40.00 stands on clearing.
    expect(Object.fromEntries(books)).toEqual({
      'Assets:Cash': '80.50',
      'Assets:RemittanceClearing': '-40.00',
      'Assets:PayerControl': '19.50',
      'Assets:Receivable:Payer': '-60.00',
    });
    post(movementsOf(paid('P2', '40.00')));
    expect(books.get('Assets:RemittanceClearing')).toBe('0.00');
  });

  test.each([
    [{ place: 'remittance', remittanceId: 'R1' }, 'Assets:RemittanceClearing'],
    [{ place: 'interest' }, 'Income:Interest'],
    [{ place: 'penalty' }, 'Expenses:Penalties'],
    [{ place: 'cash' }, 'Assets:Cash'],
    [{ place: 'write_off' }, 'Expenses:ControlWriteOff'],
  ] as const)('goes between a control account and %j as somebody books it', (against, account) => {
    const booked = (amount: string): RemittanceEvent => ({
      type: 'ControlEntryBooked',
      data: {
        controlAccountId: 'ACME.NPI1',
        entryId: 'E1',
        payerId: 'ACME',
        providerId: 'NPI1',
        currency: 'USD',
        effectiveOn,
        amount,
        against,
        reason: 'agreed',
      },
    });
    const [control, other] = [{ account: 'Assets:PayerControl' }, { account }];
    expect(movementsOfRemittance(booked('5.50'))).toEqual([
      { debit: control, credit: other, amount: '5.50', effectiveOn },
    ]);
    expect(movementsOfRemittance(booked('-5.50'))).toEqual([
      { debit: other, credit: control, amount: '5.50', effectiveOn },
    ]);
  });

  test('is moved by no other event beside the accounts', () => {
    const moving: RemittanceEventType[] = ['RemittanceAccepted', 'ControlEntryPosted', 'ControlEntryBooked'];
    const types = Object.keys(remittanceEventData) as RemittanceEventType[];
    for (const type of types.filter((some) => !moving.includes(some))) {
      const data = { currency: 'USD', effectiveOn, amount: '12.00' };
      expect(movementsOfRemittance({ type, data } as unknown as RemittanceEvent)).toEqual([]);
    }
  });
});

test('the effect on the balance: receivables less unapplied, whatever goes between them', () => {
  const effect = (event: AccountEvent): string => balanceEffectOf(movementsOf(event));
  expect(effect(chargePosted())).toBe('100');
  expect(effect(paymentPosted())).toBe('-40');
  expect(effect(adjustmentPosted())).toBe('-30');
  expect(effect(adjustmentPosted({ direction: 'debit' }))).toBe('30');
  expect(effect(responsibilityTransferred())).toBe('0');
  expect(effect(creditApplied())).toBe('0');
  expect(effect(refundIssued())).toBe('15');
  expect(effect(noteRecorded())).toBe('0');
});
