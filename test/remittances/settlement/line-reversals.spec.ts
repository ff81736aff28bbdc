import { describe, expect, test } from '@jest/globals';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import { planResolution } from '../../../src/remittances/settlement/plan-resolution.js';
import {
  ACCOUNT,
  ClaimBench,
  type Line,
  type Said,
  heldIn,
  payer,
  reversalOf,
  reversalOfLines,
  said,
} from './claim-bench.js';

/*
 * Payers take back single lines of a claim, and decide these anew. What was posted for the others stays.
 */

const CHARGES = ['100.00', '200.00', '300.00'];
const CLEARING = 'Assets:RemittanceClearing';

const FIRST: Line = {
  charge: '100.00',
  paid: '60.00',
  adjustments: [
    ['CO', '45', '20.00'],
    ['PR', '2', '20.00'],
  ],
};
const SECOND: Line = {
  charge: '200.00',
  paid: '120.00',
  adjustments: [
    ['CO', '45', '50.00'],
    ['PR', '1', '30.00'],
  ],
};
const THIRD: Line = { charge: '300.00', paid: '0.00', adjustments: [['CO', '197', '300.00']] };

const whole = (given: Partial<Said> = {}): ClaimStatement =>
  said({ remittance: 'O', payerClaimNumber: 'P1', lines: [FIRST, SECOND, THIRD], ...given });

const ofLines = (numbers: number[], given: Partial<Said> = {}): ClaimStatement =>
  reversalOfLines(whole(), numbers, { effectiveOn: '2026-02-10', ...given });

/** The second line, paid more and left less to the patient. */
const correction = (given: Partial<Said> = {}): ClaimStatement =>
  said({
    remittance: 'C',
    payerClaimNumber: 'P1',
    effectiveOn: '2026-02-10',
    lines: [
      {
        charge: '200.00',
        paid: '140.00',
        adjustments: [
          ['CO', '45', '50.00'],
          ['PR', '1', '10.00'],
        ],
        n: 2,
      },
    ],
    ...given,
  });

/** All lines as they stand after the correction, taken back. */
const ofAllAsCorrected = (): ClaimStatement => {
  const [first, , third] = whole().lines;
  const [second] = correction().lines;
  return reversalOf(
    { ...whole(), lines: [first!, second!, third!] },
    { remittance: 'W', effectiveOn: '2026-03-01' },
  );
};

const bench = (): ClaimBench => ClaimBench.withCharges(CHARGES);

const idOf = ({ remittanceId, claim }: ClaimStatement): string => adjudicationIdOf(remittanceId, claim);

