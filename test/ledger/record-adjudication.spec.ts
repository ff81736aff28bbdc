import { test } from '@jest/globals';
import { claimAdjudicated, given, givenOnly, openAccount, recordAdjudication } from '../support/ledger.js';

test("what a remittance says of a claim is recorded as it is, in the account's currency", () => {
  given().when(recordAdjudication()).then(claimAdjudicated());
  givenOnly(openAccount({ currency: 'EUR' }))
    .when(recordAdjudication())
    .then(claimAdjudicated({ currency: 'EUR' }));
});

test('a claim that names no position and no trace is recorded without', () => {
  const { position: _, trace: __, ...said } = recordAdjudication();
  const { position: ___, trace: ____, ...data } = claimAdjudicated().data;
  given().when(said).then({ type: 'ClaimAdjudicated', data });
});

test('it moves no money', () => {
  given().when(recordAdjudication()).thenBooks({ balance: '0.00' });
});

test('again is nothing, with other content is refused', () => {
  given(recordAdjudication()).when(recordAdjudication()).thenNothing();
  given(recordAdjudication())
    .when(recordAdjudication({ paid: '81.00' }))
    .thenRejected('id_already_used', {
      id: recordAdjudication().adjudicationId,
      usedBy: 'ClaimAdjudicated',
      differs: ['paid'],
    });
});

test('is refused on an account that is not there', () => {
  givenOnly().when(recordAdjudication()).thenRejected('account_not_found', { accountId: 'A1' });
});
