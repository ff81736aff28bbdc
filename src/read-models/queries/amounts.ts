import { isZero } from '../../ledger/add-amounts.js';
import { minorDigitsOf } from '../../ledger/currency.js';
import { money } from '../../ledger/money.js';

/**
 * An exact amount as the database gives it, with the minor digits of its currency. The currency is unknown only while
 * the opening of the account is set aside; two digits are then as good as any.
 */
export function writeAmount(amount: string | null, currency: string | null): string {
  const digits = currency === null ? 2 : minorDigitsOf(currency);
  if (amount === null || isZero(amount)) return digits === 0 ? '0' : `0.${'0'.repeat(digits)}`;
  const point = amount.indexOf('.');
  const written = point === -1 ? 0 : amount.length - point - 1;
  if (written > digits) return money(amount).toFixed(digits);
  return written === digits ? amount : `${amount}${point === -1 ? '.' : ''}${'0'.repeat(digits - written)}`;
}
