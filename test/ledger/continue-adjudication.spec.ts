import { test } from '@jest/globals';
import { adjudicationContinued, continueAdjudication, given, recordAdjudication } from '../support/ledger.js';

test('an adjudication is gone on with, and no money moves by that', () => {
  given(recordAdjudication())
    .when(continueAdjudication({ entries: ['E1'], reason: 'the payer confirmed it' }))
    .then(adjudicationContinued({ entries: ['E1'], reason: 'the payer confirmed it' }))
    .thenBooks({ balance: '0.00' });
});

test('one that is not there is not', () => {
  given()
    .when(continueAdjudication())
    .thenRejected('entry_not_found', { entryId: recordAdjudication().adjudicationId });
});

test('again is nothing, with other content is refused', () => {
  const history = [recordAdjudication(), continueAdjudication()];
  given(...history)
    .when(continueAdjudication())
    .thenNothing();
  given(...history)
    .when(continueAdjudication({ because: 'dropped' }))
    .thenRejected('id_already_used', {
      id: continueAdjudication().continuationId,
      usedBy: 'AdjudicationContinued',
      differs: ['because'],
    });
});
