import type { Account, AdjudicatedClaim } from '../../ledger/account.js';
import { takesBack } from '../../ledger/claim-status.js';
import type { ClaimStatement, StatedAdjustment, StatedLine } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import { type Money, ZERO, money, sumOf } from '../../ledger/money.js';
import { type Adjudication, adjudicationIn, isActive, standingLines } from './adjudications.js';
import { type Named, mayBeSame, namingOf } from './same-claim.js';
import { isZero, negated } from '../../ledger/add-amounts.js';

/** What a reversal is recognised by. */
export type Reversal = Pick<
  ClaimStatement,
  'payerId' | 'claimId' | 'payerClaimNumber' | 'originalClaimNumber' | 'charge' | 'paid' | 'effectiveOn'
> & { lines: readonly Line[] };

type Line = Pick<StatedLine, 'procedure' | 'serviceDate' | 'charge' | 'paid' | 'adjustments'>;

/**
 * Ids of what a reversal may take back as a whole, in the order in which it was posted: adjudications of the same payer
 * that stand with all of their lines, which it names or which have the same CLP01, and whose amounts it negates.
 */
export function possibleOriginals(account: Account, reversal: Omit<Reversal, 'lines'>): string[] {
  const found: string[] = [];
  for (const [id, claim] of account.claims) {
    const stands = isActive(claim) && !takesBack(claim) && claim.taken.length === 0;
    if (stands && mayBeSame(claim, reversal) && negates(claim, reversal)) found.push(id);
  }
  return found;
}

/** Ids of the adjudications that stand, whole or in part, and that a reversal names: it may take lines of them back. */
export function namedOriginals(account: Account, reversal: Named): string[] {
  const found: string[] = [];
  for (const [id, claim] of account.claims) {
    if (isActive(claim) && !takesBack(claim) && namingOf(claim, reversal) > 0) found.push(id);
  }
  return found;
}

/** Ids of reversals that may wait for an adjudication such as this, or for lines of it, the oldest first. */
export function waitingReversals(account: Account, original: Named): string[] {
  const found: string[] = [];
  for (const [id, claim] of account.claims) {
    if (claim.settlement === 'waits_for_original' && mayBeSame(original, claim)) found.push(id);
  }
  return found;
}

/**
 * What a reversal takes back: of what is possible, the one whose adjustments it negates too, the latest of several.
 * One that has other adjustments is meant only where the reversal does not say all of its own; otherwise the one that is
 * meant, with just these, is still to come.
 *
 * Some payers, Medicaid programs most of all, give a reversal a claim number of its own. Then REF*F8 says the original's.
 * Where that is not there either, it takes back what it negates to the last adjustment of each service. Several of that
 * kind say the same of the same services, so that everybody owes the same whichever of them is taken: this is what keeps
 * the order in which they come from mattering.
 *
 * @param named only what the reversal names, not what is told by its services alone
 */
export function findOriginal(draft: Draft, reversal: Reversal, named: boolean): Adjudication | undefined {
  return possibleOriginals(draft.account, reversal)
    .map((id) => adjudicationIn(draft, id))
    .filter((found) => found !== undefined)
    .map((original) => ({ original, likeness: likenessTo(original.data, reversal) }))
    .filter(({ likeness }) => likeness > (named ? BY_SERVICES : 0))
    .reduce<{ original: Adjudication; likeness: number } | undefined>(
      (best, each) => (best && best.likeness > each.likeness ? best : each),
      undefined,
    )?.original;
}

/**
 * What a reversal of only a part of its claim is of, and cannot take back: an adjudication that came before it, and of
 * which more stands than it takes back, or would, had lines of it not been taken back before. Its lines are not those of
 * the reversal ({@link findLines}), and nothing but a person can say what that means.
 */
export function findPartial(draft: Draft, reversal: Reversal): Adjudication | undefined {
  return namedOriginals(draft.account, reversal)
    .map((id) => adjudicationIn(draft, id))
    .filter((original) => original !== undefined)
    .find((original) => {
      const { claim, data } = original;
      const standing = sumOf(standingLines(original).map(({ charge }) => money(charge)));
      const isMore =
        data.effectiveOn < reversal.effectiveOn && standing.greaterThan(money(reversal.charge).abs());
      return (isMore && !negates(claim, reversal)) || (claim.taken.length > 0 && negates(claim, reversal));
    });
}

