import { expect, test } from '@jest/globals';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import { ACCOUNT, ClaimBench, reversalOf, said } from './claim-bench.js';

const PAID = said({
  payerClaimNumber: 'P1',
  lines: [
    {
      charge: '200.00',
      paid: '120.00',
      adjustments: [
        ['CO', '45', '50.00'],
        ['PR', '1', '30.00'],
      ],
    },
  ],
});

test.each([
  ['whole', undefined],
  ['in part', [{ chargeId: 'C1', amount: '70.00' }]],
])(
  'a payment that a person reversed %s is taken back for the rest, when a person says so',
  (_, allocations) => {
    const ledger = ClaimBench.withCharges(['200.00']);
    ledger.post(PAID);
    ledger.command({
      type: 'ReverseEntry',
      accountId: ACCOUNT,
      reversalId: 'hand',
      reverses: `${adjudicationIdOf(PAID.remittanceId, 1)}.1`,
      reason: 'takeback',
      ...(allocations && { allocations }),
    });
    expect(ledger.post(reversalOf(PAID)).outcome).toMatchObject({ reason: 'original_differs' });
    expect(ledger.post(reversalOf(PAID), { released: true }).outcome).toMatchObject({ kind: 'posted' });
    expect(ledger.owed()).toEqual(['C1 ACME primary 200.00']);
    // What the takeback brings is what the payment took, whoever gave it back.
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('0.00');
  },
);
