import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  type Account,
  balanceOf,
  evolve,
  sharesOf,
  unappliedOf,
  unopenedAccount,
} from '../../src/ledger/account.js';
import { laterOf } from '../../src/ledger/calendar.js';
import { EVENT_OF, commandIdOf } from '../../src/ledger/commands.js';
import { decide, recordedEventsNeeded } from '../../src/ledger/decide.js';
import { type AccountEvent, accountEventData, effectiveOnOf, entryIdOf } from '../../src/ledger/events.js';
import { Money, ZERO, formatMoney, money, sumOf } from '../../src/ledger/money.js';
import { balanceEffectOf, journalLinesOf, movementsOf, placeKey } from '../../src/ledger/movements.js';
import type { Party } from '../../src/ledger/party.js';
import type { RecordedEvent } from '../../src/ledger/recorded-event.js';
import { toSnapshot } from '../../src/ledger/snapshot.js';
import { decode, encode } from '../../src/event-store/codec.js';
import { ACCOUNT, AccountInMemory, reverseEntry } from '../support/ledger.js';
import { anyCommand, anyHistory, play, simulation } from '../support/ledger-histories.js';
import { oracleOpenItems } from '../support/ledger-oracle.js';
import { fromSnapshot } from '../support/from-snapshot.js';

const LAST_DAY = '2199-12-31';
const REVERSIBLE = [
  'ChargePosted',
  'PaymentPosted',
  'AdjustmentPosted',
  'ResponsibilityTransferred',
  'CreditApplied',
  'RefundIssued',
];

