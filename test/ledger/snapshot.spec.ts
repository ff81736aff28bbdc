import { expect, test } from '@jest/globals';
import { type Account, evolve, unopenedAccount } from '../../src/ledger/account.js';
import { ACCOUNT_MAPS, toSnapshot } from '../../src/ledger/snapshot.js';
import {
  ACME,
  AccountInMemory,
  PATIENT,
  appealDenial,
  applyCredit,
  continueAdjudication,
  issueRefund,
  openAccount,
  payCharge,
  postCharge,
  postPayment,
  recordAdjudication,
  recordDenial,
  recordNote,
  resolveDenial,
  reverseEntry,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';
import { fromSnapshot } from '../support/from-snapshot.js';

const everything = [
  openAccount({ currency: 'USD' }),
  postCharge(),
  postCharge({ chargeId: 'C2', responsible: ACME, amount: '999999999999.99' }),
  transferResponsibility({ chargeId: 'C2', amount: '0.01' }),
  writeOff('30.00'),
  writeOff('5.00', { adjustmentId: 'BD2', direction: 'debit' }),
  writeOff('2.00', {
    adjustmentId: 'BD3',
    direction: 'debit',
    remittance: { id: 'r', claim: 1, segment: 20 },
  }),
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
  postCharge({
    chargeId: 'C3',
    serviceDate: '2026-01-07',
    code: { system: 'CPT', value: '99214', modifiers: ['25', '59'] },
    claimId: 'CLM-1',
    responsible: ACME,
  }),
  recordAdjudication({
    held: [{ kind: 'payment', amount: '5.00', remittance: recordAdjudication().remittance }],
    entries: ['E1'],
  }),
  continueAdjudication({ entries: ['E2', 'E3'], resolutionId: 'RS-1' }),
  recordAdjudication({
    adjudicationId: '835.r.2',
    status: '22',
    reverses: recordAdjudication().adjudicationId,
  }),
  recordAdjudication({ adjudicationId: '835.r.3', status: '22', settlement: 'waits_for_original' }),
];

/** An account of plain maps, to compare with. */
function inMemory(account: Account): Account {
  const maps = ACCOUNT_MAPS.map((name) => [name, new Map<string, unknown>(account[name])]);
  return { ...account, ...Object.fromEntries(maps) } as Account;
}

test('a snapshot is JSON that reads back to an equal account', () => {
  const { account } = new AccountInMemory(everything);
  const snapshot = JSON.parse(JSON.stringify(toSnapshot(account)));
  expect(inMemory(fromSnapshot(snapshot))).toEqual(account);
  expect(toSnapshot(fromSnapshot(snapshot))).toEqual(snapshot);
});

test('a snapshot holds what later remittances are held against', () => {
  const { account } = new AccountInMemory(everything);
  const { claims, charges } = fromSnapshot(JSON.parse(JSON.stringify(toSnapshot(account))));
  const { adjudicationId } = recordAdjudication();
  expect(claims.get(adjudicationId)).toStrictEqual({
    remittanceId: '5f2c9a41b7d0e83664c1fa0973be25d8',
    claim: 1,
    payerId: 'ACME',
    position: 'primary',
    traceNumber: 'TRN-0042',
    claimId: 'CLM-1',
    payerClaimNumber: '94060555410000',
    originalClaimNumber: '',
    status: '1',
    charge: '100.00',
    paid: '80.00',
    settlement: 'posted',
    reversedBy: '835.r.2',
    reverses: undefined,
    lines: [{ line: 1, chargeId: 'C1' }],
    taken: [],
    entries: ['E1', 'E2', 'E3'],
    broughtBack: 0,
    hasHeld: false,
    continued: 1,
    decisions: ['RS-1'],
  });
  expect([...claims.keys()]).toEqual([adjudicationId, '835.r.2', '835.r.3']);
  expect(charges.get('C3')).toMatchObject({
    serviceDate: '2026-01-07',
    code: '99214',
    modifiers: ['25', '59'],
    claimId: 'CLM-1',
  });
  expect(charges.get('C3')?.amount.toFixed()).toBe('100');
  expect(
    Array.from(charges.get('C2')!.shares.values(), (share) => [share.party, share.assigned.toFixed()]),
  ).toEqual([
    [ACME, '999999999999.98'],
    [PATIENT, '0.01'],
  ]);
});

test('an account goes on from a snapshot as if it had never been put away', () => {
  const { events, account } = new AccountInMemory(everything);
  for (let cut = 0; cut <= events.length; cut += 1) {
    const half = events.slice(0, cut).reduce(evolve, unopenedAccount());
    const reopened = fromSnapshot(JSON.parse(JSON.stringify(toSnapshot(half))));
    expect(inMemory(events.slice(cut).reduce(evolve, reopened))).toEqual(account);
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
  const gone = new AccountInMemory([
    ...everything,
    continueAdjudication({
      continuationId: 'K2',
      adjudicationId: '835.r.3',
      entries: ['E4'],
      resolutionId: 'RS-2',
    }),
  ]);
  for (const event of [more.events.at(-1), gone.events.at(-1)]) {
    evolve(reopened, event);
    evolve(ledger.account, event);
  }
  expect(JSON.stringify(snapshot)).toBe(text);
});
