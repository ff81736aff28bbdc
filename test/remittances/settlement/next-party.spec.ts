import { describe, expect, test } from '@jest/globals';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { ACCOUNT, ClaimBench, payer, said } from './claim-bench.js';

/*
 * Who answers for what the primary payer leaves, where neither the remittance nor the claim's own charges name anybody.
 */

const BETA = payer('BETA', 'secondary');
const GAMMA = payer('GAMMA', 'secondary');

/** With a charge each of the claims CLM1 to CLM3, owed by the primary payer. */
function ledgerOf(): ClaimBench {
  const ledger = ClaimBench.withCharges([]);
  for (const n of [1, 2, 3]) {
    ledger.command({
      type: 'PostCharge',
      accountId: ACCOUNT,
      chargeId: `C${n}`,
      effectiveOn: '2026-01-05',
      serviceDate: '2026-01-05',
      amount: '100.00',
      code: { system: 'CPT', value: '99211' },
      responsible: payer('ACME'),
      claimId: `CLM${n}`,
    });
  }
  return ledger;
}

/** A person lays a part of a charge to somebody. */
function lay(ledger: ClaimBench, chargeId: string, to: typeof BETA, amount = '100.00'): void {
  const transferId = `T-${chargeId}-${ledger.events.length}`;
  ledger.command({
    type: 'TransferResponsibility',
    accountId: ACCOUNT,
    transferId,
    effectiveOn: '2026-01-06',
    chargeId,
    amount,
    from: payer('ACME'),
    to,
  });
}

const primary = (claimId = 'CLM1', given: Partial<ClaimStatement> = {}): ClaimStatement => ({
  ...said({
    remittance: `P-${claimId}`,
    claimId,
    lines: [{ charge: '100.00', paid: '70.00', adjustments: [['PR', '2', '30.00']] }],
  }),
  ...given,
});

const secondary = (payerId: string, claimId = 'CLM1'): ClaimStatement =>
  said({
    remittance: `S-${claimId}`,
    claimId,
    status: '2',
    payerId,
    lines: [
      {
        charge: '100.00',
        paid: '20.00',
        adjustments: [
          ['OA', '23', '70.00'],
          ['PR', '1', '10.00'],
        ],
      },
    ],
  });

const owedOf = (ledger: ClaimBench, chargeId: string) =>
  ledger.owed().filter((owed) => owed.startsWith(chargeId));

describe('what the primary payer leaves goes', () => {
  test('to the patient, where nobody names a next payer', () => {
    const ledger = ledgerOf();
    ledger.post(primary());
    expect(owedOf(ledger, 'C1')).toEqual(['C1 patient 30.00']);
  });

  test('to the one payer that commands named anywhere on the account, also by a transfer that went back', () => {
    const ledger = ledgerOf();
    lay(ledger, 'C2', BETA, '1.00');
    const transferId = 'BACK';
    ledger.command({
      type: 'TransferResponsibility',
      accountId: ACCOUNT,
      transferId,
      effectiveOn: '2026-01-07',
      chargeId: 'C2',
      amount: '1.00',
      from: BETA,
      to: payer('ACME'),
    });
    ledger.post(primary());
    expect(owedOf(ledger, 'C1')).toEqual(['C1 BETA secondary 30.00']);
  });

  test('to the patient, where commands named several', () => {
    const ledger = ledgerOf();
    lay(ledger, 'C2', BETA);
    lay(ledger, 'C3', GAMMA);
    ledger.post(primary());
    expect(owedOf(ledger, 'C1')).toEqual(['C1 patient 30.00']);
  });

  test('to the one that its own charges name, whoever others do', () => {
    const ledger = ledgerOf();
    lay(ledger, 'C1', GAMMA, '1.00');
    lay(ledger, 'C2', BETA);
    ledger.post(primary());
    expect(owedOf(ledger, 'C1')).toEqual(['C1 GAMMA secondary 30.00']);
  });

  test('to the one that the remittance names, whoever commands did', () => {
    const ledger = ledgerOf();
    lay(ledger, 'C2', BETA);
    ledger.post(primary('CLM1', { status: '19', crossoverPayerId: 'GAMMA' }));
    expect(owedOf(ledger, 'C1')).toEqual(['C1 GAMMA secondary 30.00']);
  });

  test('to nobody that is named in another position', () => {
    const ledger = ledgerOf();
    lay(ledger, 'C2', payer('BETA', 'tertiary'));
    ledger.post(primary());
    expect(owedOf(ledger, 'C1')).toEqual(['C1 patient 30.00']);
  });
});

describe('in whatever order remittances come', () => {
  test('a payer that only a remittance names on another claim is not asked on this one', () => {
    const other = [primary('CLM2'), secondary('BETA', 'CLM2')];
    for (const order of [
      [primary(), ...other],
      [...other, primary()],
      [other[1]!, primary(), other[0]!],
    ]) {
      const ledger = ledgerOf();
      for (const statement of order) ledger.post(statement);
      expect(ledger.owed()).toEqual(['C1 patient 30.00', 'C2 patient 10.00', 'C3 ACME primary 100.00']);
    }
  });

  test.each(['BETA', 'BETA-AS-IT-CALLS-ITSELF'])('the payer that the account names is meant by %s', (id) => {
    const ends = [
      [primary(), secondary(id)],
      [secondary(id), primary()],
    ].map((order) => {
      const ledger = ledgerOf();
      lay(ledger, 'C2', BETA);
      for (const statement of order) ledger.post(statement);
      return { owed: ledger.owed(), parties: [...ledger.account.charges.get('C1')!.shares.keys()].sort() };
    });
    expect(ends[0]).toEqual(ends[1]);
    expect(ends[0]!.owed).toEqual(['C1 patient 10.00', 'C2 BETA secondary 100.00', 'C3 ACME primary 100.00']);
    expect(ends[0]!.parties.filter((key) => key.includes('AS-IT-CALLS'))).toEqual([]);
  });
});
