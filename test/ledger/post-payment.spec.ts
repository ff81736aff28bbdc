import { describe, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  ZENITH,
  chargePosted,
  given,
  payCharge,
  payer,
  paymentPosted,
  postCharge,
  postPayment,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';

describe('posting a payment', () => {
  test('what is not allocated is unapplied credit of whoever paid', () => {
    given(chargePosted())
      .when(postPayment({ amount: '40.00', allocations: [{ chargeId: 'C1', amount: '30.00' }] }))
      .then(paymentPosted({ allocations: [{ chargeId: 'C1', amount: '30.00', responsible: PATIENT }] }))
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '70.00' }, unapplied: { P1: '10.00' } });
  });

  test('without allocations all of it is unapplied', () => {
    given()
      .when(
        postPayment({
          from: { party: 'other', name: 'aunt May' },
          method: 'cash',
          effectiveOn: '2026-02-14',
        }),
      )
      .then(
        paymentPosted({
          from: { party: 'other', name: 'aunt May' },
          method: 'cash',
          effectiveOn: '2026-02-14',
        }),
      )
      .thenBooks({ balance: '-40.00', unapplied: { P1: '40.00' } });
  });

  test('may exceed what is open: the share then shows a credit', () => {
    given(chargePosted({ amount: '25.00' }))
      .when(payCharge('40.00'))
      .thenBooks({ balance: '-15.00', shares: { 'C1 patient': '-15.00' } });
  });

  test('is recorded on the day that it counts, before or after the charge', () => {
    given(chargePosted({ effectiveOn: '2026-02-10' }))
      .when(payCharge('40.00', { effectiveOn: '2026-02-01' }))
      .then(
        paymentPosted({
          effectiveOn: '2026-02-01',
          allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }],
        }),
      );
  });

  describe('says no', () => {
    test('to allocations of more than it', () => {
      given(chargePosted())
        .when(
          postPayment({
            amount: '40.00',
            allocations: [
              { chargeId: 'C1', amount: '20.00' },
              { chargeId: 'C1', amount: '20.01' },
            ],
          }),
        )
        .thenRejected('allocations_exceed_amount', { amount: '40.00', allocated: '40.01' });
    });

    test('to a charge that is not there', () => {
      given(chargePosted())
        .when(payCharge('40.00', { chargeId: 'C2' }))
        .thenRejected('charge_not_found', { chargeId: 'C2' });
    });

    test('to an amount of nothing, and names the allocation whose amount is malformed', () => {
      given(chargePosted())
        .when(postPayment({ amount: '0.00', allocations: [{ chargeId: 'C1', amount: '1' }] }))
        .thenRejected('validation_failed', {
          errors: [
            { field: 'amount', message: 'must be more than zero' },
            {
              field: 'allocations[0].amount',
              message: 'must be a decimal string such as "125.00": at most 12 digits, then exactly 2 for USD',
            },
          ],
        });
    });
  });

  describe('stays quiet on a repeat', () => {
    const paid = paymentPosted({
      allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }],
      effectiveOn: '2026-02-02',
    });

    test('with or without what was filled in', () => {
      given(chargePosted(), paid)
        .when(payCharge('40.00'))
        .thenNothing({ revision: 2, type: 'PaymentPosted' });
      given(chargePosted(), paid)
        .when(postPayment({ allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }] }))
        .thenNothing();
      given(chargePosted(), paid).when(postPayment()).thenNothing();
    });

    test('but not with other content', () => {
      given(chargePosted(), paid)
        .when(
          postPayment({
            from: ACME,
            reference: '1234',
            allocations: [{ chargeId: 'C2', amount: '40.00', responsible: ACME }],
          }),
        )
        .thenRejected('id_already_used', {
          id: 'P1',
          usedBy: 'PaymentPosted',
          differs: [
            'from.party',
            'from.payerId',
            'from.position',
            'reference',
            'allocations[0].chargeId',
            'allocations[0].responsible.party',
            'allocations[0].responsible.payerId',
            'allocations[0].responsible.position',
          ],
        });
      given(chargePosted(), paid)
        .when(postPayment({ allocations: [] }))
        .thenRejected('id_already_used', { id: 'P1', usedBy: 'PaymentPosted', differs: ['allocations'] });
    });
  });
});

