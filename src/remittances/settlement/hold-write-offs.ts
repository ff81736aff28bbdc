import { laterOf } from '../../ledger/calendar.js';
import type { Draft } from '../../ledger/draft.js';
import { type EventOf, type HeldPart, effectiveOnOf } from '../../ledger/events.js';
import type { Money } from '../../ledger/money.js';
import type { Rejection } from '../../ledger/rejection.js';
import { type Adjudication, adjudicationIn, isActive } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { continueAdjudication, writerOf } from './continue-adjudication.js';
import type { Party, PayerPosition } from '../../ledger/party.js';
import { rankOf } from './share-book.js';
import { leftByShare } from '../../ledger/rules/reverse-entry.js';
import { takenFrom } from './take-back.js';

/**
 * Takes back the write-offs of payers after one that decides anew, or whose decision was taken back, and holds them: what
 * the earlier payer decides may leave no room for them, or be just what they repeat. Where there is room they are posted
 * again at once.
 */
export function holdWriteOffs(
  draft: Draft,
  ids: Iterable<string>,
  earlier: PayerPosition,
  why: { because: 'original_reversed' | 'earlier_payer_posted'; effectiveOn: string },
): Rejection | undefined {
  const from = rankOf(earlier);
  for (const id of ids) {
    const adjudication = adjudicationIn(draft, id);
    if (!adjudication || !isActive(adjudication.claim)) continue;
    if (rankOf(adjudication.claim.position ?? 'primary') <= from) continue;
    const rejected = holdThoseOf(draft, adjudication, why);
    if (rejected) return rejected;
  }
  return undefined;
}

function holdThoseOf(
  draft: Draft,
  adjudication: Adjudication,
  { because, effectiveOn }: { because: 'original_reversed' | 'earlier_payer_posted'; effectiveOn: string },
): Rejection | undefined {
  const { data, held } = adjudication;
  const brought = broughtToWriteOff(draft, adjudication);
  if (because === 'earlier_payer_posted' && brought.length === 0) return undefined;
  const posted = writeOffsOf(draft, adjudication);
  if (posted.length === 0) return undefined;
  const writer = writerOf(draft, adjudication, effectiveOn);
  for (const { entry } of posted.toReversed()) {
    writer.reversal(entry.data.adjustmentId, laterOf(effectiveOn, effectiveOnOf(entry)));
  }
  for (const entry of brought.toReversed()) {
    writer.reversal(entry.data.transferId, laterOf(effectiveOn, effectiveOnOf(entry)));
  }
  const write = amountWriter(draft.account.currency);
  const nowHeld = posted.flatMap(
    ({
      entry: {
        data: { groupCode, reasonCode },
      },
      standing,
    }) =>
      standing.map(({ chargeId, left }): HeldPart => ({
        kind: 'adjustment',
        chargeId,
        ...(groupCode !== undefined && { groupCode }),
        ...(reasonCode !== undefined && { reasonCode }),
        amount: write(left),
        remittance: data.remittance,
      })),
  );
  return continueAdjudication(
    draft,
    adjudication,
    { because, effectiveOn, held: [...held, ...nowHeld] },
    writer,
  );
}

interface StandingWriteOff {
  entry: EventOf<'AdjustmentPosted'>;
  /** What of it was not taken back, by share. */
  standing: { chargeId: string; left: Money }[];
}

/** Its credit write-offs, as far as they were not taken back with lines of it; those that somebody took back are left alone. */
function writeOffsOf(draft: Draft, { claim }: Adjudication): StandingWriteOff[] {
  return claim.entries
    .filter((entryId) => draft.account.entries.get(entryId)?.type === 'AdjustmentPosted')
    .filter((entryId) => claim.taken.length > 0 || takenFrom(draft, entryId).isZero())
    .map((entryId) => draft.recorded(entryId))
    .filter((entry) => entry?.type === 'AdjustmentPosted')
    .filter(({ data }) => data.direction === 'credit')
    .map((entry) => ({ entry, standing: leftByShare(draft.account, entry, (id) => draft.recorded(id)) }))
    .filter(({ standing }) => standing.length > 0);
}

/** What was brought in from earlier payers to be written off, and that nobody took back. */
function broughtToWriteOff(draft: Draft, { claim }: Adjudication): EventOf<'ResponsibilityTransferred'>[] {
  return claim.entries
    .filter((entryId) => draft.account.entries.get(entryId)?.type === 'ResponsibilityTransferred')
    .filter((entryId) => takenFrom(draft, entryId).isZero())
    .map((entryId) => draft.recorded(entryId))
    .filter((entry) => entry?.type === 'ResponsibilityTransferred')
    .filter(({ data }) => data.groupCode !== undefined && isToPayer(data.to, claim.position));
}

/** A part that the payer leaves to others has a code too, and goes the other way. */
function isToPayer(to: Party, position: PayerPosition | undefined): boolean {
  return to.party === 'payer' && to.position === position;
}
