import { describe, expect, test } from '@jest/globals';
import { EVENT_OF, amountsOf, commandIdOf } from '../../src/ledger/commands.js';
import { recordedEventsNeeded } from '../../src/ledger/decide.js';
import { differingFields } from '../../src/ledger/same-content.js';
import {
  AccountInMemory,
  accountOpened,
  appealDenial,
  applyCredit,
  chargePosted,
  continueAdjudication,
  given,
  givenOnly,
  issueRefund,
  openAccount,
  payCharge,
  postAdjustment,
  postCharge,
  postPayment,
  recordAdjudication,
  recordDenial,
  recordNote,
  resolveDenial,
  reverseEntry,
  transferResponsibility,
} from '../support/ledger.js';

describe('of several reasons to say no, the first is given', () => {
  test('that the account is not there', () => {
    givenOnly().when(payCharge('0.00')).thenRejected('account_not_found', { accountId: 'A1' });
  });

  test('then that the amounts are malformed, also where the id was used', () => {
    given(postPayment())
      .when(postPayment({ amount: '40' }))
      .thenRejected('validation_failed');
  });

  test('then that the id was used, also where the rule would say no', () => {
    given(postPayment({ paymentId: 'X1' }))
      .when(applyCredit({ allocations: [{ chargeId: 'C9', amount: '10.00' }] }))
      .thenRejected('id_already_used');
  });

  test('then what the rule says', () => {
    given().when(payCharge('10.00')).thenRejected('charge_not_found', { chargeId: 'C1' });
  });
});

test('every malformed amount is named, by its path in the request', () => {
  const bad = [
    { chargeId: 'C1', amount: '1.00' },
    { chargeId: 'C1', amount: '1e3' },
    { chargeId: 'C1', amount: '0.00' },
  ];
  for (const command of [
    postPayment({ allocations: bad }),
    postAdjustment({ allocations: bad }),
    applyCredit({ allocations: bad }),
    reverseEntry({ allocations: bad }),
  ]) {
    given(chargePosted(), postPayment({ paymentId: 'P0' }))
      .when(command)
      .thenRejected('validation_failed', {
        errors: [
          { field: 'allocations[1].amount', message: expect.stringMatching(/^must be a decimal/) as never },
          { field: 'allocations[2].amount', message: 'must be more than zero' },
        ],
      });
  }
  expect(amountsOf(recordDenial())).toEqual([['lines[0].amount', '60.00']]);
});

test('ids of all kinds share one namespace: a number that was used for one is used for all', () => {
  const taken = [
    postCharge({ chargeId: 'ONE' }),
    postPayment({ paymentId: 'ONE' }),
    postAdjustment({ adjustmentId: 'ONE' }),
    transferResponsibility({ transferId: 'ONE' }),
    recordDenial({ denialId: 'ONE' }),
    appealDenial({ appealId: 'ONE' }),
    resolveDenial({ resolutionId: 'ONE' }),
    applyCredit({ allocationId: 'ONE' }),
    issueRefund({ refundId: 'ONE' }),
    reverseEntry({ reversalId: 'ONE' }),
    recordNote({ noteId: 'ONE' }),
    recordAdjudication({ adjudicationId: 'ONE' }),
    continueAdjudication({ continuationId: 'ONE' }),
  ];
  expect(new Set(taken.map((command) => command.type)).size).toBe(Object.keys(EVENT_OF).length - 1);
  for (const first of taken) {
    const before = [
      accountOpened(),
      chargePosted(),
      postPayment(),
      recordDenial(),
      recordAdjudication(),
      first,
    ];
    for (const second of taken) {
      if (second.type === first.type)
        givenOnly(...before)
          .when(second)
          .thenNothing();
      else {
        givenOnly(...before)
          .when(second)
          .thenRejected('id_already_used', { id: 'ONE', usedBy: EVENT_OF[first.type], differs: ['type'] });
      }
    }
  }
  expect(taken.map(commandIdOf)).toEqual(taken.map(() => 'ONE'));
});

describe('the events a decision needs', () => {
  const { account } = new AccountInMemory([
    openAccount(),
    postCharge({ chargeId: 'A1' }),
    postPayment(),
    applyCredit({ allocations: [{ chargeId: 'A1', amount: '1.00' }] }),
    reverseEntry({ reverses: 'X1' }),
  ]);

  test('are none for what is new', () => {
    expect(recordedEventsNeeded(account, postCharge())).toEqual([]);
  });

  test('are the one that a repeated command is compared with', () => {
    expect(recordedEventsNeeded(account, postPayment())).toEqual([{ revision: 2, type: 'PaymentPosted' }]);
    expect(recordedEventsNeeded(account, openAccount())).toEqual([{ revision: 0, type: 'AccountOpened' }]);
    expect(recordedEventsNeeded(account, postCharge({ chargeId: 'A1' }))).toEqual([
      { revision: 1, type: 'ChargePosted' },
    ]);
  });

  test('are for a reversal the entry, what drew on it, and what was taken back of either', () => {
    expect(recordedEventsNeeded(account, reverseEntry({ reversalId: 'R9' })).map((r) => r.revision)).toEqual([
      2, 3, 4,
    ]);
  });
});

describe('the same content', () => {
  test.each([
    ['what was left out', {}, { amount: '1.00' }, []],
    ['what is undefined', { amount: undefined }, { amount: '1.00' }, []],
    ['fields in another order', { a: '1', b: '2' }, { b: '2', a: '1' }, []],
    ['what is inside', { a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 1, d: 2 }] } }, []],
    ['a field that is new', { note: 'x' }, {}, ['note']],
    ['a list that is longer', { a: [1, 2] }, { a: [1] }, ['a']],
    ['a list in another order', { a: [1, 2] }, { a: [2, 1] }, ['a[0]', 'a[1]']],
    ['an empty list for none', { a: [] }, {}, []],
    ['an empty list for a full one', { a: [] }, { a: [1] }, ['a']],
    ['a list for a value', { a: [1] }, { a: 1 }, ['a']],
    ['an object for a value', { a: { b: 1 } }, { a: 'b' }, ['a']],
    ['a value for an object', { a: 1 }, { a: { b: 1 } }, ['a']],
    ['a number for its text', { a: 1 }, { a: '1' }, ['a']],
    ['null for nothing', { a: null }, {}, ['a']],
  ])('%s', (_, again, stored, differs) => {
    expect(differingFields(again, stored)).toEqual(differs);
  });
});
