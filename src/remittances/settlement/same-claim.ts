import type { AdjudicatedClaim } from '../../ledger/account.js';

/** What a claim is called by: by its payer (CLP07, and REF*F8 for an earlier one), and by the provider (CLP01). */
export type Named = Pick<AdjudicatedClaim, 'payerId' | 'claimId' | 'payerClaimNumber'> & {
  originalClaimNumber?: string | undefined;
};

/**
 * How what takes back or corrects names an earlier adjudication, the better the higher:
 *
 * | | by |
 * |---|---|
 * | 2 | the payer's number of the claim (CLP07); CLP01 where one of them has no such number |
 * | 1 | REF*F8, where it has a number of its own |
 * | 0 | nothing |
 */
export type Naming = 0 | 1 | 2;

export function namingOf(original: Named, later: Named): Naming {
  if (original.payerId !== later.payerId) return 0;
  const { payerClaimNumber, claimId } = original;
  if (payerClaimNumber !== '' && payerClaimNumber === later.payerClaimNumber) return 2;
  if (payerClaimNumber !== '' && payerClaimNumber === later.originalClaimNumber) return 1;
  if (payerClaimNumber !== '' && later.payerClaimNumber !== '') return 0;
  return claimId !== '' && claimId === later.claimId ? 2 : 0;
}

/** Whether one can be of the other: it names it, or both are of one CLP01. */
export function mayBeSame(original: Named, later: Named): boolean {
  if (namingOf(original, later) > 0) return true;
  return original.payerId === later.payerId && original.claimId !== '' && original.claimId === later.claimId;
}

/** Whether the payer's numbers say that two are of one claim, whichever of them came first. */
export function hasSameNumber(a: Named, b: Named): boolean {
  return [
    [a.payerClaimNumber, b.payerClaimNumber],
    [a.payerClaimNumber, b.originalClaimNumber],
    [a.originalClaimNumber, b.payerClaimNumber],
  ].some(([one, other]) => one !== undefined && one !== '' && one === other);
}