describe('a reversal of one line', () => {
  test('takes back what was posted for it, and leaves the rest as it is', () => {
    const ledger = bench();
    ledger.post(whole());
    const { outcome, events } = ledger.post(ofLines([2]));
    expect(outcome).toMatchObject({ kind: 'posted', settlement: 'posted', held: [] });
    expect(events.map(({ type }) => type)).toEqual([
      'ClaimAdjudicated',
      'EntryReversed',
      'EntryReversed',
      'EntryReversed',
    ]);
    expect(ledger.ofType('ClaimAdjudicated')[1]).toMatchObject({
      reversesLines: [{ adjudicationId: idOf(whole()), lines: [2] }],
      lines: [{ line: 1, chargeId: 'C2' }],
    });
    expect(ledger.ofType('ClaimAdjudicated')[1]).not.toHaveProperty('reverses');
    expect(ledger.ofType('EntryReversed').map(({ amount }) => amount)).toEqual(['50.00', '30.00', '120.00']);
    expect(ledger.owed()).toEqual(['C1 patient 20.00', 'C2 ACME primary 200.00', 'C3 ACME primary 300.00']);
    expect(ledger.movedOver(CLEARING)).toBe('60.00');
    expect(ledger.account.claims.get(idOf(whole()))).toMatchObject({ taken: [2], reversedBy: undefined });
  });

  test('is said again to no effect', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(ofLines([2]));
    expect(ledger.post(ofLines([2]))).toMatchObject({ outcome: { isNew: false }, events: [] });
  });

  test('of a line that was refused takes back that it was, and moves nothing', () => {
    const ledger = bench();
    ledger.post(whole());
    const { outcome, events } = ledger.post(ofLines([3]));
    expect(outcome).toMatchObject({ kind: 'posted', settlement: 'posted' });
    expect(events).toHaveLength(1);
    expect(ledger.account.claims.get(idOf(whole()))).toMatchObject({ taken: [3] });
  });

  test('finds a line once: the same again, of another remittance, is for a person', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(ofLines([2]));
    expect(ledger.post(ofLines([2], { remittance: 'AGAIN' })).outcome).toMatchObject({
      kind: 'suspended',
      reason: 'original_differs',
      facts: { adjudicationId: idOf(whole()), linesWithoutOriginal: '1', linesTakenBackBefore: '2' },
    });
  });

  test('with other amounts than the line is for a person, whatever that says', () => {
    const ledger = bench();
    ledger.post(whole());
    const [line] = ofLines([2]).lines;
    for (const differing of [
      { ...line!, paid: '-100.00', adjustments: [{ group: 'CO', reason: '45', amount: '-100.00' }] },
      { ...line!, adjustments: [{ group: 'CO', reason: '45', amount: '-80.00' }] },
      { ...line!, serviceDate: '2026-01-06' },
      { ...line!, procedure: { ...line!.procedure, modifiers: ['25'] } },
    ]) {
      for (const released of [false, true]) {
        const paid = differing.paid;
        const { outcome } = ledger.post({ ...ofLines([2]), paid, lines: [differing] }, { released });
        expect(outcome).toMatchObject({
          reason: 'original_differs',
          facts: { charge: '600.00', takenBackCharge: '-200.00', linesWithoutOriginal: '1' },
        });
      }
    }
    expect(ledger.ofType('EntryReversed')).toEqual([]);
  });

  test('whose claim takes back another amount than its lines is for a person', () => {
    const ledger = bench();
    ledger.post(whole());
    expect(ledger.post({ ...ofLines([2]), paid: '-115.00' }).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { linesWithoutOriginal: '1' },
    });
  });

  test('is told by its control number, whatever it calls the procedure; a counter tells nothing', () => {
    const withNumbers = (statement: ClaimStatement, ...numbers: string[]): ClaimStatement => ({
      ...statement,
      lines: statement.lines.map((line, i) => ({ ...line, controlNumber: numbers[i]! })),
    });
    const called = (statement: ClaimStatement): ClaimStatement => ({
      ...statement,
      lines: statement.lines.map((line) => ({
        ...line,
        procedure: { qualifier: 'HC', code: '00000', modifiers: [] },
      })),
    });
    const posted = (reversal: ClaimStatement, ...numbers: string[]): boolean => {
      const ledger = bench();
      ledger.post(withNumbers(whole(), ...numbers));
      return ledger.post(reversal).outcome.kind === 'posted';
    };
    expect(posted(called(withNumbers(ofLines([2]), 'LINE-B')), 'LINE-A', 'LINE-B', 'LINE-C')).toBe(true);
    expect(posted(withNumbers(ofLines([2]), 'LINE-X'), 'LINE-A', 'LINE-B', 'LINE-C')).toBe(false);
    expect(posted(withNumbers(ofLines([2]), '1'), '1', '2', '3')).toBe(true);
    expect(posted(called(withNumbers(ofLines([2]), '2')), '1', '2', '3')).toBe(false);
  });

  test('in the way of the guides before 5010, with group CR, is found by its reasons', () => {
    const ledger = bench();
    ledger.post(whole());
    const reversal = ofLines([2]);
    const lines = reversal.lines.map((line) => ({
      ...line,
      adjustments: line.adjustments.map((each) => ({ ...each, group: 'CR' })),
    }));
    expect(ledger.post({ ...reversal, lines }).outcome).toMatchObject({ kind: 'posted' });
  });

  test('with a number of its own finds the claim by REF*F8', () => {
    const own = { payerClaimNumber: 'P9' };
    const named = bench();
    named.post(whole());
    named.post(ofLines([2], { ...own, originalClaimNumber: 'P1' }));
    expect(named.owed()).toContain('C2 ACME primary 200.00');
    // Without it, nothing says which claim is meant.
    const nameless = bench();
    nameless.post(whole());
    expect(nameless.post(ofLines([2], own)).outcome).toMatchObject({ settlement: 'waits_for_original' });
  });

  test('where a person reversed what the line was paid is for a person, who has it taken back for the rest', () => {
    const ledger = bench();
    ledger.post(whole());
    const payment = ledger.ofType('PaymentPosted')[0]!.paymentId;
    const byHand = { type: 'ReverseEntry', accountId: ACCOUNT, reverses: payment, reason: 'nsf' } as const;
    ledger.command({ ...byHand, reversalId: 'h1', allocations: [{ chargeId: 'C1', amount: '60.00' }] });
    ledger.command({ ...byHand, reversalId: 'h2', allocations: [{ chargeId: 'C2', amount: '20.00' }] });
    expect(ledger.post(ofLines([2])).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { code: 'entry_already_reversed', entryId: payment },
    });
    expect(ledger.post(ofLines([2]), { released: true }).outcome).toMatchObject({ kind: 'posted' });
    expect(ledger.owed()).toContain('C2 ACME primary 200.00');
    expect(ledger.movedOver(CLEARING)).toBe('0.00');
  });

  test('that shares its charge with a line that stands is for a person', () => {
    const split = whole({ lines: [FIRST, { ...FIRST, n: 1 }] });
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(split);
    expect(ledger.post(reversalOfLines(split, [2], { effectiveOn: '2026-02-10' })).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { code: 'charge_has_other_lines', chargeId: 'C1' },
    });
    expect(ledger.post(reversalOf(split, { remittance: 'W' })).outcome).toMatchObject({ kind: 'posted' });
  });
});

