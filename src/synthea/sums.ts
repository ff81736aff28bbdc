import { type Money, ZERO } from '../ledger/money.js';

/** What a patient's rows, or the entries made of them, add up to. */
export interface Sums {
  charges: Money;
  payments: Money;
  adjustments: Money;
  transfers: Money;
  /** Charges less payments less adjustments; in the ledger, what the entries do to the balance. */
  balance: Money;
}

export const NO_SUMS: Sums = {
  charges: ZERO,
  payments: ZERO,
  adjustments: ZERO,
  transfers: ZERO,
  balance: ZERO,
};

/** The sums of two together. */
export function plus(a: Sums, b: Sums): Sums {
  return {
    charges: a.charges.plus(b.charges),
    payments: a.payments.plus(b.payments),
    adjustments: a.adjustments.plus(b.adjustments),
    transfers: a.transfers.plus(b.transfers),
    balance: a.balance.plus(b.balance),
  };
}

/** Whether all five are equal. */
export function agree(a: Sums, b: Sums): boolean {
  return (Object.keys(NO_SUMS) as (keyof Sums)[]).every((sum) => a[sum].equals(b[sum]));
}
