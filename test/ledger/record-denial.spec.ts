import { describe, test } from '@jest/globals';
import { ACME, denialRecorded, given, postCharge, recordDenial, recordNote } from '../support/ledger.js';

describe('recording a denial', () => {
  const charge = postCharge({ responsible: ACME });

  test('keeps why a payer refused, and moves no money', () => {
    given(charge)
      .when(recordDenial({ claimId: 'CLM-1', appealBy: '2026-06-01' }))
      .then(denialRecorded({ claimId: 'CLM-1', appealBy: '2026-06-01' }))
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '100.00' } });
  });

  test('is not refused for being more than is owed, or by a payer who owes nothing', () => {
    const lines = [
      { chargeId: 'C1', amount: '999.00', groupCode: 'CO', reasonCode: '16', remarkCodes: ['M51'] },
    ];
    given(charge)
      .when(recordDenial({ payerId: 'ZENITH', lines, effectiveOn: '2025-12-31' }))
      .then(denialRecorded({ payerId: 'ZENITH', lines, effectiveOn: '2025-12-31' }));
  });

  test('says no to a line for a charge that is not there', () => {
    given(charge)
      .when(
        recordDenial({
          lines: ['C1', 'C7'].map((chargeId) => ({
            chargeId,
            amount: '1.00',
            groupCode: 'CO',
            reasonCode: '29',
          })),
        }),
      )
      .thenRejected('charge_not_found', { chargeId: 'C7' });
  });

  test('says no to no lines, and to a line of nothing', () => {
    given(charge)
      .when(recordDenial({ lines: [] }))
      .thenRejected('validation_failed', { errors: [{ field: 'lines', message: 'must not be empty' }] });
    given(charge)
      .when(recordDenial({ lines: [{ chargeId: 'C1', amount: '0.00', groupCode: 'CO', reasonCode: '29' }] }))
      .thenRejected('validation_failed', {
        errors: [{ field: 'lines[0].amount', message: 'must be more than zero' }],
      });
  });

  test('stays quiet on a repeat', () => {
    given(charge, recordDenial()).when(recordDenial()).thenNothing({ revision: 2, type: 'DenialRecorded' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(charge, recordDenial())
      .when(
        recordDenial({
          payerId: 'ZENITH',
          lines: [
            { chargeId: 'C1', amount: '60.00', groupCode: 'PI', reasonCode: '197', remarkCodes: ['N1'] },
          ],
        }),
      )
      .thenRejected('id_already_used', {
        id: 'D1',
        usedBy: 'DenialRecorded',
        differs: ['payerId', 'lines[0].groupCode', 'lines[0].remarkCodes'],
      });
    given(charge, recordNote({ noteId: 'D1' }))
      .when(recordDenial())
      .thenRejected('id_already_used', { id: 'D1', usedBy: 'NoteRecorded', differs: ['type'] });
  });
});
