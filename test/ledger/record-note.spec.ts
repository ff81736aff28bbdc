import { describe, test } from '@jest/globals';
import { given, noteRecorded, postPayment, recordNote } from '../support/ledger.js';

describe('recording a note', () => {
  test('keeps it, and moves no money', () => {
    given().when(recordNote()).then(noteRecorded()).thenBooks({ balance: '0.00' });
    given()
      .when(recordNote({ effectiveOn: '2026-02-11', kind: 'letter', text: 'überfällig — 期限' }))
      .then(noteRecorded({ effectiveOn: '2026-02-11', kind: 'letter', text: 'überfällig — 期限' }));
  });

  test('stays quiet on a repeat', () => {
    given(recordNote()).when(recordNote()).thenNothing({ revision: 1, type: 'NoteRecorded' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(recordNote())
      .when(recordNote({ text: 'no', kind: 'email', effectiveOn: '2026-03-02' }))
      .thenRejected('id_already_used', {
        id: 'N1',
        usedBy: 'NoteRecorded',
        differs: ['kind', 'text', 'effectiveOn'],
      });
    given(postPayment({ paymentId: 'N1' }))
      .when(recordNote())
      .thenRejected('id_already_used', { id: 'N1', usedBy: 'PaymentPosted', differs: ['type'] });
  });
});
