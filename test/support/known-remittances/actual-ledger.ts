import { type Account, evolve, sharesOf, unappliedOf, unopenedAccount } from '../../../src/ledger/account.js';
import type { AccountEvent, ClaimSettlement, HeldPart } from '../../../src/ledger/events.js';
import { type Money, ZERO } from '../../../src/ledger/money.js';
import { type Movement, movementsOf, movementsOfRemittance } from '../../../src/ledger/movements.js';
import { partyKey } from '../../../src/ledger/party.js';
import type { RemittanceEvent, Suspension } from '../../../src/ledger/remittance-events.js';
import { countedAs } from './charges.js';
import type { ExpectedAccount, ExpectedLedger, ExpectedRemittance } from './expected-ledger.js';

/*
 * What a log holds, in the form in which it is expected: from its events alone, without read models.
 */

/** Like {@link ExpectedLedger}, but for how often a remittance came, which no log knows. */
export type ActualLedger = Omit<ExpectedLedger, 'remittances'> & {
  remittances: Record<string, Omit<ExpectedRemittance, 'copies'>>;
};

/** What must be in the log, as {@link ActualLedger} says it. */
export function withoutCopies(expected: ExpectedLedger): ActualLedger {
  const remittances = Object.fromEntries(
    Object.entries(expected.remittances).map(([trace, { copies: _, ...rest }]) => [trace, rest]),
  );
  return { ...expected, remittances };
}

/** Takes the events of a log, each stream in its order. */
export class ActualSums {
  readonly #accounts = new Map<string, Account>();
  readonly #general = new Map<string, Money>();
  readonly #controlAccounts = new Map<string, Money>();
  readonly #adjudications = new Map<string, { settlement: ClaimSettlement; held: readonly HeldPart[] }>();
  readonly #remittances = new Map<string, RemittanceSums>();
  #denials = 0;

