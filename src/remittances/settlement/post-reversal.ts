import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { laterOf } from '../../ledger/calendar.js';
import type { Draft } from '../../ledger/draft.js';
import type { HeldPart } from '../../ledger/events.js';
import type { Rejection } from '../../ledger/rejection.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import { type Adjudication, adjudicationIn, chargesOf, concernedBy } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { openingOf } from './charges-to-open.js';
import type { ClaimOutcome, PlanOptions, SuspendedClaim } from './claim-outcome.js';
import { continueAdjudication, writerOf } from './continue-adjudication.js';
import { EntryWriter } from './entries-of-settlement.js';
import { findPartial } from './find-original.js';
import { findTakenBack, reversesOf } from './find-taken-back.js';
import { goOnWith } from './go-on.js';
import { holdWriteOffs } from './hold-write-offs.js';
import { type MatchedLine, matchLines } from './match-lines.js';
import { factsOf, posted, suspended } from './outcome-of.js';
import { recordOf, refOf } from './record-of.js';
import { ShareBook } from './share-book.js';
import { type InTheWay, type TakenBack, writeTakeBack } from './take-back.js';
import { writeTakeBackOfLines } from './take-lines-back.js';

/**
 * Posts a reversal: takes back the adjudication that it negates, or the lines of one or several, and lets others of the
 * claim go on, with what is left of these. Where they did not come yet the reversal waits for them, as long as it is clear
 * that this is its account.
 */
export function postReversal(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  { createAccounts, released }: PlanOptions,
): ClaimOutcome {
  const { account } = draft;
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  const found = findTakenBack(draft, statement);
  if ('parts' in found) {
    const failed = takeBackNow(draft, accountId, statement, found, released ?? false);
    return failed ?? posted(draft, { accountId, adjudicationId, held: [], isNew: true });
  }

  // Posting it as it is would only let it wait for what will not come.
  const partOf = findPartial(draft, statement);
  if (partOf) {
    const { id, claim } = partOf;
    return suspended(draft, 'original_differs', {
      accountId,
      adjudicationId: id,
      charge: claim.charge,
      paid: claim.paid,
      takenBackCharge: statement.charge,
      takenBackPaid: statement.paid,
      linesWithoutOriginal: found.notFound.join(', '),
      ...(claim.taken.length > 0 && { linesTakenBackBefore: claim.taken.join(', ') }),
    });
  }
  const matched = matchLines(account, statement, { released: released ?? false });
  if (matched.kind === 'suspended' && !createAccounts && !released) {
    return suspended(draft, matched.reason, { accountId, ...matched.facts }, matched.candidates);
  }
  const record = recordOf(accountId, statement, matched.kind === 'matched' ? matched.lines : [], {
    settlement: 'waits_for_original',
    entries: [],
    held: [],
  });
  const rejected = draft.carryOutAll([...openingOf(account, accountId, statement), record]);
  if (rejected) return suspended(draft, 'refused', factsOf(rejected));
  return posted(draft, { accountId, adjudicationId, held: [], isNew: true });
}

/** Takes back what was found for a reversal; undefined when that is done. */
function takeBackNow(
  draft: Draft,
  accountId: string,
  statement: ClaimStatement,
  { parts, lines }: { parts: readonly TakenBack[]; lines?: MatchedLine[] },
  released: boolean,
): SuspendedClaim | undefined {
  const { account } = draft;
  const { effectiveOn, remittanceId, claim } = statement;
  const [{ original }] = parts as [TakenBack, ...TakenBack[]];
  const writer = new EntryWriter({
    accountId,
    adjudicationId: adjudicationIdOf(remittanceId, claim),
    entriesBefore: 0,
    effectiveOn,
    remittance: refOf(statement),
    write: amountWriter(account.currency),
  });
  const cannot = (id: string, facts: Record<string, string>): SuspendedClaim =>
    suspended(draft, 'original_differs', { accountId, adjudicationId: id, ...facts });
  const written = writeAll(draft, parts, effectiveOn, writer, released);
  if ('inTheWay' in written) return cannot(written.id, written.inTheWay);
  const record = recordOf(accountId, statement, lines ?? linesOf(draft, statement, original, released), {
    settlement: 'posted',
    position: original.claim.position,
    ...reversesOf(parts),
    entries: writer.ids,
    held: [],
  });
  const rejected = draft.carryOutAll([record, ...writer.commands]);
  if (rejected) return cannot(original.id, factsOf(rejected));
  const stuck = goOnAfter(draft, adjudicationIdOf(remittanceId, claim), written, effectiveOn);
  return stuck && suspended(draft, 'refused', factsOf(stuck));
}

