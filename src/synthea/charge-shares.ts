import { type Money, ZERO } from '../ledger/money.js';
import { type Party, ownerKey, ownerOf, partyKey } from '../ledger/party.js';

interface OpenShare {
  party: Party;
  open: Money;
}

/** Part of an amount for the share of a party. */
export interface SharePart {
  responsible: Party;
  amount: Money;
}

/**
 * What each party owes of one charge while its rows go by: enough to say for which share a row's money is, since the
 * file names the charge and the payer but not the share.
 */
export class ChargeShares {
  /** Whoever became responsible last. */
  private current: OpenShare;
  private readonly shares: OpenShare[];

  constructor(responsible: Party, amount: Money) {
    this.current = { party: responsible, open: amount };
    this.shares = [this.current];
  }

  /** The payer that pays when the file only says that one does: the responsible one, else the last that was. */
  payer(): Party | undefined {
    const payers = [this.current, ...[...this.shares].reverse()].filter((s) => s.party.party === 'payer');
    return (payers.find((s) => s.open.greaterThan(0)) ?? payers[0])?.party;
  }

  get responsible(): Party {
    return this.current.party;
  }

  /**
   * Pays: first the payer's own shares, then the responsible party's, then whatever else is open.
   *
   * @returns the parts; what is left of the amount is nobody's yet
   */
  pay(amount: Money, from: Party): SharePart[] {
    const own = (s: OpenShare): boolean => ownerKey(ownerOf(s.party)) === ownerKey(ownerOf(from));
    const others = this.shares.filter((s) => s !== this.current);
    const inOrder = [this.current, ...others.reverse()];
    return this.take(amount, [...inOrder.filter(own), ...inOrder.filter((s) => !own(s))]);
  }

  /** Adjusts: first the responsible party's share; what exceeds all that is open makes it a credit. */
  adjust(amount: Money): SharePart[] {
    const parts = this.take(amount, [
      this.current,
      ...this.shares.filter((s) => s !== this.current).reverse(),
    ]);
    const rest = parts.reduce((left, part) => left.minus(part.amount), amount);
    if (rest.isZero()) return parts;
    this.current.open = this.current.open.minus(rest);
    const own = parts.find((part) => partyKey(part.responsible) === partyKey(this.current.party));
    if (!own) return [...parts, { responsible: this.current.party, amount: rest }];
    own.amount = own.amount.plus(rest);
    return parts;
  }

  /** Raises the responsible party's share. */
  raise(amount: Money): SharePart[] {
    this.current.open = this.current.open.plus(amount);
    return [{ responsible: this.current.party, amount }];
  }

  /**
   * Hands a part to another party, from whoever is responsible or, if that is the same, from another that has as much.
   *
   * @returns the party it came from, or undefined when there is no other
   */
  transfer(amount: Money, to: Party): Party | undefined {
    const candidates = [this.current, ...this.shares.filter((s) => s !== this.current).reverse()].filter(
      (s) => partyKey(s.party) !== partyKey(to),
    );
    const from = candidates.find((s) => s.open.greaterThanOrEqualTo(amount)) ?? candidates[0];
    if (!from) return undefined;
    from.open = from.open.minus(amount);
    let share = this.shares.find((s) => partyKey(s.party) === partyKey(to));
    if (!share) {
      share = { party: to, open: ZERO };
      this.shares.push(share);
    }
    share.open = share.open.plus(amount);
    this.current = share;
    return from.party;
  }

  private take(amount: Money, shares: OpenShare[]): SharePart[] {
    const parts: SharePart[] = [];
    let left = amount;
    for (const share of shares) {
      if (!left.greaterThan(0)) break;
      if (!share.open.greaterThan(0)) continue;
      const part = left.lessThan(share.open) ? left : share.open;
      share.open = share.open.minus(part);
      left = left.minus(part);
      parts.push({ responsible: share.party, amount: part });
    }
    return parts;
  }
}