  /** An event of an account. */
  takeOf(accountId: string, event: AccountEvent): void {
    const account = this.#accounts.get(accountId) ?? unopenedAccount();
    this.#accounts.set(accountId, evolve(account, event));
    this.#move(movementsOf(event));
    if (event.type === 'DenialRecorded') this.#denials += 1;
    if (event.type === 'ClaimAdjudicated') {
      const { adjudicationId, settlement, held, reverses } = event.data;
      this.#adjudications.set(adjudicationId, { settlement, held });
      if (reverses !== undefined) this.#takeBack(reverses);
    } else if (event.type === 'AdjudicationContinued') {
      const { adjudicationId, held, reverses, reversesLines } = event.data;
      const { settlement } = this.#adjudications.get(adjudicationId)!;
      this.#adjudications.set(adjudicationId, {
        settlement: (reverses ?? reversesLines) === undefined ? settlement : 'posted',
        held,
      });
      if (reverses !== undefined) this.#takeBack(reverses);
    }
  }

  /** An event beside the accounts. */
  takeBeside(event: RemittanceEvent): void {
    this.#move(movementsOfRemittance(event));
    if (event.type === 'ControlEntryPosted' || event.type === 'ControlEntryBooked') {
      const { payerId, providerId, amount } = event.data;
      add(this.#controlAccounts, `${payerId}|${providerId}`, amount);
    } else if (event.type === 'RemittanceReceived') {
      this.#remittances.set(event.data.remittanceId, {
        received: event.data,
        held: false,
        claims: new Map(),
      });
    } else if (event.type === 'RemittanceHeld') {
      this.#remittances.get(event.data.remittanceId)!.held = true;
    } else if (event.type === 'RemittanceClaimSuspended') {
      const { remittanceId, claim, reason } = event.data;
      this.#remittances.get(remittanceId)!.claims.set(claim, { suspended: reason });
    } else if (event.type === 'RemittanceClaimPosted') {
      const { remittanceId, claim, adjudicationId } = event.data;
      this.#remittances.get(remittanceId)!.claims.set(claim, { adjudicationId });
    }
  }

  ledger(): ActualLedger {
    const adjudications = [...this.#adjudications.values()];
    const held = (kind: HeldPart['kind']): string =>
      total(
        adjudications
          .flatMap((one) => one.held.filter((part) => part.kind === kind))
          .map((part) => part.amount),
      );
    return {
      accounts: Object.fromEntries([...this.#accounts].map(([id, account]) => [id, accountOf(account)])),
      controlAccounts: standing(this.#controlAccounts),
      trialBalance: standing(this.#general),
      remittances: this.#remittancesByTrace(),
      work: {
        remittancesHeld: [...this.#remittances.values()].filter((remittance) => remittance.held).length,
        suspended: this.#suspended(),
        reversalsWaiting: adjudications.filter(({ settlement }) => settlement === 'waits_for_original')
          .length,
        paymentsUnapplied: {
          claims: adjudications.filter((one) => one.held.some(({ kind }) => kind === 'payment')).length,
          amount: held('payment'),
        },
        adjustmentsHeld: { amount: held('adjustment') },
        transfersHeld: { amount: held('transfer') },
      },
      denials: this.#denials,
    };
  }

  #takeBack(adjudicationId: string): void {
    const original = this.#adjudications.get(adjudicationId);
    if (original) this.#adjudications.set(adjudicationId, { ...original, held: [] });
  }

  #suspended(): Partial<Record<Suspension, number>> {
    const counts: Partial<Record<Suspension, number>> = {};
    for (const { claims } of this.#remittances.values()) {
      for (const outcome of claims.values()) {
        if ('suspended' in outcome) counts[outcome.suspended] = (counts[outcome.suspended] ?? 0) + 1;
      }
    }
    return counts;
  }

  #remittancesByTrace(): ActualLedger['remittances'] {
    const byTrace: ActualLedger['remittances'] = {};
    for (const { received, held, claims } of this.#remittances.values()) {
      const sums = (byTrace[received.trace!.number] ??= {
        payerId: received.payer.id,
        contents: 0,
        outcome: held ? 'held' : 'posted',
        amount: received.payment!.amount,
        claims: { total: 0, posted: 0, movesNothing: 0, waiting: 0, suspended: 0 },
      });
      sums.contents += 1;
      sums.claims.total += received.claims;
      for (const outcome of claims.values()) {
        if ('suspended' in outcome) sums.claims.suspended += 1;
        else sums.claims[SETTLED[this.#adjudications.get(outcome.adjudicationId)!.settlement]] += 1;
      }
    }
    return byTrace;
  }

  #move(movements: readonly Movement[]): void {
    for (const { debit, credit, amount } of movements) {
      add(this.#general, debit.account, amount);
      add(this.#general, credit.account, `-${amount}`);
    }
  }
}

const SETTLED = {
  posted: 'posted',
  moves_nothing: 'movesNothing',
  waits_for_original: 'waiting',
} as const satisfies Record<ClaimSettlement, keyof ExpectedRemittance['claims']>;

interface RemittanceSums {
  received: Extract<RemittanceEvent, { type: 'RemittanceReceived' }>['data'];
  held: boolean;
  /** What became of a claim last, by its number. */
  claims: Map<number, { suspended: Suspension } | { adjudicationId: string }>;
}

function accountOf(account: Account): ExpectedAccount {
  const shares = new Map<string, Money>();
  for (const { chargeId, party, balance } of sharesOf(account)) {
    add(shares, `${countedAs(chargeId)} ${partyKey(party)}`, balance);
  }
  const unapplied = unappliedOf(account);
  const owed = [...shares.values()].reduce((sum, share) => sum.plus(share), ZERO);
  return {
    balance: owed.minus(unapplied).toFixed(2),
    unapplied: unapplied.toFixed(2),
    shares: standing(shares),
  };
}

function add(to: Map<string, Money>, key: string, amount: Money | string): void {
  to.set(key, (to.get(key) ?? ZERO).plus(amount));
}

function total(amounts: readonly string[]): string {
  return amounts.reduce((sum, amount) => sum.plus(amount), ZERO).toFixed(2);
}

function standing(amounts: ReadonlyMap<string, Money>): Record<string, string> {
  return Object.fromEntries(
    [...amounts].filter(([, amount]) => !amount.isZero()).map(([key, amount]) => [key, amount.toFixed(2)]),
  );
}
