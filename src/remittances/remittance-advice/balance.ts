import { type Cents, Total } from './cents.js';
import type { Adjustment, Claim, ServiceLine } from './model.js';

/** What should be equal, and by how much it is not. */
export interface Balance {
  /** What follows from charge and adjustments. */
  computed: bigint;
  /** What the file says was paid. */
  stated: bigint;
  /** Stated less computed; zero when it balances. */
  difference: bigint;
}

function compare(computed: bigint, stated: bigint): Balance {
  return { computed, stated, difference: stated - computed };
}

function subtract(total: Total, adjustments: readonly Adjustment[]): void {
  for (const { amount } of adjustments) total.add(-amount);
}

/** SVC02 − ΣCAS = SVC03. */
export function lineBalance(line: ServiceLine): Balance {
  const total = new Total();
  total.add(line.charge);
  subtract(total, line.adjustments);
  return compare(total.cents, BigInt(line.paid));
}

/** CLP03 − ΣCAS of the claim and its lines = CLP04. */
export function claimBalance(claim: Claim): Balance {
  const total = new Total();
  total.add(claim.charge);
  subtract(total, claim.adjustments);
  for (const line of claim.lines) subtract(total, line.adjustments);
  return compare(total.cents, BigInt(claim.paid));
}

/** ΣSVC03 − ΣCAS of the claim itself = CLP04; only where there are lines. */
export function linesBalance(claim: Claim): Balance {
  const total = new Total();
  for (const line of claim.lines) total.add(line.paid);
  subtract(total, claim.adjustments);
  return compare(total.cents, BigInt(claim.paid));
}

/**
 * BPR02 (negated when BPR03 is D) = ΣCLP04 − ΣPLB.
 *
 * @param claims ΣCLP04 without predeterminations
 */
export function transactionBalance(payment: Cents, claims: bigint, providerAdjustments: bigint): Balance {
  return compare(claims - providerAdjustments, BigInt(payment));
}
