import { describe, expect, test } from '@jest/globals';
import {
  balanceOf,
  evolve,
  isOpened,
  sharesOf,
  unappliedOf,
  unopenedAccount,
} from '../../src/ledger/account.js';
import { partyKey } from '../../src/ledger/party.js';
import {
  ACME,
  AccountInMemory,
  PATIENT,
  ZENITH,
  accountOpened,
  adjudicationContinued,
  applyCredit,
  chargePosted,
  claimAdjudicated,
  issueRefund,
  payCharge,
  paymentPosted,
  postCharge,
  postPayment,
  responsibilityTransferred,
  reverseEntry,
  transferResponsibility,
  writeOff,
} from '../support/ledger.js';

describe('the folded account', () => {
  test('knows whom commands named, which no remittance does', () => {
    const remittance = { id: 'r', claim: 1, segment: 12 };
    const { account } = new AccountInMemory([
      accountOpened(),
      chargePosted({ responsible: ACME }),
      responsibilityTransferred({ from: ACME, to: ZENITH, amount: '10.00' }),
      responsibilityTransferred({ transferId: 'T2', from: ACME, to: PATIENT, amount: '10.00', remittance }),
      chargePosted({ chargeId: 'C2', responsible: ACME, remittance }),
      responsibilityTransferred({
        transferId: 'T3',
        chargeId: 'C2',
        amount: '10.00',
        from: ACME,
        to: ZENITH,
      }),
      chargePosted({ chargeId: 'C3', responsible: ACME, remittance }),
      responsibilityTransferred({ transferId: 'T4', chargeId: 'C3', amount: '10.00', remittance }),
    ]);
    const named = Array.from(sharesOf(account), (s) => [s.chargeId, partyKey(s.party), s.named]);
    expect(named).toEqual([
      ['C1', partyKey(ACME), true],
      ['C1', partyKey(ZENITH), true],
      ['C1', 'patient', false],
      ['C2', partyKey(ACME), true],
      ['C2', partyKey(ZENITH), true],
      ['C3', partyKey(ACME), false],
      ['C3', 'patient', false],
    ]);
  });

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

describe('what a party was made responsible for', () => {
  const assignedAfter = (...more: ConstructorParameters<typeof AccountInMemory>[0] & object) => {
    const { account } = new AccountInMemory([
      accountOpened(),
      postCharge({ responsible: ACME }),
      transferResponsibility({ amount: '25.00', from: ACME, to: PATIENT }),
      ...more,
    ]);
    return Object.fromEntries(
      Array.from(sharesOf(account), ({ party, assigned }) => [partyKey(party), assigned.toFixed(2)]),
    );
  };
  const ACME_SHARE = partyKey(ACME);

  test('is the charge, and what was transferred to it less what was transferred away', () => {
    expect(assignedAfter()).toEqual({ [ACME_SHARE]: '75.00', patient: '25.00' });
    expect(
      assignedAfter(transferResponsibility({ transferId: 'T2', amount: '80.00', from: ACME, to: ZENITH })),
    ).toEqual({ [ACME_SHARE]: '-5.00', patient: '25.00', [partyKey(ZENITH)]: '80.00' });
  });

  test('stays, whatever is paid, written off, refunded or taken back of that', () => {
    expect(
      assignedAfter(
        payCharge('90.00', { from: ACME }),
        writeOff('25.00', { responsible: PATIENT }),
        payCharge('10.00', { paymentId: 'P2', from: PATIENT }),
        issueRefund({ to: ACME, source: { chargeId: 'C1', party: ACME } }),
        reverseEntry({ reverses: 'P2' }),
      ),
    ).toEqual({ [ACME_SHARE]: '75.00', patient: '25.00' });
  });

  test('goes back with a transfer or a charge that is taken back, whole or in part', () => {
    const part = { chargeId: 'C1', amount: '10.00', responsible: PATIENT };
    expect(assignedAfter(reverseEntry({ reverses: 'T1', allocations: [part] }))).toEqual({
      [ACME_SHARE]: '85.00',
      patient: '15.00',
    });
    expect(assignedAfter(reverseEntry({ reverses: 'T1' }))).toEqual({
      [ACME_SHARE]: '100.00',
      patient: '0.00',
    });
    expect(assignedAfter(reverseEntry({ reverses: 'C1' }))).toEqual({
      [ACME_SHARE]: '-25.00',
      patient: '25.00',
    });
  });
});

describe('what remittances said of claims', () => {
  const ORIGINAL = claimAdjudicated().data.adjudicationId;
  const held = [{ kind: 'payment' as const, amount: '5.00', remittance: claimAdjudicated().data.remittance }];

  test('is kept by adjudication, and gone on with', () => {
    const { account } = new AccountInMemory([
      accountOpened(),
      claimAdjudicated({ entries: ['E1'], held }),
      adjudicationContinued({ entries: ['E2'], held }),
    ]);
    expect(account.claims.get(ORIGINAL)).toMatchObject({
      entries: ['E1', 'E2'],
      hasHeld: true,
      continued: 1,
      settlement: 'posted',
    });
    expect(account.entries.get(`${ORIGINAL}.c1`)).toEqual({ revision: 2, type: 'AdjudicationContinued' });
  });

  test('is taken back by a reversal; what was held of it is decided with that', () => {
    const { account } = new AccountInMemory([
      accountOpened(),
      claimAdjudicated({ held }),
      claimAdjudicated({ adjudicationId: 'V', status: '22', reverses: ORIGINAL }),
    ]);
    expect(account.claims.get(ORIGINAL)).toMatchObject({ reversedBy: 'V', hasHeld: false });
    expect(account.claims.get('V')).toMatchObject({ reverses: ORIGINAL, settlement: 'posted' });
  });

  test('waits for its original, and ends waiting when that has come', () => {
    const waiting = claimAdjudicated({ adjudicationId: 'V', status: '22', settlement: 'waits_for_original' });
    const ledger = new AccountInMemory([accountOpened(), waiting, claimAdjudicated()]);
    expect(ledger.account.claims.get('V')).toMatchObject({
      settlement: 'waits_for_original',
      reverses: undefined,
    });
    ledger.append(
      adjudicationContinued({ adjudicationId: 'V', because: 'original_posted', reverses: ORIGINAL }),
    );
    expect(ledger.account.claims.get('V')).toMatchObject({ settlement: 'posted', reverses: ORIGINAL });
    expect(ledger.account.claims.get(ORIGINAL)).toMatchObject({ reversedBy: 'V' });
  });

  test('is taken back line by line, and is gone when the last of its lines is', () => {
    const [line] = claimAdjudicated().data.lines;
    const lines = [1, 2].map((number) => ({ ...line!, line: number, chargeId: `C${number}` }));
    const ledger = new AccountInMemory([
      accountOpened(),
      claimAdjudicated({ lines, held }),
      claimAdjudicated({
        adjudicationId: 'V',
        status: '22',
        reversesLines: [{ adjudicationId: ORIGINAL, lines: [2] }],
      }),
    ]);
    expect(ledger.account.claims.get(ORIGINAL)).toMatchObject({
      taken: [2],
      reversedBy: undefined,
      hasHeld: true,
    });
    expect(ledger.account.claims.get('V')).toMatchObject({ reverses: ORIGINAL, settlement: 'posted' });
    ledger.append(claimAdjudicated({ adjudicationId: 'W', status: '22', settlement: 'waits_for_original' }));
    ledger.append(
      adjudicationContinued({
        adjudicationId: 'W',
        because: 'original_posted',
        reversesLines: [{ adjudicationId: ORIGINAL, lines: [1] }],
      }),
    );
    expect(ledger.account.claims.get(ORIGINAL)).toMatchObject({
      taken: [2, 1],
      reversedBy: 'W',
      hasHeld: false,
    });
    expect(ledger.account.claims.get('W')).toMatchObject({ reverses: ORIGINAL, settlement: 'posted' });
  });

  test('that cannot be read any more is gone on without', () => {
    const { account } = new AccountInMemory([accountOpened(), adjudicationContinued({ entries: ['E2'] })]);
    expect(account.claims.size).toBe(0);
    expect(account.entries.has(`${ORIGINAL}.c1`)).toBe(true);
  });
});
