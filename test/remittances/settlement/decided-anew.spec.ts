import { describe, expect, test } from '@jest/globals';
import type { Party } from '../../../src/ledger/party.js';
import { ACCOUNT, ClaimBench, type Line, type Said, payer, said } from './claim-bench.js';

const PATIENT: Party = { party: 'patient' };

/** 200.00 charged: 120.00 paid, 50.00 contractual, 30.00 to the patient. */
const PAID: Line = {
  charge: '200.00',
  paid: '120.00',
  adjustments: [
    ['CO', '45', '50.00'],
    ['PR', '1', '30.00'],
  ],
};

function refused(group: string, reason: string, given: Partial<Said> = {}) {
  const line: Line = { charge: '200.00', paid: '0.00', adjustments: [[group, reason, '200.00']] };
  return said({ remittance: 'D1', status: '4', ...given, lines: [line] });
}

describe('a claim that was refused, and is paid under another trace with nothing taken back', () => {
  test('is the patient’s only for what the payer leaves, though the first decision left it all', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(refused('PR', '204'));
    const { held } = ledger.post(said({ lines: [PAID] }));
    expect(ledger.owed()).toEqual(['C1 patient 30.00']);
    expect(held).toEqual([]);
  });

  test('is so too where somebody had moved it to the patient, who had paid', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(refused('CO', '22'));
    ledger.command({
      type: 'TransferResponsibility',
      accountId: ACCOUNT,
      transferId: 'moved',
      chargeId: 'C1',
      amount: '200.00',
      from: payer('ACME'),
      to: PATIENT,
    });
    ledger.command({
      type: 'PostPayment',
      accountId: ACCOUNT,
      paymentId: 'desk',
      amount: '200.00',
      from: PATIENT,
      method: 'card',
      allocations: [{ chargeId: 'C1', amount: '200.00' }],
    });
    const { held } = ledger.post(said({ lines: [PAID] }));
    expect(ledger.owed()).toEqual(['C1 patient -170.00']);
    expect(held).toEqual([]);
  });

  test('comes to the same when the refusal comes last', () => {
    for (const refusal of [refused('PR', '204'), refused('CO', '22')]) {
      const ledger = ClaimBench.withCharges(['200.00']);
      ledger.post(said({ lines: [PAID] }));
      ledger.post(refusal);
      expect(ledger.owed()).toEqual(['C1 patient 30.00']);
    }
  });
});

describe('a refusal that does not say in which position its payer stands, and repeats what earlier ones did', () => {
  const refusedBySecondary: Said = {
    remittance: 'S1',
    status: '4',
    payerId: 'GAP',
    lines: [
      {
        charge: '200.00',
        paid: '0.00',
        adjustments: [
          ['OA', '23', '170.00'],
          ['CO', '29', '30.00'],
        ],
      },
    ],
  };

  test('is a later payer’s: what it refuses stays with it, not with the patient', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(said({ lines: [PAID] }));
    ledger.post(said(refusedBySecondary));
    expect(ledger.owed()).toEqual(['C1 GAP secondary 30.00']);
    expect(ledger.ofType('DenialRecorded')).toMatchObject([{ payerId: 'GAP' }]);
  });

  test('is so too before the primary payer has decided', () => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(said(refusedBySecondary));
    ledger.post(said({ lines: [PAID] }));
    expect(ledger.owed()).toEqual(['C1 GAP secondary 30.00']);
    expect(ledger.ofType('DenialRecorded')).toMatchObject([{ payerId: 'GAP' }]);
  });
});
