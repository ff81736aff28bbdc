import type { Account, AdjudicatedClaim } from '../../ledger/account.js';
import type { Draft } from '../../ledger/draft.js';
import type { DataOf, HeldPart } from '../../ledger/events.js';
import type { PayerPosition } from '../../ledger/party.js';
import { continuationIdIn } from '../../ledger/adjudication-id.js';
import { rankOf } from './share-book.js';

/** An adjudication with what its events say. */
export interface Adjudication {
  id: string;
  claim: AdjudicatedClaim;
  data: DataOf<'ClaimAdjudicated'>;
  /** What is held of it now. */
  held: readonly HeldPart[];
}

/** The entries whose events {@link adjudicationIn} reads. */
export function eventsOfAdjudication(account: Account, id: string): string[] {
  const continued = account.claims.get(id)?.continued ?? 0;
  return continued === 0 ? [id] : [id, continuationIdIn(id, continued)];
}

/** An adjudication of the account; undefined where there is none, or its events cannot be read. */
export function adjudicationIn(draft: Draft, id: string): Adjudication | undefined {
  const claim = draft.account.claims.get(id);
  const event = draft.recorded(id);
  if (!claim || event?.type !== 'ClaimAdjudicated') return undefined;
  const last = claim.continued === 0 ? event : draft.recorded(continuationIdIn(id, claim.continued));
  if (last?.type !== 'ClaimAdjudicated' && last?.type !== 'AdjudicationContinued') return undefined;
  return { id, claim, data: event.data, held: last.data.held };
}

/** The lines of an adjudication that were not taken back by themselves. */
export function standingLines({
  claim,
  data,
}: Pick<Adjudication, 'claim' | 'data'>): Adjudication['data']['lines'] {
  if (claim.taken.length === 0) return data.lines;
  return data.lines.filter(({ line }) => !claim.taken.includes(line));
}

/** The charges of its lines, each once; also of those that were taken back. */
export function chargesOf({ lines }: Pick<AdjudicatedClaim, 'lines'>): string[] {
  const [first, ...others] = lines;
  if (first && others.length === 0) return [first.chargeId];
  return [...new Set(lines.map(({ chargeId }) => chargeId))];
}

/** The charges of its lines that stand, each once. */
export function standingChargesOf({ lines, taken }: AdjudicatedClaim): string[] {
  return chargesOf({ lines: taken.length === 0 ? lines : lines.filter(({ line }) => !taken.includes(line)) });
}

/** Whether it is posted, stands, and does not itself take another back. */
export function isActive(claim: AdjudicatedClaim): boolean {
  return claim.settlement === 'posted' && claim.reversedBy === undefined && claim.reverses === undefined;
}

/** Whether it is a reversal that was given up while it waited: nothing else that moves nothing is ever gone on with. */
export function isGivenUp(claim: AdjudicatedClaim): boolean {
  return claim.settlement === 'moves_nothing' && claim.continued > 0;
}

/** What payers in later positions than this one have decided on a claim, in the order in which it was posted. */
export function* decidedLater(account: Account, claimId: string, position: PayerPosition): Iterable<string> {
  if (claimId === '') return;
  for (const [id, claim] of account.claims) {
    const isLater = claim.position !== undefined && rankOf(claim.position) > rankOf(position);
    if (isLater && claim.claimId === claimId && isActive(claim)) yield id;
  }
}

/** Whether a payer in a position has decided on a claim. */
export function hasDecided(account: Account, claimId: string, position: PayerPosition): boolean {
  for (const claim of account.claims.values()) {
    if (claim.position === position && claim.claimId === claimId && isActive(claim)) return true;
  }
  return false;
}

/** Whether no payer before a position has decided on a claim. */
export function isAlone(account: Account, claimId: string, position: PayerPosition): boolean {
  for (const claim of account.claims.values()) {
    const isEarlier = claim.position !== undefined && rankOf(claim.position) < rankOf(position);
    if (isEarlier && claim.claimId === claimId && isActive(claim)) return false;
  }
  return true;
}

/**
 * The charges on which another decision of a payer, in the same position, stands. One that only refused has posted
 * nothing that a later one could repeat.
 */
export function chargesDecidedOtherwise(
  account: Account,
  own: string,
  { payerId, position }: Pick<AdjudicatedClaim, 'payerId' | 'position'>,
): Set<string> {
  const decided = new Set<string>();
  for (const [id, claim] of account.claims) {
    const isSame = claim.payerId === payerId && claim.position === position;
    if (!isSame || id === own || !isActive(claim) || !postedAny(account, claim)) continue;
    for (const chargeId of standingChargesOf(claim)) decided.add(chargeId);
  }
  return decided;
}

/** Whether it paid or wrote off something, rather than only say who answers for it. */
function postedAny(account: Account, { entries }: AdjudicatedClaim): boolean {
  return entries.some((entryId) => {
    const type = account.entries.get(entryId)?.type;
    return type === 'PaymentPosted' || type === 'AdjustmentPosted';
  });
}

/**
 * What is looked at again when an adjudication, or lines of it, were taken back: all decisions on its claim, what is left
 * of itself too, and those of its payer of which a part is held, since a claim that is sent anew may have another number.
 */
export function* concernedBy(
  account: Account,
  taken: Pick<AdjudicatedClaim, 'claimId' | 'payerId'>,
): Iterable<string> {
  for (const [id, claim] of account.claims) {
    if (!isActive(claim)) continue;
    const isSameClaim = claim.claimId === taken.claimId && claim.claimId !== '';
    if (isSameClaim || (claim.hasHeld && claim.payerId === taken.payerId)) yield id;
  }
}
