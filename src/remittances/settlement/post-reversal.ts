import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { laterOf } from '../../ledger/calendar.js';
import type { Draft } from '../../ledger/draft.js';
import type { Rejection } from '../../ledger/rejection.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import { type Adjudication, concernedBy } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { openingOf } from './charges-to-open.js';
import type { ClaimOutcome, PlanOptions } from './claim-outcome.js';
import { continueAdjudication, writerOf } from './continue-adjudication.js';
import { EntryWriter } from './entries-of-settlement.js';
import { findOriginal, findPartial } from './find-original.js';
import { goOnWith } from './go-on.js';
import { holdWriteOffs } from './hold-write-offs.js';
import { type MatchedLine, matchLines } from './match-lines.js';
import { factsOf, posted, suspended } from './outcome-of.js';
import { recordOf, refOf } from './record-of.js';
import { writeTakeBack } from './take-back.js';

/**
 * Posts a reversal: takes back the adjudication that it negates, and lets others of the claim go on. Where that did not
 * come yet the reversal waits for it, as long as it is clear that this is its account.
 */
export function postReversal(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  { createAccounts, released }: PlanOptions,
): ClaimOutcome {
  const { account } = draft;
  const { effectiveOn } = statement;
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  const original = findOriginal(draft, statement);
  const matched = matchLines(account, statement, {
    released: released ?? false,
    ...(original && { original: original.claim.charges }),
  });
  const lines: MatchedLine[] = matched.kind === 'matched' ? matched.lines : [];
  if (original) {
    const writer = new EntryWriter({
      accountId,
      adjudicationId,
      entriesBefore: 0,
      effectiveOn,
      remittance: refOf(statement),
      write: amountWriter(account.currency),
    });
    const inTheWay = writeTakeBack(draft, original, effectiveOn, writer, released ?? false);
    if (inTheWay)
      return cannotTakeBack(draft, accountId, original, { code: 'entry_already_reversed', ...inTheWay });
    const record = recordOf(accountId, statement, lines, {
      settlement: 'posted',
      position: original.claim.position,
      reverses: original.id,
      entries: writer.ids,
      held: [],
    });
    const rejected = draft.carryOutAll([record, ...writer.commands]);
    if (rejected) return cannotTakeBack(draft, accountId, original, factsOf(rejected));
    const stuck = goOnAfter(draft, original, effectiveOn);
    if (stuck) return suspended(draft, 'refused', factsOf(stuck));
    return posted(draft, { accountId, adjudicationId, held: [], isNew: true });
  }

  // Posting it as it is would only let it wait for what will not come.
  const [partOf] = findPartial(draft, statement);
  const claim = partOf === undefined ? undefined : account.claims.get(partOf);
  if (partOf !== undefined && claim) {
    return suspended(draft, 'original_differs', {
      accountId,
      adjudicationId: partOf,
      charge: claim.charge,
      paid: claim.paid,
      takenBackCharge: statement.charge,
      takenBackPaid: statement.paid,
    });
  }
  if (matched.kind === 'suspended' && !createAccounts && !released) {
    return suspended(draft, matched.reason, { accountId, ...matched.facts }, matched.candidates);
  }
  const record = recordOf(accountId, statement, lines, {
    settlement: 'waits_for_original',
    entries: [],
    held: [],
  });
  const rejected = draft.carryOutAll([...openingOf(account, accountId, statement), record]);
  if (rejected) return suspended(draft, 'refused', factsOf(rejected));
  return posted(draft, { accountId, adjudicationId, held: [], isNew: true });
}

/**
 * Carries out a reversal that waited, on what it is of. What is in the way leaves it waiting: the original was posted just
 * now, so nothing can be.
 */
export function takeBackFor(
  draft: Draft,
  reversal: Adjudication,
  original: Adjudication,
): Rejection | undefined {
  const effectiveOn = laterOf(reversal.data.effectiveOn, original.data.effectiveOn);
  const writer = writerOf(draft, reversal, effectiveOn);
  if (writeTakeBack(draft, original, effectiveOn, writer, false)) return undefined;
  const rejected = continueAdjudication(
    draft,
    reversal,
    { because: 'original_posted', effectiveOn, reverses: original.id, held: [] },
    writer,
  );
  return rejected ?? goOnAfter(draft, original, effectiveOn);
}

function goOnAfter(draft: Draft, taken: Adjudication, effectiveOn: string): Rejection | undefined {
  const concerned = [...concernedBy(draft.account, taken.claim)];
  const stuck = holdWriteOffs(draft, concerned, taken.claim.position ?? 'primary', {
    because: 'original_reversed',
    effectiveOn,
  });
  if (stuck) return stuck;
  return goOnWith(draft, concerned, { because: 'original_reversed', effectiveOn });
}

function cannotTakeBack(
  draft: Draft,
  accountId: string,
  original: Adjudication,
  facts: Record<string, string>,
) {
  return suspended(draft, 'original_differs', { accountId, adjudicationId: original.id, ...facts });
}
