import type { CalendarDate } from './calendar.js';
import type { AccountEvent, AdjustmentCategory, Allocation, CreditSource, Place } from './events.js';
import { addAmounts, isZero, negated } from './add-amounts.js';
import { formatMoney, money } from './money.js';
import type { ControlAgainst, RemittanceEvent } from './remittance-events.js';
import { type Owner, type Party, ownerKey, ownerOf, partyKey } from './party.js';

/**
 * Money that moves from one place in the books (credited) to another (debited). Every movement is balanced by its
 * shape, so debits equal credits whatever a rule decides.
 */
export interface Movement {
  debit: Place;
  credit: Place;
  /** Decimal string, more than zero. */
  amount: string;
  effectiveOn: CalendarDate;
}

/** One line of the journal: exactly one of debit and credit is set. */
export interface JournalLine {
  place: Place;
  debit?: string;
  credit?: string;
  effectiveOn: CalendarDate;
}

const CASH: Place = { account: 'Assets:Cash' };
const CLEARING: Place = { account: 'Assets:RemittanceClearing' };
const CONTROL: Place = { account: 'Assets:PayerControl' };
const CHARGES: Place = { account: 'Income:Charges' };
const BAD_DEBT: Place = { account: 'Expenses:BadDebt' };
const INTEREST: Place = { account: 'Income:Interest' };
const PENALTIES: Place = { account: 'Expenses:Penalties' };
const CONTROL_WRITE_OFF: Place = { account: 'Expenses:ControlWriteOff' };

/** The share of a charge that a party owes; `since` only where the party becomes responsible for a new part. */
export function receivable(chargeId: string, party: Party, since?: CalendarDate): Place {
  const account = party.party === 'patient' ? 'Assets:Receivable:Patient' : 'Assets:Receivable:Payer';
  return since === undefined ? { account, chargeId, party } : { account, chargeId, party, since };
}

/** What a payment left unapplied, a liability to whoever paid. */
export function unapplied(paymentId: string, owner: Owner): Place {
  return { account: 'Liabilities:Unapplied', paymentId, owner };
}

/** The account an adjustment is booked against: bad debt is an expense, all others lower income. */
export function adjustmentPlace(category: AdjustmentCategory): Place {
  return ADJUSTMENTS[category];
}

const ADJUSTMENTS: Readonly<Record<AdjustmentCategory, Place>> = {
  bad_debt: BAD_DEBT,
  contractual: { account: 'Income:Adjustments:Contractual' },
  charity: { account: 'Income:Adjustments:Charity' },
  small_balance: { account: 'Income:Adjustments:SmallBalance' },
  discount: { account: 'Income:Adjustments:Discount' },
  courtesy: { account: 'Income:Adjustments:Courtesy' },
  interest: { account: 'Income:Adjustments:Interest' },
  other: { account: 'Income:Adjustments:Other' },
};

/** The place that a source of credit names. */
export function sourcePlace(source: CreditSource, owner: Owner): Place {
  return 'paymentId' in source
    ? unapplied(source.paymentId, owner)
    : receivable(source.chargeId, source.party);
}

/**
 * What an event does to money: the only place that says so. Balances, open items, aging, the trial balance, the
 * exports and the decider's own state all follow from it. Events that move no money give none.
 */
export function movementsOf(event: AccountEvent): Movement[] {
  switch (event.type) {
    case 'ChargePosted': {
      const { chargeId, responsible, amount, effectiveOn } = event.data;
      return some({
        debit: receivable(chargeId, responsible, effectiveOn),
        credit: CHARGES,
        amount,
        effectiveOn,
      });
    }
    case 'PaymentPosted': {
      const { paymentId, from, amount, allocations, effectiveOn, currency, remittance } = event.data;
      // The cash of a remittance came as one sum; what is posted of it is taken from there.
      const cash = remittance === undefined ? CASH : CLEARING;
      const rest = allocations.reduce((left, a) => addAmounts(left, negated(a.amount)), amount);
      return [
        ...allocations.flatMap((a) => settle(cash, a, effectiveOn)),
        ...some({
          debit: cash,
          credit: unapplied(paymentId, ownerOf(from)),
          amount: isZero(rest) ? rest : formatMoney(money(rest), currency),
          effectiveOn,
        }),
      ];
    }
    case 'AdjustmentPosted': {
      const { category, direction, allocations, effectiveOn } = event.data;
      const against = adjustmentPlace(category);
      return allocations.flatMap(({ chargeId, responsible, amount }) => {
        const share = receivable(chargeId, responsible);
        return direction === 'credit'
          ? some({ debit: against, credit: share, amount, effectiveOn })
          : some({ debit: share, credit: against, amount, effectiveOn });
      });
    }
    case 'ResponsibilityTransferred': {
      const { chargeId, from, to, amount, effectiveOn } = event.data;
      return some({
        debit: receivable(chargeId, to, effectiveOn),
        credit: receivable(chargeId, from),
        amount,
        effectiveOn,
      });
    }
    case 'CreditApplied': {
      const { applied, effectiveOn } = event.data;
      return applied.flatMap((a) => settle(sourcePlace(a.source, a.owner), a, a.countsOn ?? effectiveOn));
    }
    case 'RefundIssued': {
      const { refunded, effectiveOn } = event.data;
      return refunded.flatMap(({ source, owner, amount, countsOn = effectiveOn }) =>
        some({ debit: sourcePlace(source, owner), credit: CASH, amount, effectiveOn: countsOn }),
      );
    }
    case 'EntryReversed':
      return event.data.movements.map(({ debit, credit, amount, effectiveOn }) => ({
        debit,
        credit,
        amount,
        effectiveOn,
      }));
    case 'AccountOpened':
    case 'DenialRecorded':
    case 'DenialAppealed':
    case 'DenialResolved':
    case 'NoteRecorded':
    case 'ClaimAdjudicated':
    case 'AdjudicationContinued':
      return [];
  }
}

