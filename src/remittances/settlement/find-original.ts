import type { Account, AdjudicatedClaim } from '../../ledger/account.js';
import { takesBack } from '../../ledger/claim-status.js';
import type { ClaimStatement, StatedAdjustment, StatedLine } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import { type Money, ZERO, money } from '../../ledger/money.js';
import { type Adjudication, adjudicationIn, isActive } from './adjudications.js';
import { isZero } from './sign-of.js';

/** What a reversal is recognised by. */
export type Reversal = Pick<
  ClaimStatement,
  'payerId' | 'claimId' | 'payerClaimNumber' | 'charge' | 'paid' | 'effectiveOn'
> & { lines: readonly Line[] };

type Line = Pick<StatedLine, 'procedure' | 'serviceDate' | 'charge' | 'paid' | 'adjustments'>;

/**
 * Ids of what a reversal may take back, in the order in which it was posted: adjudications of the same payer that stand,
 * with the same payer claim number or the same CLP01, whose amounts it negates.
 */
export function possibleOriginals(account: Account, reversal: Omit<Reversal, 'lines'>): string[] {
  const found: string[] = [];
  for (const [id, claim] of account.claims) {
    const stands = isActive(claim) && !takesBack(claim);
    if (stands && mayBeSame(claim, reversal) && negates(claim, reversal)) found.push(id);
  }
  return found;
}

/** Ids of reversals that may wait for an adjudication such as this, the oldest first. */
export function possibleReversals(
  account: Account,
  original: Omit<Reversal, 'lines' | 'effectiveOn'>,
): string[] {
  const found: string[] = [];
  for (const [id, claim] of account.claims) {
    const waits = claim.settlement === 'waits_for_original';
    if (waits && mayBeSame(claim, original) && negates(claim, original)) found.push(id);
  }
  return found;
}

/**
 * What a reversal takes back: of what is possible, the one whose adjustments it negates too, the latest of several.
 * One that has other adjustments is meant only where the reversal does not say all of its own; otherwise the one that is
 * meant, with just these, is still to come.
 *
 * Some payers, Medicaid programs most of all, give a reversal a claim number of its own. Where none with its number is
 * found, it takes back what it negates to the last adjustment of each service. Several of that kind say the same of the
 * same services, so that everybody owes the same whichever of them is taken: this is what keeps the order in which they
 * come from mattering.
 */
export function findOriginal(draft: Draft, reversal: Reversal): Adjudication | undefined {
  return possibleOriginals(draft.account, reversal)
    .map((id) => adjudicationIn(draft, id))
    .filter((found) => found !== undefined)
    .map((original) => ({ original, likeness: likenessTo(original.data, reversal) }))
    .filter(({ likeness }) => likeness > 0)
    .reduce<{ original: Adjudication; likeness: number } | undefined>(
      (best, each) => (best && best.likeness > each.likeness ? best : each),
      undefined,
    )?.original;
}

/**
 * What a reversal of only a part of its claim is of: an adjudication that came before it and charged more. Nothing but
 * a person can say what of it is to be taken back.
 */
export function findPartial(draft: Draft, reversal: Reversal): string[] {
  return [...differing(draft.account, reversal)].filter((id) => {
    const original = adjudicationIn(draft, id);
    if (!original) return false;
    return (
      original.data.effectiveOn < reversal.effectiveOn &&
      money(original.data.charge).greaterThan(money(reversal.charge).abs())
    );
  });
}

/** Ids of adjudications of the claim that stand and charge other amounts than a reversal takes back. */
export function* differing(account: Account, reversal: Omit<Reversal, 'lines'>): Iterable<string> {
  for (const [id, claim] of account.claims) {
    const stands = isActive(claim) && !takesBack(claim);
    if (stands && isSameClaim(claim, reversal) && !negates(claim, reversal)) yield id;
  }
}

/** The one of some reversals that waits for an adjudication that was just posted: those with its number come first. */
export function reversalOf(
  draft: Draft,
  ids: readonly string[],
  { data }: Adjudication,
): Adjudication | undefined {
  return ids
    .map((id) => adjudicationIn(draft, id))
    .filter((found) => found !== undefined)
    .map((reversal) => ({ reversal, likeness: likenessTo(data, reversal.data) }))
    .filter(({ likeness }) => likeness > 0)
    .sort((a, b) => Number(b.likeness > BY_SERVICES) - Number(a.likeness > BY_SERVICES))[0]?.reversal;
}

type Named = Pick<AdjudicatedClaim, 'payerId' | 'claimId' | 'payerClaimNumber'>;

function isSameClaim(a: Named, b: Named): boolean {
  if (a.payerId !== b.payerId) return false;
  if (a.payerClaimNumber !== '' && b.payerClaimNumber !== '') {
    return a.payerClaimNumber === b.payerClaimNumber;
  }
  return a.claimId !== '' && a.claimId === b.claimId;
}

function mayBeSame(a: Named, b: Named): boolean {
  return isSameClaim(a, b) || (a.payerId === b.payerId && a.claimId !== '' && a.claimId === b.claimId);
}

type Totals = Pick<AdjudicatedClaim, 'charge' | 'paid'>;

function negates(a: Totals, b: Totals): boolean {
  return isNegative(a.charge, b.charge) && isNegative(a.paid, b.paid);
}

function isNegative(a: string, b: string): boolean {
  // Both are written alike, so that texts can be compared; zero has no sign.
  return a === (b.startsWith('-') ? b.slice(1) : `-${b}`) || (a === b && isZero(a));
}

type Explained = Totals & { lines: readonly Line[] };

/** It has another claim number, and is told by what it says of each service. */
const BY_SERVICES = 1;

/**
 * 4: group and reason of all adjustments are negated; 3: the reasons are; 2: the reversal does not say all of them; 1: its
 * number is another, but all that is said of each service is negated; 0: it is of something else.
 */
function likenessTo(original: Named & Explained, reversal: Named & Explained): number {
  if (isSameClaim(original, reversal)) {
    if (cancel(original, reversal, ({ group, reason }) => `${group} ${reason}`)) return 4;
    // Guides before 5010 have the group CR for all of it.
    if (cancel(original, reversal, ({ reason }) => reason)) return 3;
    return saysAll(reversal) ? 0 : 2;
  }
  return negatesEachService(original, reversal) ? BY_SERVICES : 0;
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
function comesToNothing(amounts: readonly (readonly [key: string, amount: string])[]): boolean {
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