describe('whatever happens to an account', () => {
  test('debits equal credits, for each event and each date on which it counts', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const total = new Map<string, Money>();
        for (const event of play(commands).ledger.events) {
          const own = new Map<string, Money>();
          for (const { debit, credit, effectiveOn } of journalLinesOf(event)) {
            expect([debit, credit].filter((side) => side !== undefined)).toHaveLength(1);
            const signed = debit === undefined ? money(credit!).negated() : money(debit);
            own.set(effectiveOn, (own.get(effectiveOn) ?? ZERO).plus(signed));
            total.set(effectiveOn, (total.get(effectiveOn) ?? ZERO).plus(signed));
          }
          for (const sum of own.values()) expect(sum.toFixed()).toBe('0');
        }
        for (const sum of total.values()) expect(sum.toFixed()).toBe('0');
      }),
      simulation(),
    );
  });

  test('the balance is the sum of shares less unapplied credit, and the sum over the journal', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        let journal = ZERO;
        const ledger = new AccountInMemory();
        for (const event of play(commands).ledger.events) {
          ledger.append(event);
          for (const { place, debit, credit } of journalLinesOf(event)) {
            if (/^(Assets:Receivable|Liabilities:Unapplied)/.test(place.account)) {
              journal = journal.plus(debit ?? '0').minus(credit ?? '0');
            }
          }
          let shares = ZERO;
          for (const share of sharesOf(ledger.account)) shares = shares.plus(share.balance);
          expect(balanceOf(ledger.account).toFixed()).toBe(journal.toFixed());
          expect(shares.minus(unappliedOf(ledger.account)).toFixed()).toBe(journal.toFixed());
        }
      }),
      simulation(),
    );
  });

  test('who was made responsible adds up to the charge, less what was taken back of it, whatever was paid', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { ledger } = play(commands);
        const byShare = new Map<string, Money>();
        const byCharge = new Map<string, Money>();
        const add = (sums: Map<string, Money>, key: string, amount: Money): unknown =>
          sums.set(key, (sums.get(key) ?? ZERO).plus(amount));
        const transfer = (chargeId: string, from: Party, to: Party, amount: Money): void => {
          add(byShare, nameOfShare(chargeId, to), amount);
          add(byShare, nameOfShare(chargeId, from), amount.negated());
        };
        const first = new Map(ledger.events.map((event) => [entryIdOf(event), event]));
        for (const event of ledger.events) {
          if (event.type === 'ChargePosted') {
            const { chargeId, responsible, amount } = event.data;
            add(byShare, nameOfShare(chargeId, responsible), money(amount));
            add(byCharge, chargeId, money(amount));
          } else if (event.type === 'ResponsibilityTransferred') {
            const { chargeId, from, to, amount } = event.data;
            transfer(chargeId, from, to, money(amount));
          } else if (event.type === 'EntryReversed') {
            const reversed = first.get(event.data.reverses);
            const back = sumOf(event.data.movements.map(({ amount }) => money(amount)));
            if (reversed?.type === 'ChargePosted') {
              const { chargeId, responsible } = reversed.data;
              add(byShare, nameOfShare(chargeId, responsible), back.negated());
              add(byCharge, chargeId, back.negated());
            } else if (reversed?.type === 'ResponsibilityTransferred') {
              const { chargeId, from, to } = reversed.data;
              transfer(chargeId, to, from, back);
            }
          }
        }
        const sums = new Map<string, Money>();
        for (const { chargeId, party, assigned } of sharesOf(ledger.account)) {
          const share = nameOfShare(chargeId, party);
          expect([share, assigned.toFixed()]).toEqual([share, (byShare.get(share) ?? ZERO).toFixed()]);
          byShare.delete(share);
          add(sums, chargeId, assigned);
        }
        // What is left over are shares of which nothing is known; they were made responsible for nothing.
        expect([...byShare].filter(([, amount]) => !amount.isZero())).toEqual([]);
        for (const [chargeId, sum] of sums) {
          expect([chargeId, sum.toFixed()]).toEqual([chargeId, (byCharge.get(chargeId) ?? ZERO).toFixed()]);
        }
      }),
      simulation(),
    );
  });

  test('a command that was carried out is never carried out again', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { ledger, steps } = play(commands, ({ command, today, decision, before }, now) => {
          if (!('accepted' in decision)) return;
          const type = EVENT_OF[command.type];
          expect(now.decide(command, today)).toEqual({ already: { revision: before, type } });
        });
        for (const { command, decision, before } of steps) {
          if (!('accepted' in decision)) continue;
          const type = EVENT_OF[command.type];
          expect(ledger.decide(command, LAST_DAY)).toEqual({ already: { revision: before, type } });
        }
      }),
      simulation(),
    );
  });

  test('the same id with another amount or another day is refused, and the field is named', () => {
    const other: [field: string, value: string][] = [
      ['amount', '777.77'],
      ['effectiveOn', '2031-12-24'],
    ];
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { ledger, steps } = play(commands);
        for (const { command, decision } of steps) {
          const [event] = 'accepted' in decision ? decision.accepted : [];
          for (const [field, value] of other) {
            if (!event || !(field in event.data) || (field === 'amount' && !(field in command))) continue;
            expect(ledger.decide({ ...command, [field]: value }, LAST_DAY)).toEqual({
              rejected: {
                code: 'id_already_used',
                id: commandIdOf(command),
                usedBy: event.type,
                differs: [field],
              },
            });
          }
        }
      }),
      simulation(),
    );
  });

  test('one command is one event, with its id, and an id is used once', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { ledger } = play(commands, ({ command, decision }) => {
          if (!('accepted' in decision)) return;
          expect(decision.accepted.map(entryIdOf)).toEqual([commandIdOf(command)]);
        });
        const ids = ledger.events.slice(1).map(entryIdOf);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      simulation(),
    );
  });

  test('credit is never spent twice: nothing unapplied below zero, no share left owing what its credit paid', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        play(commands, ({ decision }, { account }) => {
          if (!('accepted' in decision)) return;
          const overdrawn = [...account.credits].filter(([, { unapplied }]) => unapplied.lessThan(0));
          expect(overdrawn).toEqual([]);
          for (const { type, data } of decision.accepted) {
            const drawn =
              type === 'CreditApplied' ? data.applied : type === 'RefundIssued' ? data.refunded : [];
            for (const { source } of drawn) {
              if ('paymentId' in source) continue;
              const share = [...sharesOf(account)].find(
                (s) =>
                  s.chargeId === source.chargeId && JSON.stringify(s.party) === JSON.stringify(source.party),
              );
              expect(share?.balance.greaterThan(0)).toBe(false);
            }
          }
        });
      }),
      simulation(),
    );
  });

  test('no more bad debt comes back than was written off, but by the hand of the caller', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const wrong: unknown[] = [];
        play(commands, ({ before }, { account }) => {
          for (const { chargeId, writtenOff, reinstatedByHand } of sharesOf(account)) {
            if (reinstatedByHand.lessThan(0) || writtenOff.plus(reinstatedByHand).lessThan(0)) {
              wrong.push({ before, chargeId, writtenOff, reinstatedByHand });
            }
          }
        });
        expect(wrong).toEqual([]);
      }),
      simulation(),
    );
  });

  test('money for a share with bad debt brings that much back first, and no more', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        let writtenOff = new Map<string, Money>();
        play(commands, ({ decision }, { account }) => {
          const before = writtenOff;
          writtenOff = new Map(
            [...sharesOf(account)].map((s) => [nameOfShare(s.chargeId, s.party), s.writtenOff]),
          );
          for (const { type, data } of 'accepted' in decision ? decision.accepted : []) {
            const paid =
              type === 'PaymentPosted' ? data.allocations : type === 'CreditApplied' ? data.applied : [];
            const sums = new Map<string, { amount: Money; reinstated: Money }>();
            for (const { chargeId, responsible, amount, reinstated } of paid) {
              const share = nameOfShare(chargeId, responsible);
              const sum = sums.get(share) ?? { amount: ZERO, reinstated: ZERO };
              sums.set(share, {
                amount: sum.amount.plus(amount),
                reinstated: sum.reinstated.plus(reinstated ?? '0'),
              });
            }
            for (const [share, { amount, reinstated }] of sums) {
              const badDebt = Money.max(before.get(share) ?? ZERO, ZERO);
              expect(reinstated.toFixed()).toBe(Money.min(badDebt, amount).toFixed());
            }
          }
        });
      }),
      simulation(),
    );
  });

  test('no movement is taken back for more than it was, and only as its exact mirror', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const left = new Map<string, Money>();
        const countsFrom = new Map<string, string>();
        for (const event of play(commands).ledger.events) {
          countsFrom.set(entryIdOf(event), effectiveOnOf(event));
          if (event.type === 'EntryReversed') {
            for (const { of, debit, credit, amount, effectiveOn } of event.data.movements) {
              const key = JSON.stringify([of, credit, debit]);
              expect(effectiveOn >= countsFrom.get(of)!).toBe(true);
              const rest = left.get(key)?.minus(amount);
              expect(rest?.greaterThanOrEqualTo(0)).toBe(true);
              left.set(key, rest!);
            }
          } else {
            for (const { debit, credit, amount } of movementsOf(event)) {
              const key = JSON.stringify([entryIdOf(event), debit, credit]);
              left.set(key, (left.get(key) ?? ZERO).plus(amount));
            }
          }
        }
      }),
      simulation(),
    );
  });

  test("a payment that is taken back takes its own cash, and nobody else's credit", () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        let credits = new Map<string, string>();
        play(commands, ({ command, decision }, { account }) => {
          const before = credits;
          credits = new Map(Array.from(account.credits, ([id, { unapplied }]) => [id, unapplied.toFixed()]));
          const [event] = 'accepted' in decision ? decision.accepted : [];
          if (event?.type !== 'EntryReversed') return;
          const { reverses, amount, movements } = event.data;
          if ('allocations' in command && command.allocations) {
            expect(amount).toBe(formatMoney(sumOf(command.allocations.map((a) => money(a.amount))), 'USD'));
          }
          if (account.entries.get(reverses)?.type !== 'PaymentPosted') return;
          const cash = movements
            .filter((m) => m.credit.account === 'Assets:Cash')
            .reduce((sum, m) => sum.plus(m.amount), ZERO);
          expect(formatMoney(cash, 'USD')).toBe(amount);
          before.delete(reverses);
          const others = new Map(credits);
          others.delete(reverses);
          expect(others).toEqual(before);
        });
      }),
      simulation(),
    );
  });

  test('folding any prefix equals the state at that point, and a snapshot with the rest equals folding all', () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(), (commands, somewhere) => {
        const states: string[] = [];
        const { ledger } = play(commands, (_, { account }) => states.push(stateOf(account)));
        const cut = somewhere % (ledger.events.length + 1);
        const account = fold(ledger.events.slice(0, cut));
        const reopened = fromSnapshot(JSON.parse(JSON.stringify(toSnapshot(account))));
        expect(stateOf(reopened)).toBe(stateOf(account));
        const seen = states.concat(stateOf(fold(ledger.events.slice(0, 1))));
        if (cut > 0) expect(seen).toContain(stateOf(account));
        for (const event of ledger.events.slice(cut)) evolve(reopened, event);
        expect(stateOf(reopened)).toBe(stateOf(ledger.account));
      }),
      simulation(),
    );
  });

  test('every event survives JSON and the codec unchanged', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        for (const [revision, event] of play(commands).ledger.events.entries()) {
          const { type, data } = encode(event);
          const metadata = { recordedAt: '2026-01-15T10:00:00.000Z' };
          const place = { stream: `account-${ACCOUNT}`, revision, position: '7', id: 'some' };
          const read = decode({ ...place, type, data: JSON.parse(JSON.stringify(data)), metadata });
          expect(JSON.stringify(read.event)).toBe(JSON.stringify(accountEventDataOf(event)));
          expect(read.event).toEqual(event);
        }
      }),
      simulation(),
    );
  });

  test('deciding changes nothing and throws nothing', () => {
    fc.assert(
      fc.property(anyHistory, fc.array(anyCommand, { maxLength: 5 }), (commands, more) => {
        const { ledger } = play(commands);
        const before = stateOf(ledger.account);
        ledger.events.forEach(deepFreeze);
        for (const command of more.map(deepFreeze)) {
          const first = ledger.decide(command);
          expect(ledger.decide(command)).toEqual(first);
        }
        expect(stateOf(ledger.account)).toBe(before);
      }),
      simulation(),
    );
  });

  test('the rules ask for no event that is not there, and for none twice in another place', () => {
    fc.assert(
      fc.property(anyHistory, anyCommand, (commands, command) => {
        const { ledger } = play(commands);
        for (const { revision, type } of recordedEventsNeeded(ledger.account, command)) {
          expect(ledger.events[revision]?.type).toBe(type);
        }
        // An account that is asked with the whole history at hand decides the same.
        const all = new Map(ledger.events.map((event) => [entryIdOf(event), event]));
        const context = { today: '2026-03-01', recorded: (id: string) => all.get(id) };
        if (command.type !== 'OpenAccount') {
          expect(decide(ledger.account, command, context)).toEqual(ledger.decide(command, '2026-03-01'));
        }
      }),
      simulation(),
    );
  });
});

