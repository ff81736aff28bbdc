import { describe, expect, test } from '@jest/globals';
import { FORGIVEN } from '../../../src/ledger/given-up.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { AdjustmentCategory } from '../../../src/ledger/events.js';
import type { Party } from '../../../src/ledger/party.js';
import { ACCOUNT, ClaimBench, type Said, reversalOf, reversalOfLines, said } from './claim-bench.js';

const PATIENT: Party = { party: 'patient' };

/** 200.00 charged and 50.00 contractual; the patient's part and the payment as given. */
function primary(paid: string, patients: string, given: Partial<Said> = {}) {
  const adjustments: [string, string, string][] = [
    ['CO', '45', '50.00'],
    ['PR', '1', patients],
  ];
  return said({ payerClaimNumber: 'P1', ...given, lines: [{ charge: '200.00', paid, adjustments }] });
}

function given(
  category: AdjustmentCategory,
  amount: string,
  more: { adjustmentId?: string; direction?: 'debit'; effectiveOn?: string } = {},
): AccountCommand {
  return {
    type: 'PostAdjustment',
    accountId: ACCOUNT,
    adjustmentId: 'given',
    effectiveOn: '2026-02-05',
    amount,
    category,
    allocations: [{ chargeId: 'C1', amount, responsible: PATIENT }],
    ...more,
  };
}

function takeBack(ledger: ClaimBench, reverses = 'given'): void {
  ledger.command({
    type: 'ReverseEntry',
    accountId: ACCOUNT,
    reversalId: `${reverses}-back`,
    reverses,
    reason: 'posting_error',
  });
}

const placeOf = (category: AdjustmentCategory): string =>
  `Income:Adjustments:${category.replace(/(^|_)(.)/g, (_, __, letter: string) => letter.toUpperCase())}`;

