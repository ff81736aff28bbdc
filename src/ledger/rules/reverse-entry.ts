import type { Account } from '../account.js';
import { laterOf } from '../calendar.js';
import { type Decision, type DecisionContext, type Refusal, accept, isRefusal, reject } from '../decision.js';
import {
  type AccountEvent,
  type AccountEventType,
  type DataOf,
  type Place,
  type ReversedMovement,
  effectiveOnOf,
  entryIdOf,
} from '../events.js';
import { type Money, ZERO, formatMoney, money, sumOf } from '../money.js';
import { type Movement, movementsOf, placeKey } from '../movements.js';
import { type Party, partyKey } from '../party.js';

export interface ReverseEntry {
  type: 'ReverseEntry';
  accountId: string;
  reversalId: string;
  /** Id of a charge, payment, adjustment, transfer, allocation or refund. */
  reverses: string;
  reason: DataOf<'EntryReversed'>['reason'];
  effectiveOn?: string;
  /** A part of the entry only. */
  allocations?: { chargeId: string; amount: string; responsible?: Party }[];
  note?: string;
}

/** What is left of one movement of an entry after earlier reversals. */
interface Remaining extends Movement {
  of: string;
  left: Money;
}

/** The ids whose events the rule must see: the entry, what drew on it, and earlier reversals of either. */
export function eventsBehindReversal(account: Account, entryId: string): string[] {
  const involved = [entryId, ...(account.credits.get(entryId)?.drawnBy ?? [])];
  return [...involved, ...involved.flatMap((id) => account.reversals.get(id) ?? [])];
}

/**
 * Takes back an entry, whole or in part, by the mirror of what is left of its movements; for a payment also of what
 * was applied from it later. What others built on it stays, and shows as a credit or as open again at its old age.
 */
export function reverseEntry(account: Account, command: ReverseEntry, context: DecisionContext): Decision {
  const entryId = command.reverses;
  const ref = account.entries.get(entryId);
  if (!ref) return reject({ code: 'entry_not_found', entryId });
  if (!isReversible(ref.type)) return reject({ code: 'entry_not_reversible', entryId, type: ref.type });
  const entry = context.recorded(entryId);
  if (!entry) return reject({ code: 'entry_not_reversible', entryId, type: ref.type });

  const effectiveOn = command.effectiveOn ?? context.today;
  const entryEffectiveOn = effectiveOnOf(entry);
  if (effectiveOn < entryEffectiveOn) {
    return reject({ code: 'reversal_before_entry', entryId, effectiveOn, entryEffectiveOn });
  }
  const remaining = remainingOf(account, entry, context);
  if (remaining.every((m) => m.left.isZero()) && !isMoneyless(entry, account, entryId)) {
    return reject({
      code: 'entry_already_reversed',
      entryId,
      reversedBy: account.reversals.get(entryId) ?? [],
    });
  }
  const taken = command.allocations
    ? takePart(account, command.allocations, remaining, entryId)
    : takeWhole(account, remaining, entryId, context);
  if (isRefusal(taken)) return taken;

  const mirrored = taken.map((m): ReversedMovement => ({
    of: m.of,
    debit: m.credit,
    credit: m.debit,
    amount: m.amount,
    effectiveOn: laterOf(effectiveOn, m.effectiveOn),
  }));
  const ownMoney = taken.filter((m) => m.of === entryId && m.credit.account !== 'Expenses:BadDebt');
  const { type: _, accountId: __, ...given } = command;
  return accept({
    type: 'EntryReversed',
    data: {
      ...given,
      effectiveOn,
      currency: account.currency,
      amount: formatMoney(sumOf(ownMoney.map((m) => money(m.amount))), account.currency),
      movements: mirrored,
    },
  });
}

const REVERSIBLE: readonly AccountEventType[] = [
  'ChargePosted',
  'PaymentPosted',
  'AdjustmentPosted',
  'ResponsibilityTransferred',
  'CreditApplied',
  'RefundIssued',
];

function isReversible(type: AccountEventType): boolean {
  return REVERSIBLE.includes(type);
}

/** A zero charge moves nothing, yet can be reversed once. */
function isMoneyless(entry: AccountEvent, account: Account, entryId: string): boolean {
  return movementsOf(entry).length === 0 && !account.reversals.has(entryId);
}

/** The movements of the entry, and of what was applied from it, less what earlier reversals took. */
function remainingOf(account: Account, entry: AccountEvent, context: DecisionContext): Remaining[] {
  const paymentId = entryIdOf(entry);
  const applications = (account.credits.get(paymentId)?.drawnBy ?? [])
    .map((id) => context.recorded(id))
    .filter((event) => event?.type === 'CreditApplied')
    .map((event) => onlyFrom(paymentId, event));
  // What was applied last is taken back first; it returns to the payment's unapplied rest, which goes next.
  const behind = [...applications.reverse(), entry];
  const taken = takenBefore(account, behind.map(entryIdOf), context);
  return behind.flatMap((event) => {
    const of = entryIdOf(event);
    return movementsOf(event).map((movement) => {
      const key = movementKey(of, movement.debit, movement.credit);
      const before = taken.get(key) ?? ZERO;
      const amount = money(movement.amount);
      const used = before.lessThan(amount) ? before : amount;
      taken.set(key, before.minus(used));
      return { ...movement, of, left: amount.minus(used) };
    });
  });
}

