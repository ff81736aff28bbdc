import { describe, expect, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  chargePosted,
  given,
  givenOnly,
  accountOpened,
  postCharge,
  postPayment,
} from '../support/ledger.js';

describe('posting a charge', () => {
  test('adds an open item, owed by the party responsible from today', () => {
    given()
      .when(postCharge())
      .then(chargePosted({ effectiveOn: '2026-03-01' }))
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('keeps every field that is given', () => {
    const whole = {
      effectiveOn: '2026-01-07',
      responsible: ACME,
      code: { system: 'HCPCS' as const, value: 'J1100', modifiers: ['25', 'GT'] },
      units: '2.5',
      claimId: 'CLM-1',
      provider: 'dr-who',
      placeOfService: '11',
      diagnoses: ['E11.9'],
      description: 'injection',
    };
    given()
      .when(postCharge(whole))
      .then(chargePosted(whole))
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '100.00' } });
  });

  test('may be of nothing, as nothing else may', () => {
    given()
      .when(postCharge({ amount: '0.00' }))
      .then(chargePosted({ amount: '0.00' }))
      .thenBooks({ balance: '0.00' });
  });

  test.each([
    '100',
    '100.0',
    '100.000',
    '-1.00',
    '1e3',
    'NaN',
    '',
    '007.00',
    '1234567890123.00',
    ' 1.00',
    '1,00',
  ])('says no to the amount "%s"', (amount) => {
    given()
      .when(postCharge({ amount }))
      .thenRejected('validation_failed', {
        errors: [{ field: 'amount', message: expect.any(String) as never }],
      });
  });

  test('the digits are those of the currency', () => {
    givenOnly(accountOpened({ currency: 'JPY' }))
      .when(postCharge({ amount: '100' }))
      .then(chargePosted({ amount: '100', currency: 'JPY' }));
    givenOnly(accountOpened({ currency: 'KWD' }))
      .when(postCharge())
      .thenRejected('validation_failed');
  });

  test('stays quiet on a repeat, whatever happened since and whatever day it is', () => {
    given(
      chargePosted({ units: 1, effectiveOn: '2026-02-01' }),
      postPayment({ allocations: [{ chargeId: 'C1', amount: '40.00' }] }),
    )
      .when(postCharge(), { today: '2026-04-01' })
      .thenNothing({ revision: 1, type: 'ChargePosted' });
  });

  test('says no to the same id with other content, and names every field that differs', () => {
    given(chargePosted())
      .when(
        postCharge({
          amount: '101.00',
          effectiveOn: '2026-02-28',
          responsible: ACME,
          code: { system: 'CPT', value: '99214', modifiers: ['25'] },
          units: 1,
        }),
      )
      .thenRejected('id_already_used', {
        id: 'C1',
        usedBy: 'ChargePosted',
        differs: [
          'amount',
          'code.value',
          'code.modifiers',
          'responsible.party',
          'responsible.payerId',
          'responsible.position',
          'effectiveOn',
          'units',
        ],
      });
  });

  test('says no to the id of an entry of another kind', () => {
    given(postPayment({ paymentId: 'C1' }))
      .when(postCharge())
      .thenRejected('id_already_used', { id: 'C1', usedBy: 'PaymentPosted', differs: ['type'] });
  });

  test('a field set to undefined is a field left out', () => {
    given()
      .when(postCharge({ effectiveOn: undefined, claimId: undefined }))
      .then(chargePosted({ responsible: PATIENT }));
  });
});
