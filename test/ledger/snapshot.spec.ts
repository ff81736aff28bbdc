import { expect, test } from '@jest/globals';
import { evolve, unopenedAccount } from '../../src/ledger/account.js';
import { fromSnapshot, toSnapshot } from '../../src/ledger/snapshot.js';
import {
  ACME,
  AccountInMemory,
  PATIENT,
  appealDenial,
  applyCredit,
  issueRefund,
  openAccount,
  payCharge,
  postCharge,
  postPayment,
  recordDenial,
  recordNote,
  resolveDenial,
  reverseEntry,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';

const everything = [
  openAccount({ currency: 'USD' }),
  postCharge(),
  postCharge({ chargeId: 'C2', responsible: ACME, amount: '999999999999.99' }),
  transferResponsibility({ chargeId: 'C2', amount: '0.01' }),
  writeOff('30.00'),
  writeOff('5.00', { adjustmentId: 'BD2', direction: 'debit' }),
  payCharge('150.00'),
  postPayment({ paymentId: 'P2', from: { party: 'other', name: 'aunt | "May"' } }),
  postPayment({ paymentId: 'P3' }),
  applyCredit({ allocations: [{ chargeId: 'C2', amount: '0.01', responsible: { party: 'patient' } }] }),
  issueRefund(),
  recordDenial(),
  appealDenial(),
  resolveDenial(),
  recordNote(),
  reverseEntry({ reverses: 'P3', allocations: [{ chargeId: 'C2', amount: '0.01' }] }),
];

test('a snapshot is JSON that reads back to an equal account', () => {
  const { account } = new AccountInMemory(everything);
  const snapshot = JSON.parse(JSON.stringify(toSnapshot(account)));
  expect(fromSnapshot(snapshot)).toEqual(account);
  expect(toSnapshot(fromSnapshot(snapshot))).toEqual(snapshot);
});

test('an account goes on from a snapshot as if it had never been put away', () => {
  const { events, account } = new AccountInMemory(everything);
  for (let cut = 0; cut <= events.length; cut += 1) {
    const half = events.slice(0, cut).reduce(evolve, unopenedAccount());
    const reopened = fromSnapshot(JSON.parse(JSON.stringify(toSnapshot(half))));
    expect(events.slice(cut).reduce(evolve, reopened)).toEqual(account);
  }
});

test('an account that was put away shares nothing with its snapshot', () => {
  const ledger = new AccountInMemory(everything);
  const snapshot = toSnapshot(ledger.account);
  const text = JSON.stringify(snapshot);
  const reopened = fromSnapshot(snapshot);
  const more = new AccountInMemory([
    ...everything,
    applyCredit({
      allocationId: 'X9',
      source: { paymentId: 'P2' },
      allocations: [{ chargeId: 'C1', amount: '10.00', responsible: PATIENT }],
    }),
  ]);
  evolve(reopened, more.events.at(-1));
  evolve(ledger.account, more.events.at(-1));
  expect(JSON.stringify(snapshot)).toBe(text);
});
