import type { Account } from './account.js';
import type { CalendarDate } from './calendar.js';
import type { Refusal } from './decision.js';
import type { CreditSource } from './events.js';
import { type Money, ZERO, formatMoney, money, sumOf } from './money.js';
import { type Owner, ownerKey, ownerOf, partyKey } from './party.js';

/** Credit that can be applied or paid back: a payment's unapplied rest, or a share that shows a credit. */
export interface AvailableCredit {
  source: CreditSource;
  owner: Owner;
  available: Money;
  /** From when it counts: the date of the payment, or of the charge. */
  effectiveOn: CalendarDate;
}

/** One part drawn from one source. */
export interface Drawn {
  source: CreditSource;
  owner: Owner;
  amount: string;
  /** Set where the source counts only from a later day: credit is never used before it is there. */
  countsOn?: CalendarDate;
}

/** The credit at a named source; nothing available when it does not exist or is used up. */
export function creditAt(account: Account, source: CreditSource): AvailableCredit | undefined {
  if ('paymentId' in source) {
    const credit = account.credits.get(source.paymentId);
    return (
      credit && { source, owner: credit.owner, available: credit.unapplied, effectiveOn: credit.effectiveOn }
    );
  }
  const charge = account.charges.get(source.chargeId);
  const share = charge?.shares.get(partyKey(source.party));
  return (
    charge &&
    share && {
      source,
      owner: ownerOf(source.party),
      available: share.balance.negated(),
      effectiveOn: charge.effectiveOn,
    }
  );
}

/**
 * All credit of an owner, oldest first: unapplied money by the date of its payment, credits on shares by the date of
 * their charge; on the same date in the order they were recorded, payments first.
 */
export function creditsOf(account: Account, owner: Owner): AvailableCredit[] {
  const found: AvailableCredit[] = [];
  const key = ownerKey(owner);
  for (const [paymentId, credit] of account.credits) {
    if (credit.unapplied.greaterThan(0) && ownerKey(credit.owner) === key) {
      found.push({
        source: { paymentId },
        owner,
        available: credit.unapplied,
        effectiveOn: credit.effectiveOn,
      });
    }
  }
  for (const [chargeId, { effectiveOn, shares }] of account.charges) {
    for (const { party, balance } of shares.values()) {
      if (balance.lessThan(0) && ownerKey(ownerOf(party)) === key) {
        found.push({ source: { chargeId, party }, owner, available: balance.negated(), effectiveOn });
      }
    }
  }
  return found.sort((a, b) => (a.effectiveOn < b.effectiveOn ? -1 : a.effectiveOn > b.effectiveOn ? 1 : 0));
}

/** Hands out credit from sources in their order, remembering what is left of each. */
export class CreditDrawer {
  constructor(
    private readonly credits: AvailableCredit[],
    private readonly currency: string,
    private readonly effectiveOn: CalendarDate,
  ) {}

  /**
   * Draws an amount.
   *
   * @param usable false for sources that must not pay for this (a share cannot pay for itself)
   * @returns the parts, oldest source first, or `credit_insufficient`
   */
  draw(amountText: string, usable: (source: CreditSource) => boolean = () => true): Drawn[] | Refusal {
    const sources = this.credits.filter((c) => c.available.greaterThan(0) && usable(c.source));
    const available = sumOf(sources.map((c) => c.available));
    let left = money(amountText);
    if (left.greaterThan(available)) {
      return {
        rejected: {
          code: 'credit_insufficient',
          requested: amountText,
          available: formatMoney(available, this.currency),
        },
      };
    }
    const drawn: Drawn[] = [];
    for (const credit of sources) {
      if (left.isZero()) break;
      const part = left.lessThan(credit.available) ? left : credit.available;
      credit.available = credit.available.minus(part);
      left = left.minus(part);
      const { source, owner, effectiveOn } = credit;
      const isLater = 'paymentId' in source && effectiveOn > this.effectiveOn;
      drawn.push({
        source,
        owner,
        amount: formatMoney(part, this.currency),
        ...(isLater && { countsOn: effectiveOn }),
      });
    }
    return drawn;
  }
}

/** The sum of the amounts of allocations. */
export function allocatedSum(allocations: readonly { amount: string }[]): Money {
  return allocations.reduce((sum, a) => sum.plus(a.amount), ZERO);
}
