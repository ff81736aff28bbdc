import { EventTooLarge } from '../../commands/refusals.js';
import type { Sender } from '../../commands/sender.js';
import type { Accounts } from '../../commands/transact.js';
import type { Charge } from '../../ledger/account.js';
import { takesBack } from '../../ledger/claim-status.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { Plan } from '../../ledger/draft.js';
import type { Candidate } from '../../ledger/remittance-events.js';
import { ledgerId } from '../../ledger-id.js';
import { accountIdForClaim, claimIdOfCharges } from '../settlement/charges-to-open.js';
import type { ClaimOutcome, PlanOptions, SuspendedClaim } from '../settlement/claim-outcome.js';
import { planClaim } from '../settlement/plan-claim.js';
import { isZero } from '../../ledger/add-amounts.js';
import type { Known, Lookups } from './lookups.js';

/** How an account came to be considered. */
const WHY = {
  claim: 'it has charges of this claim',
  payerClaim: "this payer's claim was posted on it before",
  services: 'it has charges of these days and amounts',
} as const;

/** Posts a claim on the account that it belongs to, which it has to find first. */
export class ClaimPosting {
  constructor(
    private readonly accounts: Pick<Accounts, 'post'>,
    private readonly lookups: Lookups,
  ) {}

  /**
   * Posts a claim where it belongs: the account that has charges of CLP01, or is called so; else the one on which the
   * payer's claim number was posted before; else the only one with charges of its days and amounts that are of no other
   * claim. Where several could be meant, the one whose charges match.
   *
   * With `createAccounts`, a claim whose CLP01 no account has is opened as an account of its own: days and amounts, which
   * two patients may share, are then no reason to post it elsewhere.
   */
  async post(
    statement: ClaimStatement,
    known: Known,
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    if (known.postedOn !== undefined) return this.on(known.postedOn, statement, options, sender);
    if (known.accounts.length > 0) {
      return this.#onKnown(known.accounts, statement, options, sender);
    }
    return options.createAccounts
      ? this.#onOwn(statement, options, sender)
      : this.#search(statement, options, sender);
  }

  /** Posts a claim on an account. */
  async on(
    accountId: string,
    statement: ClaimStatement,
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    return this.#carryOut(planClaim(accountId, statement, options), sender);
  }

  /** What posting a claim would come to; posts nothing. */
  wouldBe(
    where: { accountId: string } | { known: Known },
    statement: ClaimStatement,
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    const trial = new ClaimPosting(
      { post: (plan, from) => this.accounts.post(onTrial(plan), from) },
      this.lookups,
    );
    return 'known' in where
      ? trial.post(statement, where.known, options, sender)
      : trial.on(where.accountId, statement, options, sender);
  }