describe.each(FORGIVEN)(
  'what was given up of the patient’s part as %s, when that turns out to be less',
  (category) => {
    const place = placeOf(category);

    test('comes back, so that the patient has no credit for what nobody paid', () => {
      const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
      ledger.command(given(category, '200.00', { effectiveOn: '2026-02-20' }));
      const { held } = ledger.post(primary('120.00', '30.00'));
      expect(held).toEqual([]);
      expect(ledger.owed()).toEqual([]);
      expect(ledger.movedOver(place)).toBe('30.00');
      expect(ledger.ofType('AdjustmentPosted').at(-1)).toMatchObject({
        category,
        direction: 'debit',
        amount: '170.00',
        effectiveOn: '2026-02-20',
      });
    });

    test('is back while a decision is taken back, and gone again as far as the next one leaves it to the patient', () => {
      const ledger = ClaimBench.withCharges(['200.00']);
      const first = primary('120.00', '30.00');
      ledger.post(first);
      ledger.command(given(category, '30.00'));
      ledger.post(reversalOf(first));
      expect(ledger.owed()).toEqual(['C1 ACME primary 200.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
      const corrected = primary('140.00', '10.00', { remittance: 'R2' });
      ledger.post(corrected);
      expect(ledger.owed()).toEqual([]);
      expect(ledger.movedOver(place)).toBe('10.00');
      ledger.post(reversalOf(corrected, { remittance: 'REV2' }));
      expect(ledger.owed()).toEqual(['C1 ACME primary 200.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
      ledger.post(primary('120.00', '30.00', { remittance: 'R3' }));
      expect(ledger.owed()).toEqual([]);
      expect(ledger.movedOver(place)).toBe('30.00');
    });

    test.each([
      ['as a whole', [1, 2]],
      ['by its line', [1]],
    ])('comes back when the decision is taken back %s, so that nothing of it is paid out', (_, lines) => {
      const ledger = ClaimBench.withCharges(['100.00', '50.00']);
      const decided = said({
        payerClaimNumber: 'P1',
        lines: [
          { charge: '100.00', paid: '70.00', adjustments: [['PR', '2', '30.00']] },
          { charge: '50.00', paid: '50.00' },
        ],
      });
      ledger.post(decided);
      ledger.command(given(category, '30.00', { effectiveOn: '2026-02-20' }));
      ledger.post(reversalOfLines(decided, lines, { effectiveOn: '2026-02-10' }));
      expect(ledger.owed().filter((owed) => owed.includes('patient'))).toEqual([]);
      expect(ledger.movedOver(place)).toBe('0.00');
      // Never from a day before the write-off itself.
      expect(ledger.ofType('AdjustmentPosted').at(-1)).toMatchObject({
        category,
        direction: 'debit',
        effectiveOn: '2026-02-20',
      });
      ledger.post(
        said({
          remittance: 'C',
          payerClaimNumber: 'P1',
          effectiveOn: '2026-02-11',
          lines: [{ charge: '100.00', paid: '80.00', adjustments: [['PR', '2', '20.00']] }],
        }),
      );
      expect(ledger.owed().filter((owed) => owed.startsWith('C1'))).toEqual([]);
      expect(ledger.movedOver(place)).toBe('20.00');
      // Nor is it given up again from a day before it came back.
      expect(ledger.ofType('AdjustmentPosted').at(-1)).toMatchObject({
        category,
        direction: 'credit',
        amount: '20.00',
        effectiveOn: '2026-02-20',
      });
    });

    test('is not given up again after a person took it back', () => {
      const ledger = ClaimBench.withCharges(['200.00']);
      const first = primary('120.00', '30.00');
      ledger.post(first);
      ledger.command(given(category, '30.00'));
      ledger.post(reversalOf(first));
      ledger.post(primary('140.00', '10.00', { remittance: 'R2' }));
      expect(ledger.movedOver(place)).toBe('10.00');
      takeBack(ledger);
      expect(ledger.owed()).toEqual(['C1 patient 10.00']);
      ledger.post(reversalOf(primary('140.00', '10.00', { remittance: 'R2' }), { remittance: 'REV2' }));
      ledger.post(primary('120.00', '30.00', { remittance: 'R3' }));
      expect(ledger.owed()).toEqual(['C1 patient 30.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
    });

    test('is given up again less what the patient paid meanwhile', () => {
      const ledger = ClaimBench.withCharges(['200.00']);
      const first = primary('120.00', '30.00');
      ledger.post(first);
      ledger.command(given(category, '30.00'));
      ledger.post(reversalOf(first));
      ledger.command({
        type: 'PostPayment',
        accountId: ACCOUNT,
        paymentId: 'desk',
        effectiveOn: '2026-02-12',
        amount: '10.00',
        from: PATIENT,
        method: 'cash',
        allocations: [{ chargeId: 'C1', amount: '10.00' }],
      });
      ledger.post(primary('120.00', '30.00', { remittance: 'R2' }));
      expect(ledger.owed()).toEqual([]);
      expect(ledger.movedOver(place)).toBe('20.00');
    });

    test('comes back when a later payer takes its part over', () => {
      const ledger = ClaimBench.withCharges(['200.00']);
      ledger.post(primary('120.00', '30.00'));
      ledger.command(given(category, '30.00'));
      ledger.post(
        said({
          remittance: 'S1',
          status: '2',
          payerId: 'GAP',
          lines: [
            {
              charge: '200.00',
              paid: '25.00',
              adjustments: [
                ['OA', '23', '170.00'],
                ['PR', '3', '5.00'],
              ],
            },
          ],
        }),
      );
      expect(ledger.owed()).toEqual([]);
      expect(ledger.movedOver(place)).toBe('5.00');
    });

    test('does not come back twice, when a person reverses it after that', () => {
      const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
      ledger.command(given(category, '200.00'));
      ledger.post(primary('120.00', '30.00'));
      takeBack(ledger);
      expect(ledger.owed()).toEqual(['C1 patient 30.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
    });

    test('and what the patient paid beside it stays the patient’s credit', () => {
      const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
      ledger.command({
        type: 'PostPayment',
        accountId: ACCOUNT,
        paymentId: 'desk',
        effectiveOn: '2026-01-10',
        amount: '40.00',
        from: PATIENT,
        method: 'cash',
        allocations: [{ chargeId: 'C1', amount: '40.00' }],
      });
      ledger.command(given(category, '160.00'));
      ledger.post(primary('120.00', '30.00'));
      expect(ledger.owed()).toEqual(['C1 patient -10.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
    });

    test('is reversed as it was, where a person brought it back by a debit of another', () => {
      const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
      ledger.command(given(category, '50.00'));
      ledger.command(given(category, '20.00', { adjustmentId: 'debit', direction: 'debit' }));
      takeBack(ledger);
      takeBack(ledger, 'debit');
      expect(ledger.owed()).toEqual(['C1 patient 200.00']);
      expect(ledger.movedOver(place)).toBe('0.00');
    });
  },
);

test('bad debt that a remittance brought back does not come back twice either', () => {
  const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
  ledger.command(given('bad_debt', '200.00'));
  ledger.post(primary('120.00', '30.00'));
  takeBack(ledger);
  expect(ledger.owed()).toEqual(['C1 patient 30.00']);
  expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
});

test('charity and bad debt come back one after the other, bad debt first', () => {
  const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
  ledger.command(given('charity', '150.00'));
  ledger.command(given('bad_debt', '50.00', { adjustmentId: 'bad' }));
  ledger.post(primary('120.00', '30.00'));
  expect(ledger.owed()).toEqual([]);
  expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
  expect(ledger.movedOver('Income:Adjustments:Charity')).toBe('30.00');
});
