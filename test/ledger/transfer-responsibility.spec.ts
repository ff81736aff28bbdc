import { describe, test } from '@jest/globals';
import {
  ACME,
  PATIENT,
  ZENITH,
  chargePosted,
  given,
  postCharge,
  responsibilityTransferred,
  transferResponsibility,
} from '../support/ledger.js';

describe('transferring responsibility', () => {
  const charge = postCharge({ responsible: ACME });

  test('moves a part of a charge from one share to another, and no money', () => {
    given(charge)
      .when(transferResponsibility({ groupCode: 'PR', reasonCode: '1' }))
      .then(responsibilityTransferred({ groupCode: 'PR', reasonCode: '1' }))
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '75.00', 'C1 patient': '25.00' } });
  });

  test('may exceed what is open: the share then shows a credit', () => {
    given(charge)
      .when(transferResponsibility({ amount: '130.00', to: ZENITH, effectiveOn: '2026-02-01' }))
      .then(responsibilityTransferred({ amount: '130.00', to: ZENITH, effectiveOn: '2026-02-01' }))
      .thenBooks({
        balance: '100.00',
        shares: { 'C1 ACME primary': '-30.00', 'C1 ZENITH secondary': '130.00' },
      });
  });

  test('says no to a charge that is not there', () => {
    given().when(transferResponsibility()).thenRejected('charge_not_found', { chargeId: 'C1' });
  });

  test('says no to a transfer to the same party, but another position is another party', () => {
    given(charge)
      .when(transferResponsibility({ to: { ...ACME } }))
      .thenRejected('transfer_to_same_party', { chargeId: 'C1' });
    given(charge)
      .when(transferResponsibility({ to: { ...ACME, position: 'secondary' } }))
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '75.00', 'C1 ACME secondary': '25.00' } });
  });

  test('says no to an amount of nothing', () => {
    given(charge)
      .when(transferResponsibility({ amount: '0.00' }))
      .thenRejected('validation_failed');
  });

  test('stays quiet on a repeat', () => {
    given(charge, transferResponsibility())
      .when(transferResponsibility({ effectiveOn: '2026-03-01' }))
      .thenNothing({ revision: 2, type: 'ResponsibilityTransferred' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(charge, transferResponsibility())
      .when(transferResponsibility({ from: PATIENT, to: ACME }))
      .thenRejected('id_already_used', {
        id: 'T1',
        usedBy: 'ResponsibilityTransferred',
        differs: ['from.party', 'to.party', 'to.payerId', 'to.position'],
      });
    given(chargePosted({ chargeId: 'T1' }))
      .when(transferResponsibility())
      .thenRejected('id_already_used', { id: 'T1', usedBy: 'ChargePosted', differs: ['type'] });
  });
});
