import { takesBack } from '../../ledger/claim-status.js';
import type { Account, AdjudicatedClaim } from '../../ledger/account.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { chargesOf, isActive, standingChargesOf } from './adjudications.js';
import { positionOf } from './position-of.js';
import { effectOf } from './reason-codes.js';
import { hasSameNumber } from './same-claim.js';
import { isZero } from '../../ledger/add-amounts.js';

/*
 * What earlier claims say about a claim's charges. It decides only between charges that are equally good for a line by
 * what the line itself says.
 */

/** How well a charge suits a claim, the lower the better. */
export type ChargeRank = 0 | 1 | 2 | 3 | 4 | 5;

const OF_THE_CLAIM: ChargeRank = 0;
const OF_THE_CLAIM_AND_DECIDED: ChargeRank = 1;
const FREE: ChargeRank = 2;
const WAS_OF_ANOTHER: ChargeRank = 3;
const OF_ANOTHER: ChargeRank = 4;
/** Another claim of this very remittance stands on it. */
export const TAKEN: ChargeRank = 5;

/**
 * How well the charges of an account suit a claim by what its payer said before:
 *
 * | rank | the charge |
 * |---|---|
 * | 0 | is of this claim, by the payer's numbers (CLP07, REF*F8), and no decision on it stands |
 * | 1 | the same, and a decision stands, as before a correction |
 * | 2 | was never decided on by the payer under another number, or none |
 * | 3 | was, and that was taken back |
 * | 4 | was, and that stands: this claim may be what comes in its place, or be of a charge that is just alike |
 * | 5 | belongs to an earlier claim of this remittance: the same CLP01 may stand several times in one, and each counts |
 *
 * A payer that was the first and is the second too decides twice on one charge: a decision in another position does not
 * compete with a claim that says what earlier payers did (CARC 23). A reversal is of what it takes back, wherever that
 * stands.
 *
 * Of rank 4 nothing can tell which it is. Where charges are opened as they are stated, it is taken for what comes in place
 * of the other, which holds the money until that is taken back.
 *
 * @param original charges of what a reversal takes back, where that is known
 */
export function rankOfCharges(
  account: Account,
  statement: ClaimStatement,
  original?: readonly string[],
): (chargeId: string) => ChargeRank {
  const ofTheClaim = new Set<string>(original);
  const standing = new Set<string>();
  const wasOfAnother = new Set<string>();
  const ofAnother = new Set<string>();
  const taken = new Set<string>();
  const goesBack = takesBack(statement);
  const follows = saysWhatOthersDid(statement);
  for (const claim of account.claims.values()) {
    if (claim.payerId !== statement.payerId || !decides(claim) || isItself(claim, statement)) continue;
    const charges = chargesOf(claim);
    const isSame = hasSameNumber(claim, statement);
    if (isSame && original === undefined) addAll(ofTheClaim, charges);
    if (goesBack || (follows && claim.position !== positionOf(statement.status))) continue;
    if (!isActive(claim)) {
      if (!isSame) addAll(wasOfAnother, charges);
      continue;
    }
    const theirs = standingChargesOf(claim);
    addAll(standing, theirs);
    if (!isSame) {
      addAll(ofAnother, theirs);
      if (theirs.length < charges.length) addAll(wasOfAnother, charges);
    }
    if (claim.remittanceId === statement.remittanceId) addAll(taken, theirs);
  }
  return (chargeId) => {
    if (taken.has(chargeId)) return TAKEN;
    if (ofTheClaim.has(chargeId)) return standing.has(chargeId) ? OF_THE_CLAIM_AND_DECIDED : OF_THE_CLAIM;
    if (ofAnother.has(chargeId)) return OF_ANOTHER;
    return wasOfAnother.has(chargeId) ? WAS_OF_ANOTHER : FREE;
  };
}

/** What is sure of a charge: 0 that it is of the claim, 2 that it is of another, 1 neither. */
export function gradeOf(rank: ChargeRank): 0 | 1 | 2 {
  switch (rank) {
    case 0:
    case 1:
      return 0;
    case 2:
    case 3:
    case 4:
      return 1;
    case 5:
      return 2;
  }
}

/** Whether it is a decision on its charges: a reversal, and what moves nothing, only seem to be about one. */
function decides(claim: AdjudicatedClaim): boolean {
  return claim.settlement === 'posted' && claim.reverses === undefined;
}

function isItself(claim: AdjudicatedClaim, statement: ClaimStatement): boolean {
  return claim.remittanceId === statement.remittanceId && claim.claim === statement.claim;
}

function saysWhatOthersDid({ lines }: ClaimStatement): boolean {
  return lines.some((line) =>
    line.adjustments.some(
      (stated) => !isZero(stated.amount) && effectOf(stated, line.paid).kind === 'prior_payer',
    ),
  );
}

function addAll(to: Set<string>, ids: readonly string[]): void {
  for (const id of ids) to.add(id);
}