/**
 * What an event beside the accounts does to money: a remittance that is accepted brings its whole payment to the
 * clearing account, from which claims and provider adjustments are posted; so cash ties whatever of it is held.
 */
export function movementsOfRemittance(event: RemittanceEvent): Movement[] {
  switch (event.type) {
    case 'RemittanceAccepted': {
      const { amount, effectiveOn } = event.data;
      return signed({ debit: CASH, credit: CLEARING, amount, effectiveOn });
    }
    case 'ControlEntryPosted': {
      const { amount, effectiveOn } = event.data;
      return signed({ debit: CONTROL, credit: CLEARING, amount, effectiveOn });
    }
    case 'ControlEntryBooked': {
      const { against, amount, effectiveOn } = event.data;
      return signed({ debit: CONTROL, credit: controlPlace(against), amount, effectiveOn });
    }
    case 'RemittanceReceived':
    case 'RemittanceHeld':
    case 'RemittanceClaimPosted':
    case 'RemittanceClaimSuspended':
    case 'RemittanceClaimResolved':
    case 'ProviderAdjustmentPosted':
    case 'RemittanceCompleted':
    case 'RemittanceReconciled':
    case 'DepositRecorded':
      return [];
  }
}

/** The place that an entry by hand on a control account is booked against. */
function controlPlace({ place }: ControlAgainst): Place {
  switch (place) {
    case 'remittance':
      return CLEARING;
    case 'interest':
      return INTEREST;
    case 'penalty':
      return PENALTIES;
    case 'cash':
      return CASH;
    case 'write_off':
      return CONTROL_WRITE_OFF;
  }
}

/** Money for a share: bad debt that was written off on it is reinstated first, so that it never makes a false credit. */
function settle(from: Place, allocation: Allocation, effectiveOn: CalendarDate): Movement[] {
  const { chargeId, responsible, amount, reinstated, reinstatedOn = effectiveOn } = allocation;
  const share = receivable(chargeId, responsible);
  const paid = some({ debit: from, credit: share, amount, effectiveOn });
  if (reinstated === undefined) return paid;
  return [
    ...some({ debit: share, credit: BAD_DEBT, amount: reinstated, effectiveOn: reinstatedOn }),
    ...paid,
  ];
}

/** A negative amount goes the other way. */
function signed({ debit, credit, amount, effectiveOn }: Movement): Movement[] {
  return amount.startsWith('-')
    ? some({ debit: credit, credit: debit, amount: amount.slice(1), effectiveOn })
    : some({ debit, credit, amount, effectiveOn });
}

/** A movement of nothing is none: zero charges and fully allocated payments leave no line. */
function some(movement: Movement): Movement[] {
  return isZero(movement.amount) ? [] : [movement];
}

/** The journal lines of an event: its movements, with equal sides of equal places and dates drawn together. */
export function journalLinesOf(
  event: AccountEvent,
  movements: readonly Movement[] = movementsOf(event),
): JournalLine[] {
  return linesOf(movements, 'currency' in event.data ? event.data.currency : '');
}

/** The journal lines of an event beside the accounts. */
export function journalLinesOfRemittance(event: RemittanceEvent): JournalLine[] {
  return linesOf(movementsOfRemittance(event), 'currency' in event.data ? event.data.currency : '');
}

function linesOf(movements: readonly Movement[], currency: string): JournalLine[] {
  // Its two sides are never the same line.
  if (movements.length === 1) {
    const { debit, credit, amount, effectiveOn } = movements[0]!;
    return [
      { place: debit, debit: amount, effectiveOn },
      { place: credit, credit: amount, effectiveOn },
    ];
  }
  const lines = new Map<string, JournalLine>();
  const sums = new Map<JournalLine, string>();
  for (const { debit, credit, amount, effectiveOn } of movements) {
    for (const [side, place] of [['debit', debit] as const, ['credit', credit] as const]) {
      const key = `${side}|${effectiveOn}|${placeKey(place)}|${'since' in place ? place.since : ''}`;
      const line = lines.get(key);
      if (line) sums.set(line, addAmounts(sums.get(line) ?? line[side]!, amount));
      else lines.set(key, { place, [side]: amount, effectiveOn });
    }
  }
  for (const [line, sum] of sums) {
    line[line.debit === undefined ? 'credit' : 'debit'] = formatMoney(money(sum), currency);
  }
  return [...lines.values()];
}

/** A key that tells places apart, whatever the age of the part that is moved. */
export function placeKey(place: Place): string {
  if ('chargeId' in place) return `${place.account}|${place.chargeId}|${partyKey(place.party)}`;
  if ('paymentId' in place) return `${place.account}|${place.paymentId}|${ownerKey(place.owner)}`;
  return place.account;
}

/** Whether a place counts towards the account's balance: its receivables, less what is unapplied. */
export function countsInBalance(place: Place): boolean {
  return 'chargeId' in place || 'paymentId' in place;
}

/** What movements do to the account's balance, signed, a decimal string: a charge raises it, a payment lowers it. */
export function balanceEffectOf(movements: Iterable<Movement>): string {
  let effect = '0';
  for (const { debit, credit, amount } of movements) {
    if (countsInBalance(debit)) effect = addAmounts(effect, amount);
    if (countsInBalance(credit)) effect = addAmounts(effect, negated(amount));
  }
  return effect;
}