describe('a reversal of one line, a correction of it, and a reversal of all as it stands then', () => {
  const statements = [whole(), ofLines([2]), correction(), ofAllAsCorrected()];
  const corrected = ['C1 patient 20.00', 'C2 patient 10.00', 'C3 ACME primary 300.00'];

  test.each(permutations([0, 1, 2]))('come to the same in the order %i, %i, %i', (...order) => {
    const ledger = bench();
    for (const n of order) expect(ledger.post(statements[n]!).outcome.kind).toBe('posted');
    expect(ledger.owed()).toEqual(corrected);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver(CLEARING)).toBe('200.00');
    expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('70.00');
    expect([...ledger.account.claims.values()].filter(({ hasHeld }) => hasHeld)).toEqual([]);
    const count = ledger.events.length;
    for (const n of order) ledger.post(statements[n]!);
    expect(ledger.events).toHaveLength(count);
  });

  test.each(permutations([0, 1, 2, 3]))('come to nothing in the order %i, %i, %i, %i', (...order) => {
    const ledger = bench();
    for (const n of order) expect(ledger.post(statements[n]!).outcome.kind).toBe('posted');
    expect(ledger.owed()).toEqual([
      'C1 ACME primary 100.00',
      'C2 ACME primary 200.00',
      'C3 ACME primary 300.00',
    ]);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver(CLEARING)).toBe('0.00');
    const claims = [...ledger.account.claims.values()];
    expect(claims.every(({ reversedBy, reverses }) => (reversedBy ?? reverses) !== undefined)).toBe(true);
  });

  test('a reversal of the lines that are left takes back the rest', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(ofLines([2]));
    ledger.post(ofLines([1, 3], { remittance: 'REST' }));
    expect(ledger.movedOver(CLEARING)).toBe('0.00');
    expect(ledger.account.claims.get(idOf(whole()))).toMatchObject({
      taken: [2, 1, 3],
      reversedBy: idOf(ofLines([1, 3], { remittance: 'REST' })),
    });
  });

  test('one of the whole claim as it was first says what stands in its way, until that is paid again', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(ofLines([2]));
    const all = reversalOf(whole(), { remittance: 'W', effectiveOn: '2026-03-01' });
    expect(ledger.post(all).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { linesWithoutOriginal: '2', linesTakenBackBefore: '2' },
    });
    ledger.post(said({ remittance: 'C', payerClaimNumber: 'P1', lines: [{ ...SECOND, n: 2 }] }));
    expect(ledger.post(all).outcome).toMatchObject({ kind: 'posted' });
    expect(ledger.movedOver(CLEARING)).toBe('0.00');
  });
});