/** The lines of a reversal with the charges of what it takes back as a whole. */
function linesOf(
  draft: Draft,
  statement: ClaimStatement,
  { claim }: Adjudication,
  released: boolean,
): MatchedLine[] {
  const matched = matchLines(draft.account, statement, { released, original: chargesOf(claim) });
  return matched.kind === 'matched' ? matched.lines : [];
}

/**
 * Carries out a reversal that waited, on what it is of. What is in the way leaves it waiting: the original was posted just
 * now, so nothing can be, but that its lines cannot be told apart.
 */
export function takeBackFor(
  draft: Draft,
  reversal: Adjudication,
  parts: readonly TakenBack[],
): Rejection | undefined {
  const effectiveOn = parts
    .map(({ original }) => original.data.effectiveOn)
    .reduce(laterOf, reversal.data.effectiveOn);
  const writer = writerOf(draft, reversal, effectiveOn);
  const written = writeAll(draft, parts, effectiveOn, writer, false);
  if ('inTheWay' in written) return undefined;
  const rejected = continueAdjudication(
    draft,
    reversal,
    { because: 'original_posted', effectiveOn, ...reversesOf(parts), held: [] },
    writer,
  );
  return rejected ?? goOnAfter(draft, reversal.id, written, effectiveOn);
}

/** A part that is taken back, and what is held of its adjudication then, as far as that has to be said. */
type Written = TakenBack & { held: readonly HeldPart[] };

function writeAll(
  draft: Draft,
  parts: readonly TakenBack[],
  effectiveOn: string,
  writer: EntryWriter,
  released: boolean,
): Written[] | { inTheWay: InTheWay; id: string } {
  const written: Written[] = [];
  for (const part of parts) {
    const { original, lines } = part;
    const result = lines
      ? writeTakeBackOfLines(draft, original, lines, effectiveOn, writer, released)
      : (writeTakeBack(draft, original, effectiveOn, writer, released) ?? { held: original.held });
    if ('code' in result) return { inTheWay: result, id: original.id };
    written.push({ ...part, held: result.held });
  }
  return written;
}

function goOnAfter(
  draft: Draft,
  reversalId: string,
  parts: readonly Written[],
  effectiveOn: string,
): Rejection | undefined {
  // All of this before anything goes on, which may post what another part's adjudication holds: it would be held again.
  for (const { original, held } of parts) {
    const stuck = holdNow(draft, original, held, effectiveOn);
    if (stuck) return stuck;
  }
  for (const { original } of parts) {
    const stuck = goOnAfterOne(draft, original, effectiveOn);
    if (stuck) return stuck;
  }
  const chargeIds = new Set(parts.flatMap(({ original }) => chargesOf(original.claim)));
  return bringBack(draft, reversalId, chargeIds, effectiveOn);
}

/**
 * Brings back what people gave up of parts that nobody answers for any more, since nothing came in place of what made them
 * answer: else these would show credits that nobody paid, for people to pay out.
 */
function bringBack(
  draft: Draft,
  reversalId: string,
  chargeIds: Iterable<string>,
  effectiveOn: string,
): Rejection | undefined {
  const reversal = adjudicationIn(draft, reversalId);
  if (!reversal) return undefined;
  const writer = writerOf(draft, reversal, laterOf(effectiveOn, reversal.data.effectiveOn));
  for (const chargeId of chargeIds) {
    writer.reinstatements(chargeId, new ShareBook(draft.account, chargeId).reinstate());
  }
  if (writer.commands.length === 0) return undefined;
  return continueAdjudication(
    draft,
    reversal,
    { because: 'original_reversed', effectiveOn, held: [...reversal.held] },
    writer,
  );
}

/** Records what is held of an adjudication of which lines were taken back, where that is less than before. */
function holdNow(
  draft: Draft,
  { id, held: before }: Adjudication,
  held: readonly HeldPart[],
  effectiveOn: string,
): Rejection | undefined {
  const now = adjudicationIn(draft, id);
  if (!now || held.length === before.length) return undefined;
  return continueAdjudication(draft, now, { because: 'original_reversed', effectiveOn, held: [...held] });
}

function goOnAfterOne(draft: Draft, taken: Adjudication, effectiveOn: string): Rejection | undefined {
  const concerned = [...concernedBy(draft.account, taken.claim)];
  const stuck = holdWriteOffs(draft, concerned, taken.claim.position ?? 'primary', {
    because: 'original_reversed',
    effectiveOn,
  });
  if (stuck) return stuck;
  return goOnWith(draft, concerned, { because: 'original_reversed', effectiveOn });
}
