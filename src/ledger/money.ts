import { Decimal } from 'decimal.js';
import { minorDigitsOf } from './currency.js';

/**
 * An exact amount of money in one currency, never a binary float.
 *
 * The context carries 60 significant digits, so that sums over any history stay exact: the library's own
 * default of 20 digits would start to round after a few million large entries.
 */
export const Money = Decimal.clone({ precision: 60, toExpNeg: -9e15, toExpPos: 9e15 });
export type Money = Decimal;

export const ZERO: Money = new Money(0);

/** Reads a decimal string such as "125.00"; the text must have passed {@link amountFault} or come from an event. */
export function money(text: string): Money {
  return new Money(text);
}

/** Writes an amount with exactly the minor digits of its currency: `125.00`, `-3.50`; never `-0.00`. */
export function formatMoney(amount: Money, currency: string): string {
  const text = amount.toFixed(minorDigitsOf(currency));
  return amount.isZero() && text.startsWith('-') ? text.slice(1) : text;
}

/** The exact sum of amounts; zero for none. */
export function sumOf(amounts: Iterable<Money>): Money {
  let total = ZERO;
  for (const amount of amounts) total = total.plus(amount);
  return total;
}

/** Amounts with 0, 1, 2, 3 minor digits. */
const FORMS = [/^\d{1,12}$/, /^\d{1,12}\.\d$/, /^\d{1,12}\.\d{2}$/, /^\d{1,12}\.\d{3}$/];

/**
 * What is wrong with the text of an amount in a request, or undefined when nothing is.
 *
 * @param text the amount as sent
 * @param currency ISO 4217 code; amounts carry exactly its minor digits
 * @param zeroAllowed true only for a charge
 */
export function amountFault(text: string, currency: string, zeroAllowed = false): string | undefined {
  const digits = minorDigitsOf(currency);
  if (!FORMS[digits]!.test(text)) {
    const example = digits === 0 ? '"125"' : `"125.${'0'.repeat(digits)}"`;
    return `must be a decimal string such as ${example}: at most 12 digits, then exactly ${digits} for ${currency}`;
  }
  if (text.length > 1 && /^0\d/.test(text)) return 'must not start with a zero that means nothing';
  if (!zeroAllowed && /^[0.]+$/.test(text)) return 'must be more than zero';
  return undefined;
}