describe('a whole reversal', () => {
  test('of what nothing was built on restores exactly what was before, to the part and its date', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { recorded } = play(commands);
        for (const [i, { event }] of recorded.entries()) {
          if (!REVERSIBLE.includes(event.type)) continue;
          const before = recorded.slice(0, i);
          const ledger = new AccountInMemory(before.map((r) => r.event));
          const was = moneyIn(ledger.account, before);
          ledger.append(event);
          const today = laterOf('2026-03-01', effectiveOnOf(event));
          const undone = ledger.decide(
            reverseEntry({ reversalId: 'UNDO', reverses: entryIdOf(event) }),
            today,
          );
          expect(undone).toHaveProperty('accepted');
          if (!('accepted' in undone)) return;
          undone.accepted.forEach((e) => ledger.append(e));
          const after = [
            ...before,
            ...[event, ...undone.accepted].map((e) => ({ ...recorded[i]!, event: e })),
          ];
          expect(moneyIn(ledger.account, after)).toEqual(was);
        }
      }),
      simulation(),
    );
  });

  test('of anything moves the balance by exactly what was left of the entry, and leaves nothing of it', () => {
    fc.assert(
      fc.property(anyHistory, (commands) => {
        const { ledger: original } = play(commands);
        for (const event of original.events) {
          if (!REVERSIBLE.includes(event.type)) continue;
          const entryId = entryIdOf(event);
          const ledger = new AccountInMemory(original.events);
          const before = balanceOf(ledger.account);
          const undone = ledger.decide(reverseEntry({ reversalId: 'UNDO', reverses: entryId }), LAST_DAY);
          if (!('accepted' in undone)) {
            expect(undone).toHaveProperty(
              'rejected.code',
              expect.stringMatching(/_already_(reversed|refunded|reinstated)$/),
            );
            continue;
          }
          const left = leftOf(original.events, entryId);
          undone.accepted.forEach((e) => ledger.append(e));
          const moved = balanceOf(ledger.account).minus(before);
          expect(moved.toFixed()).toBe(balanceEffectOf(movementsOf(undone.accepted[0]!)));
          const isWriteOff = event.type === 'AdjustmentPosted' && event.data.category === 'bad_debt';
          if (isWriteOff) continue;
          for (const rest of leftOf(ledger.events, entryId).values()) expect(rest.toFixed()).toBe('0');
          // Beside the entry itself only applications of its own credit change, which move no balance but bad debt.
          let expected = ZERO;
          for (const [key, rest] of left) expected = expected.minus(balanceOfKey(key, rest));
          const appliedBadDebt = badDebtReturned(undone.accepted[0]!, entryId);
          expect(moved.toFixed()).toBe(expected.minus(appliedBadDebt).toFixed());
        }
      }),
      simulation(Math.ceil(simulation().numRuns! / 4)),
    );
  });

  test('in parts, one after the other, takes back exactly the whole', () => {
    fc.assert(
      fc.property(anyHistory, fc.constantFrom('0.01', '0.02', '3.33'), (commands, piece) => {
        const { ledger: original } = play(commands);
        for (const event of original.events) {
          if (event.type !== 'PaymentPosted' && event.type !== 'CreditApplied') continue;
          const entryId = entryIdOf(event);
          const atOnce = new AccountInMemory(original.events);
          const whole = atOnce.decide(reverseEntry({ reversalId: 'UNDO', reverses: entryId }), LAST_DAY);
          if (!('accepted' in whole)) continue;
          whole.accepted.forEach((e) => atOnce.append(e));
          const inParts = new AccountInMemory(original.events);
          for (const [n, { chargeId, responsible }] of event.data.allocations.entries()) {
            const part = reverseEntry({
              reversalId: `PART${n}`,
              reverses: entryId,
              allocations: [{ chargeId, amount: piece, responsible }],
            });
            const decision = inParts.decide(part, LAST_DAY);
            if ('accepted' in decision) decision.accepted.forEach((e) => inParts.append(e));
          }
          const rest = inParts.decide(reverseEntry({ reversalId: 'UNDO', reverses: entryId }), LAST_DAY);
          if ('accepted' in rest) rest.accepted.forEach((e) => inParts.append(e));
          expect(inParts.books()).toEqual(atOnce.books());
        }
      }),
      simulation(),
    );
  });
});

