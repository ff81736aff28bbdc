import { minorDigitsOf } from '../../ledger/currency.js';
import { type Money, formatMoney } from '../../ledger/money.js';

/**
 * Writes amounts of a currency. One that is finer than the currency keeps its digits, so that the ledger refuses it
 * instead of posting another amount.
 */
export function amountWriter(currency: string): (amount: Money) => string {
  const digits = minorDigitsOf(currency);
  return (amount) => (amount.decimalPlaces() > digits ? amount.toFixed() : formatMoney(amount, currency));
}
