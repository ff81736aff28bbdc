import { describe, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  adjustmentPosted,
  chargePosted,
  given,
  payCharge,
  postAdjustment,
  postCharge,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';

describe('posting an adjustment', () => {
  test('lowers the only open share', () => {
    given(chargePosted())
      .when(postAdjustment())
      .then(adjustmentPosted())
      .thenBooks({ balance: '70.00', shares: { 'C1 patient': '70.00' } });
  });

  test('raises it when its direction is debit', () => {
    given(chargePosted())
      .when(postAdjustment({ direction: 'debit', category: 'interest', effectiveOn: '2026-02-28' }))
      .then(adjustmentPosted({ direction: 'debit', category: 'interest', effectiveOn: '2026-02-28' }))
      .thenBooks({ balance: '130.00', shares: { 'C1 patient': '130.00' } });
  });

  test('keeps its codes, over many charges', () => {
    const codes = { groupCode: 'CO', reasonCode: '45', remarkCodes: ['N19'] };
    given(chargePosted(), postCharge({ chargeId: 'C2', responsible: ACME }))
      .when(
        postAdjustment({
          amount: '30.00',
          allocations: [
            { chargeId: 'C1', amount: '10.00' },
            { chargeId: 'C2', amount: '20.00' },
          ],
          ...codes,
        }),
      )
      .then(
        adjustmentPosted({
          allocations: [
            { chargeId: 'C1', amount: '10.00', responsible: PATIENT },
            { chargeId: 'C2', amount: '20.00', responsible: ACME },
          ],
          ...codes,
        }),
      )
      .thenBooks({ balance: '170.00', shares: { 'C1 patient': '90.00', 'C2 ACME primary': '80.00' } });
  });

  test('of bad debt is remembered on the share', () => {
    given(chargePosted())
      .when(writeOff('60.00'))
      .then(
        adjustmentPosted({
          adjustmentId: 'BD1',
          category: 'bad_debt',
          amount: '60.00',
          allocations: [{ chargeId: 'C1', amount: '60.00', responsible: PATIENT }],
        }),
      )
      .thenBooks({
        balance: '40.00',
        shares: { 'C1 patient': '40.00' },
        writtenOff: { 'C1 patient': '60.00' },
      });
  });

  test('of bad debt as a debit brings it back by hand', () => {
    given(chargePosted(), writeOff('60.00'))
      .when(writeOff('60.00', { adjustmentId: 'BD2', direction: 'debit' }))
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('may exceed what is open: the share then shows a credit', () => {
    given(chargePosted())
      .when(postAdjustment({ amount: '100.01' }))
      .thenBooks({
        balance: '-0.01',
        shares: { 'C1 patient': '-0.01' },
      });
  });

  describe('says no', () => {
    test.each(['29.99', '30.01'])('to allocations of %s for an adjustment of 30.00', (amount) => {
      given(chargePosted())
        .when(postAdjustment({ amount: '30.00', allocations: [{ chargeId: 'C1', amount }] }))
        .thenRejected('allocations_differ_from_amount', { amount: '30.00', allocated: amount });
    });

    test('to no allocations', () => {
      given(chargePosted())
        .when(postAdjustment({ allocations: [] }))
        .thenRejected('allocations_differ_from_amount', { amount: '30.00', allocated: '0.00' });
    });

    test('to a charge that is not there', () => {
      given().when(postAdjustment()).thenRejected('charge_not_found', { chargeId: 'C1' });
    });

    test('to two open shares where none is named', () => {
      given(postCharge({ responsible: ACME }), transferResponsibility())
        .when(postAdjustment())
        .thenRejected('responsible_required', {
          chargeId: 'C1',
          openShares: [
            { party: 'payer ACME primary', balance: '75.00' },
            { party: 'patient', balance: '25.00' },
          ],
        });
    });

    test('to no open share where none is named, whatever was written off', () => {
      given(chargePosted(), writeOff('100.00'))
        .when(postAdjustment())
        .thenRejected('responsible_required', { chargeId: 'C1', openShares: [] });
      given(chargePosted(), payCharge('100.00')).when(postAdjustment()).thenRejected('responsible_required');
    });

    test('to an amount of nothing', () => {
      given(chargePosted())
        .when(postAdjustment({ amount: '0.00' }))
        .thenRejected('validation_failed');
    });
  });

  test('stays quiet on a repeat, with the direction left out or named', () => {
    given(chargePosted(), postAdjustment()).when(postAdjustment()).thenNothing({
      revision: 2,
      type: 'AdjustmentPosted',
    });
    given(chargePosted(), postAdjustment())
      .when(postAdjustment({ direction: 'credit', responsible: PATIENT }))
      .thenNothing();
  });

  test('says no to the same id with other content', () => {
    given(chargePosted(), postAdjustment())
      .when(postAdjustment({ category: 'charity', direction: 'debit', amount: '31.00' }))
      .thenRejected('id_already_used', {
        id: 'ADJ1',
        usedBy: 'AdjustmentPosted',
        differs: ['category', 'amount', 'allocations[0].amount', 'direction'],
      });
  });
});