describe('what is held of a line', () => {
  /** Paid once more under another trace: there is no room for any of it. */
  const again = (): ClaimStatement => whole({ remittance: 'O2', payerClaimNumber: 'P2' });

  test('goes back with it, and with it alone', () => {
    const ledger = bench();
    ledger.post(whole());
    expect(ledger.post(again()).held).toContain('payment C2 120.00');
    ledger.post(reversalOfLines(again(), [2], { effectiveOn: '2026-02-10' }));
    expect(ledger.unapplied()).toBe('60.00');
    expect(ledger.ofType('EntryReversed')).toMatchObject([{ unapplied: '120.00', amount: '120.00' }]);
    expect(heldIn(ledger.ofType('AdjudicationContinued').at(-1)!.held)).toEqual([
      'payment C1 60.00',
      'adjustment C1 CO-45 20.00',
    ]);
    expect(ledger.owed()).toEqual(['C1 patient 20.00', 'C2 patient 30.00', 'C3 ACME primary 300.00']);
  });

  test('is posted when the line that took its room is taken back', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(again());
    ledger.post(ofLines([2]));
    expect(ledger.unapplied()).toBe('60.00');
    expect(ledger.owed()).toEqual(['C1 patient 20.00', 'C2 patient 30.00', 'C3 ACME primary 300.00']);
  });

  test('is not there any more where somebody applied it elsewhere', () => {
    const ledger = bench();
    ledger.post(whole());
    ledger.post(again());
    const payment = ledger.ofType('PaymentPosted')[1]!.paymentId;
    ledger.command({
      type: 'ApplyCredit',
      accountId: ACCOUNT,
      allocationId: 'hand',
      source: { paymentId: payment },
      allocations: [{ chargeId: 'C3', amount: '100.00', responsible: payer('ACME') }],
    });
    expect(ledger.post(reversalOfLines(again(), [2], { effectiveOn: '2026-02-10' })).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { code: 'payment_not_there', available: '20.00' },
    });
  });
});

describe('money that is unapplied for one line', () => {
  const O = said({
    remittance: 'O',
    payerClaimNumber: 'P1',
    lines: [
      { charge: '100.00', paid: '80.00', adjustments: [['CO', '45', '20.00']] },
      { charge: '50.00', paid: '50.00' },
    ],
  });

  /** The second charge was paid 20.00 before: as much is held of its line, and a person gives that up. */
  function withCreditOfTheSecond(): ClaimBench {
    const ledger = ClaimBench.withCharges(['100.00', '50.00']);
    ledger.command({
      type: 'PostPayment',
      accountId: ACCOUNT,
      paymentId: 'before',
      effectiveOn: '2026-01-10',
      amount: '20.00',
      from: { party: 'payer', payerId: 'ACME', position: 'primary' },
      method: 'check',
      allocations: [{ chargeId: 'C2', amount: '20.00', responsible: payer('ACME') }],
    });
    expect(ledger.post(O).held).toEqual(['payment C2 20.00']);
    ledger.carryOut(
      planResolution(ACCOUNT, {
        resolutionId: 'D1',
        adjudicationId: idOf(O),
        decision: 'drop',
        effectiveOn: '2026-02-02',
        reason: 'it is credit',
      }),
    );
    return ledger;
  }

  test('goes back with that line after it was given up', () => {
    const ledger = withCreditOfTheSecond();
    expect(ledger.post(reversalOfLines(O, [2])).outcome).toMatchObject({ kind: 'posted' });
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.owed()).toEqual(['C2 ACME primary 30.00']);
    expect(ledger.movedOver(CLEARING)).toBe('80.00');
  });

  test('does not go back with another, of which a person took a part back', () => {
    const ledger = withCreditOfTheSecond();
    const paymentId = ledger.ofType('PaymentPosted')[1]!.paymentId;
    ledger.command({
      type: 'ReverseEntry',
      accountId: ACCOUNT,
      reversalId: 'hand',
      reverses: paymentId,
      reason: 'posting_error',
      allocations: [{ chargeId: 'C1', amount: '20.00' }],
    });
    const reversal = reversalOfLines(O, [1]);
    expect(ledger.post(reversal).outcome).toMatchObject({
      reason: 'original_differs',
      facts: { code: 'entry_already_reversed', entryId: paymentId },
    });
    expect(ledger.unapplied()).toBe('20.00');
    ledger.post(reversal, { released: true });
    expect(ledger.unapplied()).toBe('20.00');
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
    expect(ledger.movedOver(CLEARING)).toBe('50.00');
  });
});

