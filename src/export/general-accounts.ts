import { ADJUSTMENT_CATEGORIES } from '../ledger/events.js';
import { adjustmentPlace } from '../ledger/movements.js';

/** The accounts of the hospital itself, whatever the patient account. */
export const GENERAL_ACCOUNTS: readonly string[] = [
  'Assets:Cash',
  'Assets:PayerControl',
  'Assets:RemittanceClearing',
  'Expenses:ControlWriteOff',
  'Expenses:Penalties',
  'Income:Charges',
  'Income:Interest',
  ...new Set(ADJUSTMENT_CATEGORIES.map((category) => adjustmentPlace(category).account)),
];

/** The accounts that every patient account has a part of. */
export const PATIENT_ACCOUNTS = [
  'Assets:Receivable:Patient',
  'Assets:Receivable:Payer',
  'Liabilities:Unapplied',
] as const;
