import { describe, expect, test } from '@jest/globals';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { Party } from '../../../src/ledger/party.js';
import { ACCOUNT, ClaimBench, type Said, payer, reversalOf, said } from './claim-bench.js';

const PATIENT: Party = { party: 'patient' };

/** 200.00 charged and 50.00 contractual; the patient's part and the payment as given. */
function primary(paid: string, patients: string, given: Partial<Said> = {}) {
  const adjustments: [string, string, string][] = [
    ['CO', '45', '50.00'],
    ['PR', '1', patients],
  ];
  return said({ payerClaimNumber: 'P1', ...given, lines: [{ charge: '200.00', paid, adjustments }] });
}

function writtenOff(amount: string, effectiveOn = '2026-02-05'): AccountCommand {
  return {
    type: 'PostAdjustment',
    accountId: ACCOUNT,
    adjustmentId: 'bad',
    effectiveOn,
    amount,
    category: 'bad_debt',
    allocations: [{ chargeId: 'C1', amount, responsible: PATIENT }],
  };
}

describe('bad debt of the patient, of a part that turns out to be a payer’s', () => {
  test('comes back, so that the patient has no credit for what nobody paid', () => {
    const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
    ledger.command(writtenOff('200.00'));
    ledger.post(primary('120.00', '30.00'));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('30.00');
    expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('50.00');
  });

  test('comes back from the day of the write-off at the earliest', () => {
    const ledger = ClaimBench.withCharges(['200.00'], PATIENT);
    ledger.command(writtenOff('200.00', '2026-02-20'));
    ledger.post(primary('120.00', '30.00'));
    expect(ledger.ofType('AdjustmentPosted')).toMatchObject([
      { adjustmentId: 'bad' },
      { reasonCode: '45' },
      { category: 'bad_debt', direction: 'debit', amount: '170.00', effectiveOn: '2026-02-20' },
    ]);
  });

  test('comes back only for what the patient has not paid', () => {
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
    ledger.command(writtenOff('160.00'));
    ledger.post(primary('120.00', '30.00'));
    expect(ledger.owed()).toEqual(['C1 patient -10.00']);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
  });

  test('comes back when a later payer takes its part over', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(primary('120.00', '30.00'));
    ledger.command(writtenOff('30.00'));
    const secondary = said({
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
    });
    ledger.post(secondary);
    expect(ledger.owed()).toEqual([]);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('5.00');
  });

  test('is back while a decision is taken back, and gone again as far as the next one leaves it to the patient', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    const first = primary('120.00', '30.00');
    ledger.post(first);
    ledger.command(writtenOff('30.00'));
    ledger.post(reversalOf(first));
    expect(ledger.owed()).toEqual(['C1 ACME primary 200.00']);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
    const corrected = primary('140.00', '10.00', { remittance: 'R2' });
    ledger.post(corrected);
    expect(ledger.owed()).toEqual([]);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('10.00');
    ledger.post(reversalOf(corrected, { remittance: 'REV2' }));
    expect(ledger.owed()).toEqual(['C1 ACME primary 200.00']);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
    ledger.post(primary('120.00', '30.00', { remittance: 'R3' }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('30.00');
  });

  test('leaves other claims of the account alone', () => {
    const ledger = ClaimBench.withCharges(['200.00'], payer('ACME'));
    ledger.post(primary('120.00', '30.00'));
    ledger.command(writtenOff('30.00'));
    ledger.post(primary('120.00', '30.00', { remittance: 'R2' }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('30.00');
  });
});