describe('whose share a payment lowers when nothing is said', () => {
  const charge = postCharge({ responsible: ACME });

  test("the patient's money: the patient's share, open or not", () => {
    given(charge)
      .when(payCharge('40.00'))
      .thenBooks({ balance: '60.00', shares: { 'C1 ACME primary': '100.00', 'C1 patient': '-40.00' } });
  });

  test("a payer's money: its one open position", () => {
    given(
      charge,
      transferResponsibility({ amount: '70.00', to: payer('ACME', 'secondary') }),
      payCharge('30.00', {
        paymentId: 'P0',
        from: ACME,
        allocations: [{ chargeId: 'C1', amount: '30.00', responsible: ACME }],
      }),
    )
      .when(payCharge('40.00', { from: ACME }))
      .then(
        paymentPosted({
          from: ACME,
          allocations: [{ chargeId: 'C1', amount: '40.00', responsible: payer('ACME', 'secondary') }],
        }),
      );
  });

  test('with two open positions the payer must say which', () => {
    given(charge, transferResponsibility({ amount: '70.00', to: payer('ACME', 'secondary') }))
      .when(payCharge('40.00', { from: { party: 'payer', payerId: 'ACME' } }))
      .thenRejected('responsible_required', {
        chargeId: 'C1',
        openShares: [
          { party: 'payer ACME primary', balance: '30.00' },
          { party: 'payer ACME secondary', balance: '70.00' },
        ],
      });
  });

  test("never another payer's, even where that is the only open one", () => {
    given(charge)
      .when(payCharge('40.00', { from: ZENITH }))
      .thenRejected('responsible_required', { chargeId: 'C1', openShares: [] });
  });

  test("other people's money: the only open share", () => {
    const aunt = { party: 'other', name: 'aunt May' } as const;
    given(charge, transferResponsibility({ amount: '100.00' }))
      .when(payCharge('40.00', { from: aunt }))
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '60.00' } });
    given(charge, transferResponsibility({ amount: '25.00' }))
      .when(payCharge('40.00', { from: aunt }))
      .thenRejected('responsible_required', {
        chargeId: 'C1',
        openShares: [
          { party: 'payer ACME primary', balance: '75.00' },
          { party: 'patient', balance: '25.00' },
        ],
      });
  });

  test('what is said is done, whoever pays', () => {
    given(charge)
      .when(
        postPayment({ from: ZENITH, allocations: [{ chargeId: 'C1', amount: '40.00', responsible: ACME }] }),
      )
      .thenBooks({ balance: '60.00', shares: { 'C1 ACME primary': '60.00' } });
  });
});

describe('money for a share that was written off as bad debt', () => {
  test('reinstates that much first, so that it makes no false credit', () => {
    given(chargePosted(), writeOff('100.00'))
      .when(payCharge('40.00'))
      .then(
        paymentPosted({
          allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT, reinstated: '40.00' }],
        }),
      )
      .thenBooks({ balance: '0.00', writtenOff: { 'C1 patient': '60.00' } });
  });

  test('reinstates no more than was written off', () => {
    given(chargePosted(), writeOff('30.00'))
      .when(payCharge('40.00'))
      .then(
        paymentPosted({
          allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT, reinstated: '30.00' }],
        }),
      )
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '60.00' } });
  });

  test('reinstates as of the day of the write-off when the money counts earlier', () => {
    given(chargePosted(), { ...writeOff('100.00'), effectiveOn: '2026-02-28' })
      .when({ ...payCharge('40.00'), effectiveOn: '2026-02-20' })
      .then(
        paymentPosted({
          effectiveOn: '2026-02-20',
          allocations: [
            {
              chargeId: 'C1',
              amount: '40.00',
              responsible: PATIENT,
              reinstated: '40.00',
              reinstatedOn: '2026-02-28',
            },
          ],
        }),
      );
  });

  test('counts what earlier allocations of the same payment reinstated', () => {
    given(chargePosted(), writeOff('30.00'))
      .when(
        postPayment({
          amount: '60.00',
          allocations: [
            { chargeId: 'C1', amount: '20.00' },
            { chargeId: 'C1', amount: '20.00' },
            { chargeId: 'C1', amount: '20.00' },
          ],
        }),
      )
      .then(
        paymentPosted({
          amount: '60.00',
          allocations: [
            { chargeId: 'C1', amount: '20.00', responsible: PATIENT, reinstated: '20.00' },
            { chargeId: 'C1', amount: '20.00', responsible: PATIENT, reinstated: '10.00' },
            { chargeId: 'C1', amount: '20.00', responsible: PATIENT },
          ],
        }),
      )
      .thenBooks({ balance: '40.00', shares: { 'C1 patient': '40.00' } });
  });

  test("finds the share by its bad debt when nothing of the payer's is open", () => {
    given(postCharge({ responsible: ACME }), writeOff('100.00'))
      .when(payCharge('40.00', { from: ACME }))
      .thenBooks({ balance: '0.00', writtenOff: { 'C1 ACME primary': '60.00' } });
  });

  test('does not touch the bad debt of another party', () => {
    given(
      postCharge({ responsible: ACME }),
      transferResponsibility({ amount: '50.00' }),
      writeOff('50.00', { responsible: PATIENT }),
    )
      .when(payCharge('40.00', { from: ACME }))
      .thenBooks({
        balance: '10.00',
        shares: { 'C1 ACME primary': '10.00' },
        writtenOff: { 'C1 patient': '50.00' },
      });
  });

  test('other write-offs are not bad debt', () => {
    given(chargePosted(), writeOff('100.00', { category: 'charity' }))
      .when(payCharge('40.00'))
      .thenBooks({ balance: '-40.00', shares: { 'C1 patient': '-40.00' } });
  });
});
