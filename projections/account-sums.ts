import { negated } from '../src/ledger/add-amounts.js';
import type { AccountEventType, Place } from '../src/ledger/events.js';
import { countsInBalance } from '../src/ledger/movements.js';
import type { ColumnType } from './projection.js';

/** What an account comes to: balance = charges - payments - adjustments + refunds. */
export const SUM_COLUMNS = {
  balance: 'numeric',
  unapplied: 'numeric',
  charges: 'numeric',
  payments: 'numeric',
  adjustments: 'numeric',
  refunds: 'numeric',
} as const satisfies Record<string, ColumnType>;

export type Sums = Record<keyof typeof SUM_COLUMNS, string>;

export const NO_SUMS: Readonly<Sums> = {
  balance: '0',
  unapplied: '0',
  charges: '0',
  payments: '0',
  adjustments: '0',
  refunds: '0',
};

/** Where payments come from: cash, or what a remittance brought as one sum. */
export const MONEY_IN: ReadonlySet<string> = new Set(['Assets:Cash', 'Assets:RemittanceClearing']);

/**
 * What one side of a movement, or a journal line, of an event of that type adds to the sums of its account.
 *
 * @param amount of a debit, or negative of a credit
 */
export function sumsOf(type: AccountEventType, place: Place, amount: string): Partial<Sums> {
  if ('paymentId' in place) return { balance: amount, unapplied: negated(amount) };
  if (countsInBalance(place)) return { balance: amount };
  if (place.account === 'Income:Charges') return { charges: negated(amount) };
  if (!MONEY_IN.has(place.account)) return { adjustments: amount };
  // Cash comes in by payments and goes out by refunds; a reversal takes the one or the other back.
  const isRefund = type === 'RefundIssued' || (type === 'EntryReversed' && !amount.startsWith('-'));
  return isRefund ? { refunds: negated(amount) } : { payments: amount };
}
