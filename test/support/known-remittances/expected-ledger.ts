import type { Cents } from '../../../src/generator/cents.js';
import type { AdjustmentCategory } from '../../../src/ledger/events.js';
import { type Party, partyKey } from '../../../src/ledger/party.js';
import type { Suspension } from '../../../src/ledger/remittance-events.js';
import { decimal, sum } from './cents-text.js';
import { countedAs } from './charges.js';
import type { Fate, KnownTransaction } from './model.js';

/*
 * The ledger that must be there in the end, put together from who owes what: nothing here knows how it is posted.
 */

/** Amounts are decimal strings; what is zero is left out. */
export interface ExpectedLedger {
  accounts: Record<string, ExpectedAccount>;
  /** By `{payer id}|{provider id}`: what the payer keeps back. */
  controlAccounts: Record<string, string>;
  /** By GL account: debits less credits. */
  trialBalance: Record<string, string>;
  /** By trace number. */
  remittances: Record<string, ExpectedRemittance>;
  work: ExpectedWork;
  /** Claims of which a denial is recorded. */
  denials: number;
}

export interface ExpectedAccount {
  balance: string;
  unapplied: string;
  /** By charge id, as {@link countedAs} gives it, and {@link partyKey}, with a space between. */
  shares: Record<string, string>;
}

/** All remittances with one trace number together: there are two where one was sent again with another content. */
export interface ExpectedRemittance {
  payerId: string;
  /** How many of different content there are, and how many ST in all. */
  contents: number;
  copies: number;
  outcome: 'posted' | 'held';
  /** Of one content. */
  amount: string;
  /** Of all contents together; every one is zero where it is held, but for the total. */
  claims: { total: number; posted: number; movesNothing: number; waiting: number; suspended: number };
}

/** What is left to do for somebody. */
export interface ExpectedWork {
  remittancesHeld: number;
  /** Claims suspended, by reason. */
  suspended: Partial<Record<Suspension, number>>;
  reversalsWaiting: number;
  /** Claims with money that found no room, and that money. */
  paymentsUnapplied: { claims: number; amount: string };
  /** Adjustments that found no room. */
  adjustmentsHeld: { amount: string };
  /** Transfers that found no room: none of the stories leaves any. */
  transfersHeld: { amount: string };
}

/** Adds up what has to come out. */
export class ExpectedSums {
  readonly #accounts = new Map<string, { unapplied: Cents; shares: Map<string, Cents> }>();
  readonly #controlAccounts = new Map<string, Cents>();
  readonly #general = new Map<string, Cents>();
  readonly #remittances = new Map<string, ExpectedRemittance>();
  readonly #suspended: Partial<Record<Suspension, number>> = {};
  #reversalsWaiting = 0;
  #paymentsUnapplied = { claims: 0, amount: 0 };
  #adjustmentsHeld = 0;
  #denials = 0;

