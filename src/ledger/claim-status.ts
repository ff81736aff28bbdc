/** CLP02 of a predetermination: it says what would be paid, is outside of every sum, and moves nothing. */
export const PREDETERMINATION = '25';
/** CLP02 of a reversal: it takes back what an earlier remittance said. */
const REVERSAL = '22';

type Stated = { status: string };

/** Whether a claim only says what would be paid. */
export function isPredetermination({ status }: Stated): boolean {
  return status === PREDETERMINATION;
}

/** Whether a claim says of itself that it takes back an earlier one. */
export function isReversal({ status }: Stated): boolean {
  return status === REVERSAL;
}

/**
 * Whether a claim takes back an earlier one: it says so, or its amounts are negative without that.
 *
 * @param claim CLP02, and CLP03 and CLP04 as decimal strings
 */
export function takesBack(claim: Stated & { charge: string; paid: string }): boolean {
  return isReversal(claim) || claim.paid.startsWith('-') || claim.charge.startsWith('-');
}
