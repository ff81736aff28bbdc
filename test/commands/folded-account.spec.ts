import { describe, expect, test } from '@jest/globals';
import { FoldedAccount } from '../../src/commands/folded-account.js';
import { Draft } from '../../src/ledger/draft.js';
import { toSnapshot } from '../../src/ledger/snapshot.js';
import { TODAY, accountOpened, chargePosted, claimAdjudicated, postPayment } from '../support/ledger.js';
import { fromSnapshot } from '../support/from-snapshot.js';

const INSTANT = '2026-03-01T10:00:00.000Z';

describe('a folded account', () => {
  test('weighs as many entries as its maps hold, claims too', () => {
    const folded = FoldedAccount.unopened();
    expect(folded.weight).toBe(1);
    folded.fold(accountOpened(), 'a', INSTANT);
    folded.fold(chargePosted(), 'b', INSTANT);
    expect(folded.weight).toBe(3);
    folded.fold(claimAdjudicated(), 'c', INSTANT);
    expect(folded.weight).toBe(5);
  });

  test('is ahead of the log while a draft has folded what is not appended', () => {
    const folded = FoldedAccount.unopened();
    folded.fold(accountOpened(), 'a', INSTANT);
    const draft = new Draft(folded.account, { today: TODAY, recorded: () => undefined });
    draft.carryOut(postPayment());
    draft.carryOut(postPayment({ paymentId: 'P2' }));
    expect([folded.isAhead, folded.events, folded.lastEvent]).toEqual([true, 1, `a ${INSTANT}`]);
    folded.noteLogged('c', '2026-03-01T10:00:01.000Z');
    expect([folded.isAhead, folded.events, folded.lastEvent]).toEqual([
      false,
      3,
      'c 2026-03-01T10:00:01.000Z',
    ]);
    expect(folded.lastRecordedAt).toBe(Date.parse('2026-03-01T10:00:01.000Z'));
  });

  test('that comes from a snapshot has as many events as that', () => {
    const folded = FoldedAccount.unopened();
    folded.fold(accountOpened(), 'a', INSTANT);
    folded.fold(chargePosted(), 'b', INSTANT);
    const reopened = FoldedAccount.from(fromSnapshot(toSnapshot(folded.account)));
    expect([reopened.events, reopened.isAhead, reopened.snapshotEvents]).toEqual([2, false, 2]);
  });
});