test('what is held of several adjudications is held once, and less of it posted, when lines of all are taken back', () => {
  const ledger = ClaimBench.withCharges(['100.00', '100.00', '100.00']);
  const alike: Line[] = [
    { charge: '100.00', paid: '40.00', adjustments: [['CO', '45', '60.00']] },
    { charge: '100.00', paid: '100.00' },
  ];
  const x = said({
    remittance: 'X',
    payerClaimNumber: 'P1',
    lines: [{ charge: '100.00', paid: '80.00', adjustments: [['CO', '45', '20.00']] }, ...alike],
  });
  const y = said({
    remittance: 'Y',
    payerClaimNumber: 'P1',
    lines: [{ charge: '100.00', paid: '70.00', adjustments: [['CO', '45', '30.00']] }, ...alike],
  });
  ledger.post(x);
  ledger.post(y);
  ledger.post(reversalOfLines(x, [1, 2]));
  expect(ledger.ofType('ClaimAdjudicated').at(-1)?.reversesLines).toEqual([
    { adjudicationId: idOf(x), lines: [1] },
    { adjudicationId: idOf(y), lines: [2] },
  ]);
  expect(heldIn(ledger.ofType('AdjudicationContinued').at(-1)!.held)).toEqual(['payment C3 100.00']);
  expect(ledger.unapplied()).toBe('100.00');
  expect(ledger.owed()).toEqual([]);
  expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('90.00');
});

describe('a reversal of a line that covers several charges', () => {
  const O = said({
    remittance: 'O',
    payerClaimNumber: 'P1',
    lines: [
      { charge: '100.00', paid: '80.00', adjustments: [['CO', '45', '20.00']] },
      { charge: '50.00', paid: '50.00' },
    ],
  });

  test.each(permutations([0, 1]))('takes it back in the order %i, %i', (...order) => {
    const ledger = ClaimBench.withCharges([['60.00', '40.00'], '50.00']);
    const statements = [O, reversalOfLines(O, [1])];
    for (const n of order) ledger.post(statements[n]!);
    expect(ledger.owed()).toEqual(['C1 ACME primary 60.00', 'C1-2 ACME primary 40.00']);
    expect(ledger.movedOver(CLEARING)).toBe('50.00');
    expect([...ledger.account.claims.values()].map(({ settlement }) => settlement)).toEqual([
      'posted',
      'posted',
    ]);
  });
});

test('a reversal of a line that waits can be given up, and takes nothing back then', () => {
  const ledger = bench();
  expect(ledger.post(ofLines([2])).outcome).toMatchObject({ settlement: 'waits_for_original' });
  ledger.carryOut(
    planResolution(ACCOUNT, {
      adjudicationId: idOf(ofLines([2])),
      resolutionId: 'R1',
      decision: 'drop',
      effectiveOn: '2026-03-01',
      reason: 'it was posted by hand',
    }),
  );
  ledger.post(whole());
  expect(ledger.ofType('EntryReversed')).toEqual([]);
});

test('a payer that comes later goes on with what a correction of one line leaves to it', () => {
  const secondary = said({
    remittance: 'S',
    payerId: 'BETA',
    status: '2',
    effectiveOn: '2026-02-20',
    lines: [
      {
        charge: '100.00',
        paid: '0.00',
        adjustments: [
          ['OA', '23', '80.00'],
          ['PR', '3', '20.00'],
        ],
      },
      {
        charge: '200.00',
        paid: '8.00',
        adjustments: [
          ['OA', '23', '190.00'],
          ['PR', '3', '2.00'],
        ],
      },
    ],
  });
  for (const order of permutations([0, 1, 2, 3])) {
    const ledger = bench();
    const statements = [whole(), ofLines([2]), correction(), secondary];
    for (const n of order) ledger.post(statements[n]!);
    expect(ledger.owed()).toEqual(['C1 patient 20.00', 'C2 patient 2.00', 'C3 ACME primary 300.00']);
    expect(ledger.unapplied()).toBe('0.00');
  }
});

function permutations(of: readonly number[]): number[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((one, i) => permutations(of.toSpliced(i, 1)).map((rest) => [one, ...rest]));
}
