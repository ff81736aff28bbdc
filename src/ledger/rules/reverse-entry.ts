import type { Account, Share } from '../account.js';
import { laterOf } from '../calendar.js';
import type { RemittanceRef } from '../claim-statement.js';
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
import { FORGIVEN, type ForgivenCategory } from '../given-up.js';
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
  /** Of a payment: a part of its unapplied credit, alone or beside `allocations`. */
  unapplied?: string;
  note?: string;
  /** The claim of a remittance that takes it back. */
  remittance?: RemittanceRef;
}

/** A movement of an entry, and what is left of it after earlier reversals. */
interface Remaining extends Movement {
  of: string;
  left: Money;
  /** The shares by which a caller may ask for it back in part; the first is the one it pays or raises. */
  shares: Place[];
  /** The movement that brought bad debt back for it. */
  reinstated?: Movement | undefined;
}

type Taken = Movement & { of: string };

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
  if (!isReversible(ref.type)) return reject({ code: 'entry_not_reversible', entryId, entryType: ref.type });
  const entry = context.recorded(entryId);
  if (!entry) return reject({ code: 'entry_not_reversible', entryId, entryType: ref.type });

  const entryEffectiveOn = effectiveOnOf(entry);
  const effectiveOn = command.effectiveOn ?? laterOf(context.today, entryEffectiveOn);
  if (effectiveOn < entryEffectiveOn) {
    return reject({ code: 'reversal_before_entry', entryId, effectiveOn, entryEffectiveOn });
  }
  const remaining = remainingOf(account, entry, context);
  if (remaining.every((m) => m.left.isZero()) && !isMoneyless(entry, account, entryId)) {
    const reversedBy = [...(account.reversals.get(entryId) ?? [])];
    return reject(
      reversedBy.length === 0 && categoryWrittenOff(entry) !== undefined
        ? { code: 'write_off_already_reinstated', entryId }
        : { code: 'entry_already_reversed', entryId, reversedBy },
    );
  }
  const before = leftOf(remaining, entryId);
  const { allocations, unapplied } = command;
  const taken =
    allocations || unapplied
      ? takePart(account, { allocations: allocations ?? [], unapplied }, remaining, entryId)
      : takeWhole(account, remaining, entryId, context);
  if (isRefusal(taken)) return taken;

  const { type: _, accountId: __, ...given } = command;
  return accept({
    type: 'EntryReversed',
    data: {
      ...given,
      effectiveOn,
      currency: account.currency,
      amount: formatMoney(before.minus(leftOf(remaining, entryId)), account.currency),
      movements: taken.map((m): ReversedMovement => ({
        of: m.of,
        debit: m.credit,
        credit: m.debit,
        amount: m.amount,
        effectiveOn: laterOf(effectiveOn, m.effectiveOn),
      })),
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

/**
 * The movements of the entry, and of what was applied from it, less what earlier reversals took; in the order in which
 * they are taken back: what came last goes first.
 */
function remainingOf(
  account: Account,
  entry: AccountEvent,
  context: Pick<DecisionContext, 'recorded'>,
): Remaining[] {
  const paymentId = entryIdOf(entry);
  const applications = (account.credits.get(paymentId)?.drawnBy ?? [])
    .map((id) => context.recorded(id))
    .filter((event) => event?.type === 'CreditApplied')
    .map((event) => onlyFrom(paymentId, event));
  const behind = [entry, ...applications];
  const remaining = behind.flatMap(inOrder).reverse();
  const taken = takenBefore(account, behind.map(entryIdOf), context);
  for (const movement of remaining) {
    const key = movementKey(movement.of, movement.debit, movement.credit);
    const before = taken.get(key) ?? ZERO;
    const used = smallerOf(before, movement.left);
    taken.set(key, before.minus(used));
    movement.left = movement.left.minus(used);
  }
  const category = categoryWrittenOff(entry);
  if (category) leaveWhatCameBack(account, remaining, category);
  return remaining;
}

function onlyFrom(paymentId: string, event: AccountEvent & { type: 'CreditApplied' }): AccountEvent {
  const applied = event.data.applied.filter(
    (a) => 'paymentId' in a.source && a.source.paymentId === paymentId,
  );
  return { ...event, data: { ...event.data, applied } };
}

/** An event's movements; bad debt that money reinstated goes with the movement of that money, which follows it. */
function inOrder(event: AccountEvent): Remaining[] {
  const of = entryIdOf(event);
  const isMoney = event.type === 'PaymentPosted' || event.type === 'CreditApplied';
  const movements: Remaining[] = [];
  let reinstated: Movement | undefined;
  for (const movement of movementsOf(event)) {
    if (isMoney && movement.credit.account === 'Expenses:BadDebt') {
      reinstated = movement;
      continue;
    }
    const { debit, credit, amount } = movement;
    const shares = [credit, debit].filter((place) => 'chargeId' in place);
    movements.push({
      ...movement,
      of,
      left: money(amount),
      shares: event.type === 'ResponsibilityTransferred' ? shares : shares.slice(0, 1),
      reinstated,
    });
    reinstated = undefined;
  }
  return movements;
}

/** The category of a write-off that money, or what a remittance says, may bring back; undefined for other entries. */
function categoryWrittenOff(entry: AccountEvent): 'bad_debt' | ForgivenCategory | undefined {
  if (entry.type !== 'AdjustmentPosted' || entry.data.direction !== 'credit') return undefined;
  const { category } = entry.data;
  return category === 'bad_debt' ? category : FORGIVEN.find((forgiven) => forgiven === category);
}

/**
 * Of a write-off, what money or a remittance has reinstated since is back already: taken back once more, the share would
 * owe it twice.
 */
function leaveWhatCameBack(
  account: Account,
  remaining: Remaining[],
  category: 'bad_debt' | ForgivenCategory,
): void {
  const reversible = new Map<string, Money>();
  for (const movement of remaining) {
    const place = movement.shares[0];
    if (!place || !('chargeId' in place)) continue;
    const key = placeKey(place);
    const share = account.charges.get(place.chargeId)?.shares.get(partyKey(place.party));
    const most = reversible.get(key) ?? (share ? writtenOffOf(share, category) : ZERO);
    movement.left = smallerOf(movement.left, most);
    reversible.set(key, most.minus(movement.left));
  }
}

/** What of a share is written off by the word of callers: what they brought back by debits they may take back, too. */
function writtenOffOf(share: Share, category: 'bad_debt' | ForgivenCategory): Money {
  if (category === 'bad_debt') return share.writtenOff.plus(share.reinstatedByHand);
  const forgiven = share.forgiven.get(category);
  return forgiven ? forgiven.amount.plus(forgiven.reinstatedByHand) : ZERO;
}

/** What earlier reversals took, by the movement they mirrored. */
function takenBefore(
  account: Account,
  ids: string[],
  context: Pick<DecisionContext, 'recorded'>,
): Map<string, Money> {
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
): Taken[] | Refusal {
  const refundedBy = (account.credits.get(entryId)?.drawnBy ?? []).filter((id) => {
    const refund = context.recorded(id);
    return refund?.type === 'RefundIssued' && !isTakenBack(account, refund, context);
  });
  if (refundedBy.length > 0) return { rejected: { code: 'entry_already_refunded', entryId, refundedBy } };
  return remaining.flatMap((movement) => take(account, movement, movement.left));
}

/** Whether a refund was reversed in full, so that its money is back. */
function isTakenBack(account: Account, refund: AccountEvent, context: DecisionContext): boolean {
  return remainingOf(account, refund, context).every((m) => m.left.isZero());
}

/** Takes the given parts: what paid a share first, then, for applied credit, the cash behind it. */
function takePart(
  account: Account,
  { allocations, unapplied }: { allocations: NonNullable<ReverseEntry['allocations']>; unapplied?: string },
  remaining: Remaining[],
  entryId: string,
): Taken[] | Refusal {
  const taken: Taken[] = [];
  const cash = remaining.find((m) => m.of === entryId && 'paymentId' in m.credit);
  for (const { chargeId, amount, responsible } of allocations) {
    const payments = remaining.filter((m) => touches(m, chargeId, responsible));
    const shares = sharesTouched(payments, account);
    if (shares.length > 1) {
      return { rejected: { code: 'responsible_required', chargeId, openShares: shares } };
    }
    const available = sumOf(payments.map((m) => m.left));
    if (available.isZero() && payments.length > 0) {
      const reversedBy = [...(account.reversals.get(entryId) ?? [])];
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
    let wanted = money(amount);
    for (const movement of payments) {
      const part = smallerOf(wanted, movement.left);
      wanted = wanted.minus(part);
      taken.push(...take(account, movement, part));
      if (movement.of !== entryId && cash) taken.push(...take(account, cash, part));
    }
  }
  if (unapplied === undefined) return taken;
  const credit = account.credits.get(entryId);
  if (!cash || !credit || credit.unapplied.lessThan(unapplied)) {
    const available = formatMoney(credit?.unapplied ?? ZERO, account.currency);
    return { rejected: { code: 'credit_insufficient', requested: unapplied, available } };
  }
  return [...taken, ...take(account, cash, money(unapplied))];
}

/**
 * Takes a part of a movement. Money had reinstated bad debt first, so the part that reinstated nothing goes first, and
 * bad debt returns only for the rest.
 */
function take(account: Account, movement: Remaining, part: Money): Taken[] {
  const { of, debit, credit, effectiveOn, left, reinstated } = movement;
  movement.left = left.minus(part);
  const taken: Taken[] = [];
  const add = (m: Pick<Movement, 'debit' | 'credit' | 'effectiveOn'>, amount: Money): void => {
    if (amount.isZero()) return;
    taken.push({
      of,
      debit: m.debit,
      credit: m.credit,
      effectiveOn: m.effectiveOn,
      amount: formatMoney(amount, account.currency),
    });
  };
  add({ debit, credit, effectiveOn }, part);
  if (reinstated) {
    const most = money(reinstated.amount);
    add(reinstated, smallerOf(most, left).minus(smallerOf(most, movement.left)));
  }
  return taken;
}

/**
 * What reversals have left of an entry, and of what was applied from it, by the share that it pays or raises.
 *
 * @param recorded gives the events of {@link eventsBehindReversal}
 */
export function leftByShare(
  account: Account,
  entry: AccountEvent,
  recorded: DecisionContext['recorded'],
): { chargeId: string; party: Party; left: Money }[] {
  return remainingOf(account, entry, { recorded }).flatMap(({ shares: [place], left }) =>
    place && 'chargeId' in place && !left.isZero()
      ? [{ chargeId: place.chargeId, party: place.party, left }]
      : [],
  );
}

/** What is left of an entry's own movements. */
function leftOf(remaining: Remaining[], entryId: string): Money {
  return sumOf(remaining.filter((m) => m.of === entryId).map((m) => m.left));
}

function smallerOf(a: Money, b: Money): Money {
  return a.lessThan(b) ? a : b;
}

/** Whether a movement pays or raises a share of the charge, and of the party where one is named. */
function touches(movement: Remaining, chargeId: string, responsible: Party | undefined): boolean {
  return movement.shares.some(
    (place) =>
      'chargeId' in place &&
      place.chargeId === chargeId &&
      (responsible === undefined || partyKey(place.party) === partyKey(responsible)),
  );
}

/** The shares that movements pay or raise, with what is left of them; in the order in which they came. */
function sharesTouched(movements: Remaining[], account: Account): { party: string; balance: string }[] {
  const shares = new Map<string, Money>();
  for (const { shares: places, left } of movements.toReversed()) {
    const place = places[0];
    if (!place || !('chargeId' in place)) continue;
    const party = partyKey(place.party).replaceAll('|', ' ');
    shares.set(party, (shares.get(party) ?? ZERO).plus(left));
  }
  return Array.from(shares, ([party, left]) => ({ party, balance: formatMoney(left, account.currency) }));
}