/**
 * The one of some reversals that waits for an adjudication that was just posted: those that say its number come first,
 * then those that name it otherwise.
 */
export function reversalOf(
  draft: Draft,
  ids: readonly string[],
  { data }: Adjudication,
): Adjudication | undefined {
  return ids
    .map((id) => adjudicationIn(draft, id))
    .filter((found) => found !== undefined && negates(data, found.claim))
    .map((reversal) => ({ reversal: reversal!, likeness: likenessTo(data, reversal!.data) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => wayOf(b.likeness) - wayOf(a.likeness))[0]?.reversal;
}

type Totals = Pick<AdjudicatedClaim, 'charge' | 'paid'>;

function negates(a: Totals, b: Totals): boolean {
  return isNegative(a.charge, b.charge) && isNegative(a.paid, b.paid);
}

function isNegative(a: string, b: string): boolean {
  // Both are written alike, so that texts can be compared; zero has no sign.
  return a === negated(b) || (a === b && isZero(a));
}

type Explained = Totals & { lines: readonly Line[] };

/** It names no claim, or another, and is told by what it says of each service. */
const BY_SERVICES = 1;
/** What a name by the payer's number is worth more than one by REF*F8. */
const BY_NUMBER = 3;

/**
 * How well a reversal is of an adjudication: where it names it, 4: group and reason of all adjustments are negated; 3: the
 * reasons are; 2: the reversal does not say all of them; each {@link BY_NUMBER} more where it does so by number. 1: it
 * names another or none, but all that is said of each service is negated. 0: it is of something else.
 */
function likenessTo(original: Named & Explained, reversal: Named & Explained): number {
  const naming = namingOf(original, reversal);
  if (naming === 0) return negatesEachService(original, reversal) ? BY_SERVICES : 0;
  const best = naming === 2 ? BY_NUMBER : 0;
  if (cancel(original, reversal, ({ group, reason }) => `${group} ${reason}`)) return best + 4;
  // Guides before 5010 have the group CR for all of it.
  if (cancel(original, reversal, ({ reason }) => reason)) return best + 3;
  return saysAll(reversal) ? 0 : best + 2;
}

/** In which of three ways it is found, the better the higher. */
function wayOf(likeness: number): 0 | 1 | 2 {
  if (likeness > 4) return 2;
  return likeness > BY_SERVICES ? 1 : 0;
}

/** Whether what both say of each service comes to nothing: its charge, payment, and adjustments by group and reason. */
function negatesEachService(a: Explained, b: Explained): boolean {
  return comesToNothing(
    [...a.lines, ...b.lines].flatMap(({ procedure, serviceDate = '', charge, paid, adjustments }) => {
      const service = [serviceDate, procedure.qualifier, procedure.code, ...procedure.modifiers].join(' ');
      return [
        [`${service}: charge`, charge],
        [`${service}: paid`, paid],
        ...adjustments.map(
          ({ group, reason, amount }) => [`${service}: ${group} ${reason}`, amount] as const,
        ),
      ];
    }),
  );
}

function cancel(a: Explained, b: Explained, keyOf: (adjustment: StatedAdjustment) => string): boolean {
  const adjustments = [...a.lines, ...b.lines].flatMap((line) => line.adjustments);
  return comesToNothing(adjustments.map((adjustment) => [keyOf(adjustment), adjustment.amount]));
}

/** Whether the amounts of every key sum to zero. */
export function comesToNothing(amounts: readonly (readonly [key: string, amount: string])[]): boolean {
  const sums = new Map<string, Money>();
  for (const [key, amount] of amounts) sums.set(key, (sums.get(key) ?? ZERO).plus(amount));
  return [...sums.values()].every((sum) => sum.isZero());
}

/** Whether charge less adjustments is what was paid. */
function saysAll({ charge, paid, lines }: Explained): boolean {
  let left = money(charge).minus(paid);
  for (const { adjustments } of lines) {
    for (const { amount } of adjustments) left = left.minus(amount);
  }
  return left.isZero();
}
