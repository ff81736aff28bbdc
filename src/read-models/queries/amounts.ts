import { formatMoney, money } from '../../ledger/money.js';

/**
 * An exact amount as the database gives it, with the minor digits of its currency. The currency is unknown only while
 * the opening of the account is set aside; two digits are then as good as any.
 */
export function writeAmount(amount: string | null, currency: string | null): string {
  const exact = money(amount ?? '0');
  return currency === null ? exact.toFixed(2) : formatMoney(exact, currency);
}
