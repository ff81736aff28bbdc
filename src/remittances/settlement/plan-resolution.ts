import type { Draft, Plan } from '../../ledger/draft.js';
import type { HeldPart } from '../../ledger/events.js';
import { adjudicationIn, decidedLater, eventsOfAdjudication, isGivenUp } from './adjudications.js';
import { continueAdjudication } from './continue-adjudication.js';
import { goOn } from './go-on.js';
import { factsOf } from './outcome-of.js';

/** What a person decides on a claim that waits on its account, or on the parts of it that are held. */
export interface HeldDecision {
  adjudicationId: string;
  /** Of the decision: it is carried out once, whatever is held later. */
  resolutionId: string;
  /**
   * `release` posts held parts after all, which may show credits; `drop` gives them up: a payment stays unapplied credit.
   * A reversal that waits can only be dropped: it takes nothing back then, whatever comes later.
   */
  decision: 'release' | 'drop';
  effectiveOn: string;
  reason: string;
}

export type ResolutionOutcome =
  /** What was held is decided; `held` is what it was. */
  | { kind: 'decided'; held: readonly HeldPart[] }
  /** It is a reversal that waited and does not any more, by this decision or an earlier one. */
  | { kind: 'given_up' }
  /** Nothing of it is held, since there was room in the meantime; or this very decision was carried out before. */
  | { kind: 'nothing_held' }
  | { kind: 'refused'; facts: Readonly<Record<string, string>> };

/** What a person's decision on an adjudication that waits, or on its held parts, does to its account, in one append. */
export function planResolution(accountId: string, decided: HeldDecision): Plan<ResolutionOutcome> {
  return {
    accountId,
    needs: (account) => {
      const { adjudicationId } = decided;
      const claim = account.claims.get(adjudicationId);
      if (!claim) return [];
      const later = [...decidedLater(account, claim.claimId, claim.position ?? 'primary')];
      return [adjudicationId, ...later].flatMap((id) => eventsOfAdjudication(account, id));
    },
    carryOut: (draft) => decide(draft, decided),
  };
}

function decide(draft: Draft, decided: HeldDecision): ResolutionOutcome {
  const { adjudicationId, resolutionId, decision, effectiveOn, reason } = decided;
  const refuse = (facts: Record<string, string>): ResolutionOutcome => {
    draft.abandoned = true;
    return { kind: 'refused', facts };
  };
  const adjudication = adjudicationIn(draft, adjudicationId);
  if (!adjudication) return refuse({ code: 'entry_not_found', entryId: adjudicationId });
  const { claim, held } = adjudication;
  if (isGivenUp(claim)) return { kind: 'given_up' };
  if (claim.decisions.includes(resolutionId)) return { kind: 'nothing_held' };
  const said = { effectiveOn, resolutionId, reason };
  const givesUp = decision === 'drop' && claim.settlement === 'waits_for_original';
  const decidesAny = givesUp || (claim.hasHeld && held.length > 0);
  // A decision that comes too late is recorded as well: it must not decide on what is held some day.
  const rejected =
    decision === 'release' && decidesAny
      ? goOn(draft, adjudication, { because: 'released', ...said })
      : continueAdjudication(draft, adjudication, {
          because: decision === 'release' ? 'released' : 'dropped',
          ...(givesUp && { settlement: 'moves_nothing' as const }),
          held: [],
          ...said,
        });
  if (rejected) return refuse(factsOf(rejected));
  if (!decidesAny) return { kind: 'nothing_held' };
  return givesUp ? { kind: 'given_up' } : { kind: 'decided', held };
}
