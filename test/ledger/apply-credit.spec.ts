import { describe, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  applyCredit,
  chargePosted,
  creditApplied,
  fromPayment,
  fromShare,
  given,
  issueRefund,
  payCharge,
  payer,
  postCharge,
  postPayment,
  recordNote,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';

const PAYER_ACME = { party: 'payer', payerId: 'ACME' } as const;

describe('applying credit', () => {
  test("pays a share from its owner's unapplied credit", () => {
    given(chargePosted(), postPayment())
      .when(applyCredit())
      .then(creditApplied())
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '90.00' }, unapplied: { P1: '30.00' } });
  });

  test('takes the oldest first: by the date that money counts from, then in the order it was recorded', () => {
    given(
      postCharge({ amount: '100.00' }),
      postPayment({ paymentId: 'LATE', amount: '10.00', effectiveOn: '2026-02-20' }),
      postPayment({ paymentId: 'EARLY', amount: '10.00', effectiveOn: '2026-02-01' }),
      postCharge({ chargeId: 'C0', amount: '5.00', effectiveOn: '2026-02-10' }),
      payCharge('15.00', { paymentId: 'OVER', chargeId: 'C0' }),
      postPayment({ paymentId: 'SAME-DAY', amount: '10.00', effectiveOn: '2026-02-10' }),
    )
      .when(applyCredit({ allocations: [{ chargeId: 'C1', amount: '35.00' }] }))
      .then(
        creditApplied({
          allocations: [{ chargeId: 'C1', amount: '35.00', responsible: PATIENT }],
          applied: [
            { source: fromPayment('EARLY'), amount: '10.00' },
            { source: fromPayment('SAME-DAY'), amount: '10.00' },
            { source: fromShare('C0', PATIENT), amount: '10.00' },
            { source: fromPayment('LATE'), amount: '5.00' },
          ].map((part) => ({ chargeId: 'C1', responsible: PATIENT, owner: PATIENT, ...part })),
        }),
      )
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '65.00' }, unapplied: { LATE: '5.00' } });
  });

  test('spends no cent twice within one command', () => {
    const charges = [chargePosted(), postCharge({ chargeId: 'C2' })];
    const both = (amount: string) =>
      applyCredit({
        allocations: [
          { chargeId: 'C1', amount: '25.00' },
          { chargeId: 'C2', amount },
        ],
      });
    given(...charges, postPayment())
      .when(both('15.00'))
      .thenBooks({ balance: '160.00', shares: { 'C1 patient': '75.00', 'C2 patient': '85.00' } });
    given(...charges, postPayment())
      .when(both('15.01'))
      .thenRejected('credit_insufficient', { requested: '15.01', available: '15.00' });
  });

  test("applies a credit on a share, and moves no party's money but its own", () => {
    given(
      postCharge({ chargeId: 'C0', amount: '20.00', responsible: ACME }),
      payCharge('50.00', { chargeId: 'C0', from: ACME }),
      postCharge({ responsible: payer('ACME', 'secondary') }),
    )
      .when(applyCredit())
      .then(
        creditApplied({
          allocations: [{ chargeId: 'C1', amount: '10.00', responsible: payer('ACME', 'secondary') }],
          applied: [
            {
              chargeId: 'C1',
              amount: '10.00',
              responsible: payer('ACME', 'secondary'),
              source: fromShare('C0', ACME),
              owner: PAYER_ACME,
            },
          ],
        }),
      )
      .thenBooks({ balance: '70.00', shares: { 'C0 ACME primary': '-20.00', 'C1 ACME secondary': '90.00' } });
  });

  test("another owner's credit is not used unless it is named", () => {
    given(chargePosted(), postPayment({ from: ACME }))
      .when(applyCredit())
      .thenRejected('credit_insufficient', { requested: '10.00', available: '0.00' });
    given(chargePosted(), postPayment({ from: { party: 'other', name: 'aunt May' } }))
      .when(applyCredit({ source: fromPayment('P1') }))
      .then(
        creditApplied({
          source: fromPayment('P1'),
          applied: [
            {
              chargeId: 'C1',
              amount: '10.00',
              responsible: PATIENT,
              source: fromPayment('P1'),
              owner: { party: 'other', name: 'aunt May' },
            },
          ],
        }),
      );
  });

  test('reinstates bad debt first', () => {
    given(chargePosted(), writeOff('100.00'), postPayment())
      .when(applyCredit({ source: fromPayment('P1') }))
      .then(
        creditApplied({
          source: fromPayment('P1'),
          applied: [
            {
              chargeId: 'C1',
              amount: '10.00',
              responsible: PATIENT,
              source: fromPayment('P1'),
              owner: PATIENT,
              reinstated: '10.00',
            },
          ],
        }),
      )
      .thenBooks({ balance: '-30.00', unapplied: { P1: '30.00' }, writtenOff: { 'C1 patient': '90.00' } });
  });

  test('finds a share that is written off where nothing else is open', () => {
    given(chargePosted(), writeOff('100.00'), postPayment())
      .when(applyCredit())
      .thenBooks({ balance: '-30.00', unapplied: { P1: '30.00' }, writtenOff: { 'C1 patient': '90.00' } });
  });

  describe('says no', () => {
    test('to more than the named source has', () => {
      given(chargePosted(), postPayment({ amount: '9.99' }), postPayment({ paymentId: 'P2' }))
        .when(applyCredit({ source: fromPayment('P1') }))
        .thenRejected('credit_insufficient', { requested: '10.00', available: '9.99' });
    });

    test('to a source that is not there or owes money itself', () => {
      given(chargePosted(), postCharge({ chargeId: 'C2' }))
        .when(applyCredit({ source: fromPayment('P9') }))
        .thenRejected('credit_insufficient', { requested: '10.00', available: '0.00' });
      given(chargePosted(), postCharge({ chargeId: 'C2' }))
        .when(applyCredit({ source: fromShare('C2', PATIENT) }))
        .thenRejected('credit_insufficient', { requested: '10.00', available: '0.00' });
    });

    test('to a share that would pay for itself', () => {
      given(chargePosted(), payCharge('120.00'))
        .when(
          applyCredit({
            source: fromShare('C1', PATIENT),
            allocations: [{ chargeId: 'C1', amount: '10.00', responsible: PATIENT }],
          }),
        )
        .thenRejected('credit_insufficient', { requested: '10.00', available: '0.00' });
    });

    test('to what was paid back or applied before', () => {
      given(
        chargePosted(),
        postPayment(),
        issueRefund({ amount: '25.00' }),
        applyCredit({ allocationId: 'X0' }),
      )
        .when(applyCredit())
        .thenRejected('credit_insufficient', { requested: '10.00', available: '5.00' });
    });

    test('to a charge that is not there, or a share that is not clear', () => {
      given(postPayment()).when(applyCredit()).thenRejected('charge_not_found', { chargeId: 'C1' });
      given(postPayment(), postCharge({ responsible: ACME }), transferResponsibility())
        .when(applyCredit())
        .thenRejected('responsible_required');
    });

    test('to no allocations', () => {
      given(postPayment())
        .when(applyCredit({ allocations: [] }))
        .thenRejected('validation_failed', {
          errors: [{ field: 'allocations', message: 'must not be empty' }],
        });
    });
  });

  test('stays quiet on a repeat, though the credit is gone', () => {
    given(chargePosted(), postPayment({ amount: '10.00' }), applyCredit())
      .when(applyCredit())
      .thenNothing({ revision: 3, type: 'CreditApplied' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(chargePosted(), postPayment(), applyCredit())
      .when(
        applyCredit({
          source: fromPayment('P1'),
          allocations: [{ chargeId: 'C1', amount: '11.00', responsible: ACME }],
        }),
      )
      .thenRejected('id_already_used', {
        id: 'X1',
        usedBy: 'CreditApplied',
        differs: [
          'allocations[0].amount',
          'allocations[0].responsible.party',
          'allocations[0].responsible.payerId',
          'allocations[0].responsible.position',
          'source',
        ],
      });
    given(chargePosted(), recordNote({ noteId: 'X1' }))
      .when(applyCredit())
      .thenRejected('id_already_used', { id: 'X1', usedBy: 'NoteRecorded', differs: ['type'] });
  });
});