  /** An account without anything on it. */
  account(accountId: string): void {
    if (!this.#accounts.has(accountId)) this.#accounts.set(accountId, { unapplied: 0, shares: new Map() });
  }

  charges(amount: Cents): void {
    this.#post('Income:Charges', -amount);
  }

  /** In the end, a party owes so much more of a charge. */
  owes(accountId: string, chargeId: string, party: Party, amount: Cents): void {
    this.account(accountId);
    const { shares } = this.#accounts.get(accountId)!;
    add(shares, `${countedAs(chargeId)} ${partyKey(party)}`, amount);
    const receivable = party.party === 'patient' ? 'Assets:Receivable:Patient' : 'Assets:Receivable:Payer';
    this.#post(receivable, amount);
  }

  /** Written off; a negative amount was added to what is owed. */
  writesOff(category: AdjustmentCategory, amount: Cents): void {
    this.#post(`Income:Adjustments:${category[0]!.toUpperCase()}${category.slice(1)}`, amount);
  }

  /** What a claim paid that nobody owed any more. */
  leavesUnapplied(accountId: string, amount: Cents): void {
    this.account(accountId);
    this.#accounts.get(accountId)!.unapplied += amount;
    this.#paymentsUnapplied.claims += 1;
    this.#paymentsUnapplied.amount += amount;
    this.#post('Liabilities:Unapplied', -amount);
  }

  holdsAdjustments(amount: Cents): void {
    this.#adjustmentsHeld += amount;
  }

  denies(): void {
    this.#denials += 1;
  }

  /** An ST of new content: its money comes, what its claims paid is taken from it or stands on the clearing account. */
  receives(transaction: KnownTransaction): void {
    const { payer, traceNumber, statements, payment, held } = transaction;
    const remittance: ExpectedRemittance = this.#remittances.get(traceNumber) ?? {
      payerId: payer.id,
      contents: 0,
      copies: 0,
      outcome: held ? 'held' : 'posted',
      amount: decimal(payment),
      claims: { total: 0, posted: 0, movesNothing: 0, waiting: 0, suspended: 0 },
    };
    this.#remittances.set(traceNumber, remittance);
    remittance.contents += 1;
    remittance.copies += 1;
    remittance.claims.total += statements.length;
    if (held) return;
    this.#post('Assets:Cash', payment);
    for (const { providerId, amount } of transaction.providerAdjustments) {
      add(this.#controlAccounts, `${payer.id}|${providerId}`, amount);
      this.#post('Assets:PayerControl', amount);
    }
    for (const { fate, paid } of statements) this.#meets(fate, paid, remittance.claims);
  }

  /** The same content once more. */
  receivesAgain({ traceNumber }: KnownTransaction): void {
    this.#remittances.get(traceNumber)!.copies += 1;
  }

  #meets(fate: Fate, paid: Cents, claims: ExpectedRemittance['claims']): void {
    switch (fate) {
      case 'recorded':
        claims.posted += 1;
        return;
      case 'moves_nothing':
        claims.movesNothing += 1;
        return;
      case 'waits_for_original':
        claims.waiting += 1;
        this.#reversalsWaiting += 1;
        break;
      case 'does_not_balance':
      case 'account_not_found':
      case 'account_ambiguous':
      case 'line_not_matched':
      case 'original_not_found':
      case 'original_differs':
      case 'paid_by_this_payment_before':
      case 'refused':
        claims.suspended += 1;
        this.#suspended[fate] = (this.#suspended[fate] ?? 0) + 1;
        break;
    }
    this.#post('Assets:RemittanceClearing', -paid);
  }

  #post(account: string, amount: Cents): void {
    add(this.#general, account, amount);
  }

  /** Everything that was added, as it must come out. */
  ledger(): ExpectedLedger {
    const { claims, amount } = this.#paymentsUnapplied;
    return {
      accounts: Object.fromEntries(
        [...this.#accounts].map(([accountId, { unapplied, shares }]) => [
          accountId,
          {
            balance: decimal(sum(shares.values()) - unapplied),
            unapplied: decimal(unapplied),
            shares: decimals(shares),
          },
        ]),
      ),
      controlAccounts: decimals(this.#controlAccounts),
      trialBalance: decimals(this.#general),
      remittances: Object.fromEntries(this.#remittances),
      work: {
        remittancesHeld: [...this.#remittances.values()].filter(({ outcome }) => outcome === 'held').length,
        suspended: this.#suspended,
        reversalsWaiting: this.#reversalsWaiting,
        paymentsUnapplied: { claims, amount: decimal(amount) },
        adjustmentsHeld: { amount: decimal(this.#adjustmentsHeld) },
        transfersHeld: { amount: decimal(0) },
      },
      denials: this.#denials,
    };
  }
}

function add(to: Map<string, Cents>, key: string, amount: Cents): void {
  to.set(key, (to.get(key) ?? 0) + amount);
}

function decimals(amounts: ReadonlyMap<string, Cents>): Record<string, string> {
  const standing = [...amounts].filter(([, amount]) => amount !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(standing.map(([key, amount]) => [key, decimal(amount)]));
}