  /** Where several accounts have charges of CLP01, the payer's own number of the claim may tell which is meant. */
  async #onKnown(
    accountIds: readonly string[],
    statement: ClaimStatement,
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    const outcome = await this.#onOneOf(candidates(accountIds, WHY.claim), statement, options, sender);
    if (outcome.kind === 'posted' || outcome.reason !== 'account_ambiguous') return outcome;
    const before = await this.lookups.accountsOfPayerClaim(statement);
    const [told, ...others] = outcome.candidates.filter(({ accountId }) => before.includes(accountId));
    if (!told || others.length > 0) return outcome;
    return this.on(told.accountId, statement, { ...options, createAccounts: false }, sender);
  }

  /** The account of a claim that no account has: found by what it takes back, else its own. */
  async #onOwn(statement: ClaimStatement, options: PlanOptions, sender: Sender): Promise<ClaimOutcome> {
    const own = accountIdForClaim(statement);
    const isUnnamed = statement.claimId === '';
    if (isUnnamed || takesBack(statement)) {
      const before = await this.lookups.accountsOfPayerClaim(statement);
      if (before.length > 0 && !before.includes(own)) {
        return this.#onOneOf(candidates(before, WHY.payerClaim), statement, options, sender);
      }
    }
    return this.on(own, statement, options, sender);
  }

  async #search(statement: ClaimStatement, options: PlanOptions, sender: Sender): Promise<ClaimOutcome> {
    const direct = statement.claimId === '' ? [] : [ledgerId(statement.claimId)];
    const first = await this.#onOneOf(candidates(direct, WHY.claim), statement, options, sender);
    if (isSettled(first)) return first;
    const before = await this.lookups.accountsOfPayerClaim(statement);
    const second = await this.#onOneOf(
      candidates(before, WHY.payerClaim).filter(({ accountId }) => !direct.includes(accountId)),
      statement,
      options,
      sender,
    );
    if (isSettled(second)) return second;
    const third = await this.#byServices(statement, [...direct, ...before], options, sender);
    return [third, second, first].find(saysMore) ?? first;
  }

  /** A reversal's original is told by its claim, never by days and amounts alone. */
  async #byServices(
    statement: ClaimStatement,
    tried: readonly string[],
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    if (takesBack(statement)) return notFound();
    const found = (await this.lookups.accountsOfServices(statement)).filter(
      ({ accountId }) => !tried.includes(accountId),
    );
    const unclaimed: Candidate[] = [];
    for (const { accountId, chargeIds } of found) {
      const free = await this.#unclaimed(accountId, chargeIds, statement, sender);
      if (free.length > 0) unclaimed.push({ accountId, chargeIds: free, why: WHY.services });
    }
    return this.#onOneOf(unclaimed, statement, options, sender);
  }

  /** Charges of the account, out of some, that are of no other claim; none where they are fewer than the claim's lines. */
  async #unclaimed(
    accountId: string,
    chargeIds: readonly string[],
    statement: ClaimStatement,
    sender: Sender,
  ): Promise<string[]> {
    const ours: (string | undefined)[] = ['', claimIdOfCharges(statement)];
    const { result } = await this.accounts.post<string[]>(
      {
        accountId,
        needs: () => [],
        carryOut: ({ account }) => {
          const free = chargeIds.filter((id) => ours.includes(account.charges.get(id)?.claimId));
          const left = free.map((id) => serviceOf(account.charges.get(id)!));
          const each = servicesOf(statement).every((service) => {
            const at = left.indexOf(service);
            if (at >= 0) left.splice(at, 1);
            return at >= 0;
          });
          return each ? free : [];
        },
      },
      sender,
    );
    return result;
  }

  /** Posts on the one account of several whose charges match; a trial on each comes first where there are several. */
  async #onOneOf(
    all: readonly Candidate[],
    statement: ClaimStatement,
    options: PlanOptions,
    sender: Sender,
  ): Promise<ClaimOutcome> {
    const [only, ...others] = all;
    if (!only) return notFound();
    if (others.length === 0) return this.on(only.accountId, statement, options, sender);
    const trials: { candidate: Candidate; outcome: ClaimOutcome }[] = [];
    for (const candidate of all) {
      const { accountId } = candidate;
      // A charge is posted beside those that are there only where it is clear where: not on trial among several.
      const asIs = { ...options, createAccounts: false };
      trials.push({ candidate, outcome: await this.wouldBe({ accountId }, statement, asIs, sender) });
    }
    const posted = trials.filter(({ outcome }) => outcome.kind === 'posted');
    const best = bestOf(posted);
    const [chosen] = best;
    if (chosen && best.length === 1) {
      return this.on(chosen.candidate.accountId, statement, { ...options, createAccounts: false }, sender);
    }
    if (best.length > 1) return ambiguous(best.map(({ candidate }) => candidate));
    const refused = trials.map(({ outcome }) => outcome).filter(saysMore);
    if (refused.length === 1) return refused[0]!;
    return refused.length === 0 ? notFound() : ambiguous(all);
  }

  async #carryOut(plan: Plan<ClaimOutcome>, sender: Sender): Promise<ClaimOutcome> {
    try {
      return (await this.accounts.post(plan, sender)).result;
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error;
      return { kind: 'suspended', reason: 'refused', facts: { code: error.problem.code }, candidates: [] };
    }
  }
}

/** A charge by its day and amount. */
function serviceOf({ serviceDate, amount }: Charge): string {
  return `${serviceDate} ${amount.toFixed(2)}`;
}

/** The lines of a claim that charge something, by day and amount. */
function servicesOf({ lines }: ClaimStatement): string[] {
  return lines
    .filter(({ charge }) => !isZero(charge))
    .map(({ serviceDate = '', charge }) => `${serviceDate} ${charge.replace('-', '')}`);
}

/** The same plan, of which nothing is kept. */
function onTrial<T>(plan: Plan<T>): Plan<T> {
  return {
    ...plan,
    carryOut: (draft) => {
      const result = plan.carryOut(draft);
      draft.abandoned = true;
      return result;
    },
  };
}

function candidates(accountIds: readonly string[], why: string): Candidate[] {
  return accountIds.map((accountId) => ({ accountId, chargeIds: [], why }));
}

function notFound(): SuspendedClaim {
  return { kind: 'suspended', reason: 'account_not_found', facts: {}, candidates: [] };
}

function ambiguous(all: readonly Candidate[]): SuspendedClaim {
  return { kind: 'suspended', reason: 'account_ambiguous', facts: {}, candidates: all };
}

/** Whether the search ends here: it is posted, or the account is the right one and says no. */
function isSettled(outcome: ClaimOutcome): boolean {
  return (
    outcome.kind === 'posted' ||
    !['account_not_found', 'line_not_matched', 'original_not_found'].includes(outcome.reason)
  );
}

/** Whether there is more to say than that there is no such account. */
function saysMore(outcome: ClaimOutcome): boolean {
  return outcome.kind === 'posted' || outcome.reason !== 'account_not_found';
}

/** Where it is posted already; else where it takes something back or pays something; else where it would wait. */
function bestOf<T extends { outcome: ClaimOutcome }>(posted: readonly T[]): readonly T[] {
  const before = posted.filter(({ outcome }) => outcome.kind === 'posted' && !outcome.isNew);
  if (before.length > 0) return before;
  const now = posted.filter(
    ({ outcome }) => outcome.kind === 'posted' && outcome.settlement !== 'waits_for_original',
  );
  return now.length > 0 ? now : posted;
}
