import { describe, test } from '@jest/globals';
import { accountOpened, givenOnly, openAccount, postCharge } from '../support/ledger.js';

describe('opening an account', () => {
  test('opens it in US dollars for the main entity when nothing else is said', () => {
    givenOnly().when(openAccount()).then(accountOpened());
  });

  test('keeps the currency, entity and patient reference that are given', () => {
    const own = { currency: 'KWD', entity: 'clinic-2', patientRef: 'mrn:77' };
    givenOnly().when(openAccount(own)).then(accountOpened(own));
  });

  test('stays quiet on a repeat, also when what was filled in is left out or an entry has the id of the account', () => {
    givenOnly(accountOpened({ currency: 'EUR', entity: 'clinic-2' }), postCharge({ chargeId: 'A1' }))
      .when(openAccount())
      .thenNothing({ revision: 0, type: 'AccountOpened' });
  });

  test('says no to the same account opened otherwise, and names what differs', () => {
    givenOnly(accountOpened())
      .when(openAccount({ openedOn: '2026-01-02', currency: 'EUR', entity: 'main', patientRef: 'mrn:77' }))
      .thenRejected('id_already_used', {
        id: 'A1',
        usedBy: 'AccountOpened',
        differs: ['openedOn', 'currency', 'patientRef'],
      });
  });
});

test('an account that was not opened takes no entries', () => {
  givenOnly().when(postCharge()).thenRejected('account_not_found', { accountId: 'A1' });
});