test('the histories are worth their time: every kind of event happens, and so does every rejection', () => {
  const seen = new Map<string, number>();
  const count = (what: string): unknown => seen.set(what, (seen.get(what) ?? 0) + 1);
  fc.assert(
    fc.property(anyHistory, (commands) => {
      for (const { decision } of play(commands).steps) {
        if ('accepted' in decision) decision.accepted.forEach((e) => count(e.type));
        else if ('already' in decision) count('already');
        else count(decision.rejected.code);
      }
    }),
    { numRuns: 400, seed: 20260301 },
  );
  const kinds = [
    // Adjudications follow from remittances only; nobody asks for them.
    ...Object.keys(accountEventData).filter(
      (type) => !['AccountOpened', 'ClaimAdjudicated', 'AdjudicationContinued'].includes(type),
    ),
    'charge_not_found',
    'entry_not_found',
    'denial_not_found',
    'responsible_required',
    'id_already_used',
    'allocations_exceed_amount',
    'allocations_differ_from_amount',
    'transfer_to_same_party',
    'credit_insufficient',
    'entry_not_reversible',
    'entry_already_reversed',
    'entry_already_refunded',
    'reversal_exceeds_entry',
    'reversal_before_entry',
    'denial_already_resolved',
    'denial_under_appeal',
    'appeal_level_not_next',
  ];
  expect(kinds.filter((kind) => !seen.has(kind))).toEqual([]);
});

