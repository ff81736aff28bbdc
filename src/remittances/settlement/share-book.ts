import type { Account, Share } from '../../ledger/account.js';
import { GIVEN_UP, type GivenUpCategory } from '../../ledger/given-up.js';
import { type Money, ZERO, sumOf } from '../../ledger/money.js';
import { type Party, type PayerInPosition, type PayerPosition, partyKey } from '../../ledger/party.js';

const ORDER: readonly PayerPosition[] = ['primary', 'secondary', 'tertiary'];

/** Where a position stands in the order of coverage, from 0. */
export function rankOf(position: PayerPosition): number {
  return ORDER.indexOf(position);
}

/** The position after one; none after the last. */
export function nextPosition(position: PayerPosition): PayerPosition | undefined {
  return ORDER[rankOf(position) + 1];
}

/** A share as it will be when what was worked out so far is posted. */
export interface ShareDraft {
  party: Party;
  balance: Money;
  assigned: Money;
  writtenOff: Money;
  /** The latest date from which some of that counts; empty while there is none. */
  writtenOffOn: string;
  forgiven: Share['forgiven'];
  broughtBack: Share['broughtBack'];
  /** A command named the party; else only remittances say that it answers for this. */
  named: boolean;
}

/** A write-off of a share that comes back, or is made anew where the amount is negative, from a day at the earliest. */
export interface Reinstated {
  party: Party;
  category: GivenUpCategory;
  amount: Money;
  from: string;
}

/** The shares of one charge, to work out what is to be posted before anything is. */
export class ShareBook {
  readonly #shares = new Map<string, ShareDraft>();

  constructor(account: Account, chargeId: string) {
    for (const [key, share] of account.charges.get(chargeId)?.shares ?? []) {
      this.#shares.set(key, { ...share });
    }
  }

  /** The share of a party; an empty one where it has none. */
  of(party: Party): ShareDraft {
    const key = partyKey(party);
    let share = this.#shares.get(key);
    if (!share) {
      share = {
        party,
        balance: ZERO,
        assigned: ZERO,
        writtenOff: ZERO,
        writtenOffOn: '',
        forgiven: new Map(),
        broughtBack: new Map(),
        named: false,
      };
      this.#shares.set(key, share);
    }
    return share;
  }

  /** Shares of payers in positions before this one, the nearest first. */
  before(position: PayerPosition): ShareDraft[] {
    return [...this.#shares.values()]
      .filter(({ party }) => isPayer(party) && rankOf(party.position) < rankOf(position))
      .sort((a, b) => rankOfShare(b) - rankOfShare(a));
  }

  /** Whether a payer in this position is responsible for a part. */
  hasPayerIn(position: PayerPosition): boolean {
    for (const { party, assigned } of this.#shares.values()) {
      if (isPayer(party) && party.position === position && !assigned.isZero()) return true;
    }
    return false;
  }

  /** What the patient and the payers in positions after this one are responsible for. */
  assignedAfter(position: PayerPosition): Money {
    let sum = ZERO;
    for (const { party, assigned } of this.#shares.values()) {
      if (!isPayer(party) || rankOf(party.position) > rankOf(position)) sum = sum.plus(assigned);
    }
    return sum;
  }

  transfer(from: Party, to: Party, amount: Money): void {
    const giving = this.of(from);
    const taking = this.of(to);
    giving.balance = giving.balance.minus(amount);
    giving.assigned = giving.assigned.minus(amount);
    taking.balance = taking.balance.plus(amount);
    taking.assigned = taking.assigned.plus(amount);
  }

  /**
   * What is to come back of what people gave up, bad debt first: as much as a share would show as a credit beside all of
   * it, which nobody paid; and what came back before and is more than that is given up again. So what is back in the end
   * follows from what the party answers for and has paid, whatever came in between.
   */
  reinstate(): Reinstated[] {
    const reinstated: Reinstated[] = [];
    for (const share of this.#shares.values()) {
      const { party, broughtBack } = share;
      if (!share.balance.isNegative() && broughtBack.size === 0) continue;
      let credit = sumOf([...broughtBack.values()].map(({ amount }) => amount)).minus(share.balance);
      for (const category of GIVEN_UP) {
        const before = broughtBack.get(category) ?? { amount: ZERO, on: '' };
        const still = stillGivenUp(share, category);
        const back = lesser(atLeastNothing(still.amount.plus(before.amount)), atLeastNothing(credit));
        credit = credit.minus(back);
        const amount = back.minus(before.amount);
        if (amount.isZero()) continue;
        share.balance = share.balance.plus(amount);
        if (category === 'bad_debt') share.writtenOff = share.writtenOff.minus(amount);
        reinstated.push({ party, category, amount, from: amount.isNegative() ? before.on : still.on });
      }
    }
    return reinstated;
  }

  /** Money for a share: bad debt that was written off on it is brought back first. */
  pay(party: Party, amount: Money): void {
    const share = this.of(party);
    const reinstated = lesser(share.writtenOff, amount);
    share.writtenOff = share.writtenOff.minus(reinstated);
    share.balance = share.balance.plus(reinstated).minus(amount);
  }
}

/** What of a share is given up in a category, and from when that counts. */
function stillGivenUp(
  { writtenOff, writtenOffOn, forgiven }: ShareDraft,
  category: GivenUpCategory,
): { amount: Money; on: string } {
  if (category === 'bad_debt') return { amount: writtenOff, on: writtenOffOn };
  return forgiven.get(category) ?? { amount: ZERO, on: '' };
}

export function isPayer(party: Party): party is PayerInPosition {
  return party.party === 'payer';
}

function rankOfShare({ party }: ShareDraft): number {
  return isPayer(party) ? rankOf(party.position) : ORDER.length;
}

/** The smaller of two amounts. */
export function lesser(a: Money, b: Money): Money {
  return a.lessThan(b) ? a : b;
}

/** An amount, or nothing where it is negative. */
export function atLeastNothing(amount: Money): Money {
  return amount.isNegative() ? ZERO : amount;
}
