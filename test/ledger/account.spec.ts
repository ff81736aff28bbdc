import { describe, expect, test } from '@jest/globals';
import {
  balanceOf,
  evolve,
  isOpened,
  sharesOf,
  unappliedOf,
  unopenedAccount,
} from '../../src/ledger/account.js';
import {
  ACME,
  AccountInMemory,
  PATIENT,
  accountOpened,
  applyCredit,
  chargePosted,
  issueRefund,
  paymentPosted,
  postCharge,
  postPayment,
  responsibilityTransferred,
  reverseEntry,
} from '../support/ledger.js';

describe('the folded account', () => {
  test('is not opened before its first event', () => {
    expect(isOpened(unopenedAccount())).toBe(false);
    expect(isOpened(evolve(unopenedAccount(), accountOpened()))).toBe(true);
  });

  test('knows its revision, its shares, its unapplied credit and its balance', () => {
    const { account } = new AccountInMemory([
      accountOpened(),
      chargePosted({ responsible: ACME }),
      responsibilityTransferred(),
      paymentPosted(),
    ]);
    expect(account.revision).toBe(3);
    expect([...sharesOf(account)].map((s) => [s.chargeId, s.party, s.balance.toFixed()])).toEqual([
      ['C1', ACME, '75'],
      ['C1', PATIENT, '25'],
    ]);
    expect(unappliedOf(account).toFixed()).toBe('40');
    expect(balanceOf(account).toFixed()).toBe('60');
  });

  test('counts an event that cannot be read, and goes on', () => {
    const account = [accountOpened(), undefined, chargePosted()].reduce(evolve, unopenedAccount());
    expect(account.revision).toBe(2);
    expect(account.entries.get('C1')).toEqual({ revision: 2, type: 'ChargePosted' });
  });

  test('loses nothing that was paid on a charge whose event cannot be read, also when it is posted again', () => {
    const paid = paymentPosted({ allocations: [{ chargeId: 'C1', amount: '40.00', responsible: PATIENT }] });
    const account = [accountOpened(), undefined, paid, chargePosted()].reduce(evolve, unopenedAccount());
    expect(balanceOf(account).toFixed()).toBe('60');
  });

  test('remembers once what drew on a payment, and every reversal of an entry', () => {
    const ledger = new AccountInMemory([
      accountOpened(),
      chargePosted(),
      postCharge({ chargeId: 'C2' }),
      postPayment(),
      applyCredit({ allocations: ['C1', 'C2', 'C1'].map((chargeId) => ({ chargeId, amount: '1.00' })) }),
      issueRefund({ amount: '2.00' }),
      reverseEntry({ reversalId: 'R1', reverses: 'X1', allocations: [{ chargeId: 'C2', amount: '1.00' }] }),
      reverseEntry({ reversalId: 'R2', reverses: 'X1' }),
    ]);
    expect(ledger.account.credits.get('P1')?.drawnBy).toEqual(['X1', 'RF1']);
    expect(ledger.account.reversals).toEqual(new Map([['X1', ['R1', 'R2']]]));
  });
});