function fold(events: readonly AccountEvent[]): Account {
  return events.reduce(evolve, unopenedAccount());
}

/** The whole state as text, by no other means than looking at it. */
function stateOf(account: Account): string {
  return JSON.stringify(account, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}

/** The event in the order of its schema's fields, as the codec gives it. */
function accountEventDataOf(event: AccountEvent): unknown {
  return { type: event.type, data: accountEventData[event.type].parse(event.data) };
}

/** What the account's money looks like: shares, credit, bad debt, and every open part with the date since when. */
function moneyIn(account: Account, recorded: readonly RecordedEvent[]) {
  const format = (amount: Money): string => formatMoney(amount, account.currency);
  const shares: Record<string, string[]> = {};
  for (const { chargeId, party, balance, writtenOff, reinstatedByHand } of sharesOf(account)) {
    if (balance.isZero() && writtenOff.isZero() && reinstatedByHand.isZero()) continue;
    shares[`${chargeId} ${JSON.stringify(party)}`] = [balance, writtenOff, reinstatedByHand].map(format);
  }
  const unapplied: Record<string, string> = {};
  for (const [paymentId, credit] of account.credits) {
    if (!credit.unapplied.isZero()) unapplied[paymentId] = format(credit.unapplied);
  }
  const openItems = oracleOpenItems(recorded, { asOf: LAST_DAY }).map((item) => JSON.stringify(item));
  return { shares, unapplied, openItems: openItems.sort() };
}

/** What is left of each movement of an entry's own, by its two places. */
function leftOf(events: readonly AccountEvent[], entryId: string): Map<string, Money> {
  const left = new Map<string, Money>();
  for (const event of events) {
    const own =
      event.type === 'EntryReversed'
        ? event.data.movements
            .filter((m) => m.of === entryId)
            .map((m) => ({ debit: m.credit, credit: m.debit, amount: money(m.amount).negated() }))
        : entryIdOf(event) === entryId && event.type !== 'AccountOpened'
          ? movementsOf(event).map((m) => ({ ...m, amount: money(m.amount) }))
          : [];
    for (const { debit, credit, amount } of own) {
      const key = `${placeKey(debit)}>${placeKey(credit)}`;
      left.set(key, (left.get(key) ?? ZERO).plus(amount));
    }
  }
  return left;
}

function balanceOfKey(key: string, amount: Money): Money {
  const counts = (place: string): boolean => /^(Assets:Receivable|Liabilities:Unapplied)/.test(place);
  const [debit, credit] = key.split('>') as [string, string];
  return ZERO.plus(counts(debit) ? amount : 0).minus(counts(credit) ? amount : 0);
}

/** Bad debt that returned with applications of the entry's credit. */
function badDebtReturned(event: AccountEvent, entryId: string): Money {
  if (event.type !== 'EntryReversed') return ZERO;
  return event.data.movements
    .filter((m) => m.of !== entryId && m.debit.account === 'Expenses:BadDebt')
    .reduce((sum, m) => sum.plus(m.amount), ZERO);
}

function nameOfShare(chargeId: string, party: Party): string {
  return `${chargeId} ${JSON.stringify([party.party, 'payerId' in party && [party.payerId, party.position]])}`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
