import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { isOpened } from '../../ledger/account.js';
import type { Draft } from '../../ledger/draft.js';
import type { Rejection } from '../../ledger/rejection.js';
import { adjudicationIdOf, continuationIdIn } from '../../ledger/adjudication-id.js';
import { type Adjudication, concernedBy } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { commandsToOpen } from './charges-to-open.js';
import type { ClaimOutcome, PlanOptions } from './claim-outcome.js';
import { EntryWriter } from './entries-of-settlement.js';
import { findOriginal, findPartial } from './find-original.js';
import { goOnWith } from './go-on.js';
import { holdWriteOffs } from './hold-write-offs.js';
import { type MatchedLine, matchLines } from './match-lines.js';
import { factsOf, posted, suspended } from './outcome-of.js';
import { recordOf } from './record-of.js';
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
    const writer = writerFor(draft, accountId, recordedAs(adjudicationId, statement), effectiveOn, 0);
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
    for (const command of [record, ...writer.commands]) {
      const rejected = draft.carryOut(command);
      if (rejected) return cannotTakeBack(draft, accountId, original, factsOf(rejected));
    }
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
  const opening = isOpened(account) ? [] : commandsToOpen(statement, accountId, account, new Set());
  const record = recordOf(accountId, statement, lines, {
    settlement: 'waits_for_original',
    entries: [],
    held: [],
  });
  for (const command of [...opening, record]) {
    const rejected = draft.carryOut(command);
    if (rejected) return suspended(draft, 'refused', factsOf(rejected));
  }
  return posted(draft, { accountId, adjudicationId, held: [], isNew: true });
}

/**
 * Carries out a reversal that waited, on what it is of. What is in the way leaves it waiting: the original was posted just
 * now, so nothing can be.
 */
export function takeBackFor(
  draft: Draft,
  accountId: string,
  reversal: Adjudication,
  original: Adjudication,
): Rejection | undefined {
  const effectiveOn =
    reversal.data.effectiveOn > original.data.effectiveOn
      ? reversal.data.effectiveOn
      : original.data.effectiveOn;
  const { remittance } = reversal.data;
  const before = reversal.claim.entries.length;
  const writer = writerFor(
    draft,
    accountId,
    { adjudicationId: reversal.id, remittance },
    effectiveOn,
    before,
  );
  if (writeTakeBack(draft, original, effectiveOn, writer, false)) return undefined;
  const commands = [
    {
      type: 'ContinueAdjudication' as const,
      accountId,
      continuationId: continuationIdIn(reversal.id, reversal.claim.continued + 1),
      adjudicationId: reversal.id,
      effectiveOn,
      remittance,
      because: 'original_posted' as const,
      reverses: original.id,
      entries: writer.ids,
      held: [],
    },
    ...writer.commands,
  ];
  for (const command of commands) {
    const rejected = draft.carryOut(command);
    if (rejected) return rejected;
  }
  return goOnAfter(draft, original, effectiveOn);
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

function recordedAs(adjudicationId: string, { remittanceId, claim, segment }: ClaimStatement) {
  return { adjudicationId, remittance: { id: remittanceId, claim, segment } };
}

function writerFor(
  draft: Draft,
  accountId: string,
  of: ReturnType<typeof recordedAs>,
  effectiveOn: string,
  entriesBefore: number,
): EntryWriter {
  const write = amountWriter(draft.account.currency);
  return new EntryWriter({ accountId, ...of, entriesBefore, effectiveOn, write });
}
