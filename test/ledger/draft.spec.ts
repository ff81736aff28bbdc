import { describe, expect, test } from '@jest/globals';
import { evolve, unopenedAccount } from '../../src/ledger/account.js';
import { Draft } from '../../src/ledger/draft.js';
import type { AccountEvent } from '../../src/ledger/events.js';
import { toSnapshot } from '../../src/ledger/snapshot.js';
import {
  TODAY,
  accountOpened,
  applyCredit,
  chargePosted,
  payCharge,
  paymentPosted,
  postCharge,
  postPayment,
  reverseEntry,
} from '../support/ledger.js';

/** A draft on an account with this history, which sees those of its events that are named. */
function draftOn(history: AccountEvent[], recalled: Record<string, AccountEvent> = {}): Draft {
  const account = history.reduce(evolve, unopenedAccount());
  return new Draft(account, { today: TODAY, recorded: (entryId) => recalled[entryId] });
}

describe('a draft', () => {
  test('holds the events of each command in order, decided on what those before left', () => {
    const draft = draftOn([accountOpened()]);
    const commands = [postCharge(), payCharge('30.00')];
    for (const command of commands) expect(draft.carryOut(command)).toBeUndefined();
    expect(draft.drafted.map(({ command }) => command)).toEqual(commands);
    const events = draft.drafted.map(({ event }) => event);
    expect(events.map(({ type }) => type)).toEqual(['ChargePosted', 'PaymentPosted']);
    expect(toSnapshot(draft.account)).toEqual(
      toSnapshot([accountOpened(), ...events].reduce(evolve, unopenedAccount())),
    );
  });

  test('says why a rule refuses, and changes nothing', () => {
    const draft = draftOn([accountOpened()]);
    const before = toSnapshot(draft.account);
    expect(draft.carryOut(payCharge('30.00'))).toEqual({ code: 'charge_not_found', chargeId: 'C1' });
    expect(draft.drafted).toEqual([]);
    expect(toSnapshot(draft.account)).toEqual(before);
  });

  test('has no event for what was carried out before, in it or earlier', () => {
    const earlier = paymentPosted();
    const draft = draftOn([accountOpened(), earlier], { P1: earlier });
    draft.carryOut(postCharge());
    expect([draft.carryOut(postPayment()), draft.carryOut(postCharge())]).toEqual([undefined, undefined]);
    expect(draft.drafted).toHaveLength(1);
  });

  test('shows its own events to the rules, before those of the same id that it was given', () => {
    const draft = draftOn([accountOpened(), chargePosted()], { P1: paymentPosted({ amount: '1.00' }) });
    draft.carryOut(postPayment());
    draft.carryOut(applyCredit());
    expect(draft.recorded('P1')).toBe(draft.drafted[0]?.event);
    expect(draft.recorded('X1')?.type).toBe('CreditApplied');
    expect(draft.recorded('C1')).toBeUndefined();
    expect(draft.carryOut(reverseEntry())).toBeUndefined();
    expect(draft.drafted.at(-1)?.event).toMatchObject({
      type: 'EntryReversed',
      data: { reverses: 'P1', amount: '40.00' },
    });
  });
});
