import { isZero } from '../../ledger/add-amounts.js';

/**
 * Which way a claim or line goes: -1 when it takes back, as the amounts of reversals are negative, else 1. Multiplied by
 * it, what is charged counts upwards either way, so that a reversal is read exactly as what it takes back was.
 */
export function signOf({ charge, paid }: { charge: string; paid: string }): 1 | -1 {
  return (isZero(charge) ? paid : charge).startsWith('-') ? -1 : 1;
}
