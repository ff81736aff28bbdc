import { isPredetermination, takesBack } from '../../ledger/claim-status.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { type Account, isOpened } from '../../ledger/account.js';
import type { Draft, Plan } from '../../ledger/draft.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import { adjudicationIn } from './adjudications.js';
import { figuresOf, movesNothing } from './charge-figures.js';
import { commandsToOpen, openingOf } from './charges-to-open.js';
import type { ClaimOutcome, PlanOptions, SuspendedClaim } from './claim-outcome.js';
import { eventsNeeded } from './events-needed.js';
import { type MatchedLine, matchLines } from './match-lines.js';
import { factsOf, posted, suspended } from './outcome-of.js';
import { postDecision } from './post-decision.js';
import { postReversal } from './post-reversal.js';
import { recordOf } from './record-of.js';
import { isZero } from '../../ledger/add-amounts.js';

/** Not a claim of this payer: it was sent on. */
const FORWARDED = '23';

/**
 * What posting one claim of a remittance does to an account, all of it in one append: the charges that it opens, what the
 * payer says (`ClaimAdjudicated`), the entries that follow, and what other adjudications can go on with then.
 *
 * A claim that was posted before is answered with what it came to. One that cannot be posted says why, and leaves
 * nothing. Carried out on whatever state the account is in; see {@link settleCharge} for what makes the order of
 * remittances not matter.
 */
export function planClaim(
  accountId: string,
  statement: ClaimStatement,
  options: PlanOptions,
): Plan<ClaimOutcome> {
  return {
    accountId,
    needs: (account) => eventsNeeded(account, statement),
    carryOut: (draft) => postClaim(draft, accountId, statement, options),
  };
}

function postClaim(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  options: PlanOptions,
): ClaimOutcome {
  const { account } = draft;
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  if (account.claims.has(adjudicationId)) {
    const held = adjudicationIn(draft, adjudicationId)?.held ?? [];
    return posted(draft, { accountId, adjudicationId, held, isNew: false });
  }
  if (!isOpened(account) && !options.createAccounts)
    return suspended(draft, 'account_not_found', { accountId });
  if (isOpened(account) && account.currency !== statement.currency) {
    const { currency } = account;
    return suspended(draft, 'refused', {
      code: 'currency_differs',
      accountId,
      currency,
      stated: statement.currency,
    });
  }
  if (saysOnly(statement)) return recordOnly(draft, accountId, statement);
  const before = options.released ? undefined : paidBefore(account, statement);
  if (before) {
    const { remittanceId, claim } = before;
    return suspended(draft, 'paid_by_this_payment_before', { accountId, remittanceId, claim: String(claim) });
  }
  if (takesBack(statement)) return postReversal(draft, accountId, statement, options);

  const lines = matchedLines(draft, accountId, statement, {
    createAccounts: options.createAccounts,
    released: options.released ?? false,
    // What moves nothing has no charge of its own: it was sent before, or says what others did.
    leavesTaken: options.createAccounts && !saysNothingNew(statement),
  });
  if ('kind' in lines) return lines;
  if (movesNothing(figuresOf(lines).values()) && isZero(statement.paid)) {
    return recordOnly(draft, accountId, statement, lines);
  }
  return postDecision(draft, accountId, statement, lines, options.released ?? false);
}

/** Whether a claim is only said: a predetermination, or one without money that belongs to another payer. */
function saysOnly(statement: ClaimStatement): boolean {
  return isPredetermination(statement) || (statement.status === FORWARDED && isZero(statement.paid));
}

/**
 * The same claim with the same payment, in another remittance: the payer sent one payment twice, or two files of it.
 *
 * A remittance may state claims that are alike in all of this several times, and each counts; which of them is meant by
 * one in another remittance, and whether that has one more of them than the first had, cannot be told on the account,
 * where those that were suspended leave nothing. So all of these are for a person: none is posted twice unasked, and none
 * is lost.
 */
function paidBefore(account: Account, { trace, ...statement }: ClaimStatement) {
  if (!trace || trace.number === '') return undefined;
  for (const claim of account.claims.values()) {
    const isSame =
      claim.traceNumber === trace.number &&
      claim.payerId === statement.payerId &&
      claim.claimId === statement.claimId &&
      claim.payerClaimNumber === statement.payerClaimNumber &&
      claim.charge === statement.charge &&
      claim.paid === statement.paid;
    const stands = claim.reversedBy === undefined && claim.settlement !== 'moves_nothing';
    if (isSame && stands && claim.remittanceId !== statement.remittanceId) return claim;
  }
  return undefined;
}

/** Records what moves nothing; its lines are those that it states, whether or not they have charges. */
function recordOnly(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  lines: readonly MatchedLine[] = [],
): ClaimOutcome {
  const refused = draft.carryOutAll([
    ...openingOf(draft.account, accountId, statement),
    recordOf(accountId, statement, lines, { settlement: 'moves_nothing', entries: [], held: [] }),
  ]);
  if (refused) return suspended(draft, 'refused', factsOf(refused));
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  return posted(draft, { accountId, adjudicationId, held: [], isNew: true });
}

/** Whether it moves nothing, whichever charges its lines are about. */
function saysNothingNew({ lines, paid }: ClaimStatement): boolean {
  const figures = figuresOf(lines.map((line) => ({ line, chargeId: String(line.line) })));
  return isZero(paid) && movesNothing(figures.values());
}

/** The lines with their charges; those that are missing are opened first where that was asked for. */
function matchedLines(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  { createAccounts, ...options }: { createAccounts: boolean; released: boolean; leavesTaken: boolean },
): MatchedLine[] | SuspendedClaim {
  const { account } = draft;
  if (!isOpened(account)) {
    const refused = draft.carryOutAll(commandsToOpen(statement, accountId, account));
    if (refused) return suspended(draft, 'refused', factsOf(refused));
  }
  let matched = matchLines(account, statement, options);
  if (matched.kind === 'suspended' && createAccounts && matched.ambiguous.length === 0) {
    const missing = new Set(matched.missing);
    const refused = draft.carryOutAll(commandsToOpen(statement, accountId, account, missing));
    if (refused) return suspended(draft, 'refused', factsOf(refused));
    matched = matchLines(account, statement, options);
  }
  if (matched.kind === 'matched') return matched.lines;
  return suspended(draft, matched.reason, { accountId, ...matched.facts }, matched.candidates);
}