function onlyFrom(paymentId: string, event: AccountEvent & { type: 'CreditApplied' }): AccountEvent {
  const applied = event.data.applied.filter(
    (a) => 'paymentId' in a.source && a.source.paymentId === paymentId,
  );
  return { ...event, data: { ...event.data, applied } };
}

/** What earlier reversals took, by the movement they mirrored. */
function takenBefore(account: Account, ids: string[], context: DecisionContext): Map<string, Money> {
  const taken = new Map<string, Money>();
  for (const reversalId of new Set(ids.flatMap((id) => account.reversals.get(id) ?? []))) {
    const reversal = context.recorded(reversalId);
    if (reversal?.type !== 'EntryReversed') continue;
    for (const { of, debit, credit, amount } of reversal.data.movements) {
      const key = movementKey(of, credit, debit);
      taken.set(key, (taken.get(key) ?? ZERO).plus(amount));
    }
  }
  return taken;
}

function movementKey(of: string, debit: Place, credit: Place): string {
  return `${of}|${placeKey(debit)}|${placeKey(credit)}`;
}

function takeWhole(
  account: Account,
  remaining: Remaining[],
  entryId: string,
  context: DecisionContext,
): (Movement & { of: string })[] | Refusal {
  const refundedBy = (account.credits.get(entryId)?.drawnBy ?? []).filter((id) => {
    const refund = context.recorded(id);
    return refund?.type === 'RefundIssued' && !isTakenBack(account, refund, context);
  });
  if (refundedBy.length > 0) return { rejected: { code: 'entry_already_refunded', entryId, refundedBy } };
  return remaining
    .filter((m) => !m.left.isZero())
    .map((m) => ({ ...m, amount: formatMoney(m.left, account.currency) }));
}

/** Whether a refund was reversed in full, so that its money is back. */
function isTakenBack(account: Account, refund: AccountEvent, context: DecisionContext): boolean {
  return remainingOf(account, refund, context).every((m) => m.left.isZero());
}

/** Takes the given parts: what paid a share first, then, for applied credit, the cash behind it. */
function takePart(
  account: Account,
  allocations: NonNullable<ReverseEntry['allocations']>,
  remaining: Remaining[],
  entryId: string,
): (Movement & { of: string })[] | Refusal {
  const taken: (Movement & { of: string })[] = [];
  const take = (movement: Remaining, amount: Money): void => {
    movement.left = movement.left.minus(amount);
    const { of, debit, credit, effectiveOn } = movement;
    taken.push({ of, debit, credit, effectiveOn, amount: formatMoney(amount, account.currency) });
  };
  for (const { chargeId, amount, responsible } of allocations) {
    const payments = remaining.filter(
      (m) => m.credit.account !== 'Expenses:BadDebt' && touches(m, chargeId, responsible),
    );
    const shares = new Set(payments.map((m) => placeKey('chargeId' in m.credit ? m.credit : m.debit)));
    if (shares.size > 1) {
      return {
        rejected: { code: 'responsible_required', chargeId, openShares: sharesTouched(payments, account) },
      };
    }
    const available = sumOf(payments.map((m) => m.left));
    if (available.isZero() && payments.length > 0) {
      const reversedBy = account.reversals.get(entryId) ?? [];
      if (reversedBy.length > 0) return { rejected: { code: 'entry_already_reversed', entryId, reversedBy } };
    }
    if (available.lessThan(amount)) {
      return {
        rejected: {
          code: 'reversal_exceeds_entry',
          entryId,
          chargeId,
          requested: amount,
          available: formatMoney(available, account.currency),
        },
      };
    }
    let left = money(amount);
    for (const movement of payments) {
      const part = left.lessThan(movement.left) ? left : movement.left;
      if (part.isZero()) continue;
      left = left.minus(part);
      takeWithReinstatement(remaining, movement, part, take);
      if (movement.of !== entryId) {
        const cash = remaining.find((m) => m.of === entryId && 'paymentId' in m.credit);
        if (cash) take(cash, part);
      }
    }
  }
  return taken;
}

/**
 * Takes back money for a share. It had reinstated bad debt first, so the part that reinstated nothing goes first, and
 * bad debt returns only for the rest.
 */
function takeWithReinstatement(
  remaining: Remaining[],
  movement: Remaining,
  part: Money,
  take: (movement: Remaining, amount: Money) => void,
): void {
  const reinstated = remaining.find(
    (m) =>
      m.of === movement.of &&
      m.credit.account === 'Expenses:BadDebt' &&
      placeKey(m.debit) === placeKey(movement.credit),
  );
  const keeps = movement.left.minus(part);
  take(movement, part);
  if (reinstated?.left.greaterThan(keeps)) take(reinstated, reinstated.left.minus(keeps));
}

/** Whether a movement pays or raises a share of the charge, and of the party where one is named. */
function touches(movement: Movement, chargeId: string, responsible: Party | undefined): boolean {
  return [movement.credit, movement.debit].some(
    (place) =>
      'chargeId' in place &&
      place.chargeId === chargeId &&
      (responsible === undefined || partyKey(place.party) === partyKey(responsible)),
  );
}

function sharesTouched(movements: Remaining[], account: Account): { party: string; balance: string }[] {
  return movements.map((m) => {
    const place = 'chargeId' in m.credit ? m.credit : m.debit;
    return {
      party: 'party' in place ? partyKey(place.party).replaceAll('|', ' ') : place.account,
      balance: formatMoney(m.left, account.currency),
    };
  });
}
