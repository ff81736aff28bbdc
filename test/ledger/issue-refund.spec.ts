import { describe, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  chargePosted,
  fromPayment,
  fromShare,
  given,
  issueRefund,
  payCharge,
  postPayment,
  refundIssued,
} from '../support/ledger.js';

describe('issuing a refund', () => {
  test("pays back the receiver's unapplied credit", () => {
    given(postPayment())
      .when(issueRefund({ reference: 'chk 9', reason: 'overpaid' }))
      .then(refundIssued({ reference: 'chk 9', reason: 'overpaid' }))
      .thenBooks({ balance: '-25.00', unapplied: { P1: '25.00' } });
  });

  test('takes the oldest first, credits on shares among them', () => {
    given(
      chargePosted({ effectiveOn: '2026-01-10' }),
      postPayment({ amount: '10.00', effectiveOn: '2026-01-12' }),
      payCharge('108.00', { paymentId: 'P2' }),
    )
      .when(issueRefund())
      .then(
        refundIssued({
          refunded: [
            { source: fromShare('C1', PATIENT), owner: PATIENT, amount: '8.00' },
            { source: fromPayment('P1'), owner: PATIENT, amount: '7.00' },
          ],
        }),
      )
      .thenBooks({ balance: '-3.00', unapplied: { P1: '3.00' } });
  });

  test('pays from the source that is named, to whomever', () => {
    given(postPayment(), postPayment({ paymentId: 'P2', from: ACME }))
      .when(issueRefund({ source: fromPayment('P2'), to: { party: 'other', name: 'estate' } }))
      .then(
        refundIssued({
          to: { party: 'other', name: 'estate' },
          source: fromPayment('P2'),
          refunded: [
            { source: fromPayment('P2'), owner: { party: 'payer', payerId: 'ACME' }, amount: '15.00' },
          ],
        }),
      );
  });

  test('never takes money before it counts, so that no past date shows a debt of the ledger to itself', () => {
    given(postPayment({ effectiveOn: '2026-03-01' }))
      .when(issueRefund({ effectiveOn: '2026-02-10' }))
      .then(
        refundIssued({
          effectiveOn: '2026-02-10',
          refunded: [{ source: fromPayment('P1'), owner: PATIENT, amount: '15.00', countsOn: '2026-03-01' }],
        }),
      );
  });

  describe('says no', () => {
    test("to more than the receiver's credit, whatever others have", () => {
      given(postPayment({ amount: '14.99' }), postPayment({ paymentId: 'P2', from: ACME }))
        .when(issueRefund())
        .thenRejected('credit_insufficient', { requested: '15.00', available: '14.99' });
    });

    test('to a named source that has less, or none, or is not there', () => {
      given(postPayment({ amount: '5.00' }), postPayment({ paymentId: 'P2' }))
        .when(issueRefund({ source: fromPayment('P1') }))
        .thenRejected('credit_insufficient', { requested: '15.00', available: '5.00' });
      given(chargePosted())
        .when(issueRefund({ source: fromShare('C1', PATIENT) }))
        .thenRejected('credit_insufficient', { requested: '15.00', available: '0.00' });
      given()
        .when(issueRefund({ source: fromPayment('P1') }))
        .thenRejected('credit_insufficient', { requested: '15.00', available: '0.00' });
    });

    test('to the same money twice', () => {
      given(postPayment(), issueRefund({ amount: '40.00' }))
        .when(issueRefund({ refundId: 'RF2', amount: '0.01' }))
        .thenRejected('credit_insufficient', { requested: '0.01', available: '0.00' });
    });
  });

  test('stays quiet on a repeat, though the credit is gone', () => {
    given(postPayment({ amount: '15.00' }), issueRefund())
      .when(issueRefund())
      .thenNothing({ revision: 2, type: 'RefundIssued' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(postPayment(), issueRefund())
      .when(issueRefund({ amount: '15.01', method: 'cash', to: ACME }))
      .thenRejected('id_already_used', {
        id: 'RF1',
        usedBy: 'RefundIssued',
        differs: ['amount', 'to.party', 'to.payerId', 'to.position', 'method'],
      });
    given(postPayment({ paymentId: 'RF1' }))
      .when(issueRefund())
      .thenRejected('id_already_used', { id: 'RF1', usedBy: 'PaymentPosted', differs: ['type'] });
  });
});
