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

/** Where payments come from: cash, or what a remittance brought as one sum. */
export const MONEY_IN: ReadonlySet<string> = new Set(['Assets:Cash', 'Assets:RemittanceClearing']);
