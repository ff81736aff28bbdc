import { money } from './money.js';

/** So many characters are read as an exact integer, whatever they are. */
const SHORT = 15;
/** The sum of two such numbers of thousandths is exact: integers are, up to 2 ** 53. */
const LARGEST = 2 ** 52;
const [POINT, MINUS, ZERO, NINE] = [46, 45, 48, 57];

/**
 * The exact sum of two amounts, decimal strings of any sign, as the shortest decimal string: `"100.50"` and `"-0.50"` are
 * `"100"`. What is summed for every event is summed in whole thousandths, since no currency has finer minor digits; longer
 * texts take the way of {@link money}.
 */
export function addAmounts(a: string, b: string): string {
  const [x, y] = [thousandthsOf(a), thousandthsOf(b)];
  return x === undefined || y === undefined ? money(a).plus(b).toFixed() : textOf(x + y);
}

/** An amount with the other sign. */
export function negated(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}

/** Whether an amount is nothing. */
export function isZero(amount: string): boolean {
  for (let at = 0; at < amount.length; at += 1) {
    const char = amount.charCodeAt(at);
    if (char > ZERO && char <= NINE) return false;
  }
  return true;
}

/** An integer; undefined for what is too long, finer, or no plain decimal string. */
function thousandthsOf(text: string): number | undefined {
  const { length } = text;
  if (length > SHORT) return undefined;
  const isNegative = text.charCodeAt(0) === MINUS;
  let number = 0;
  let digits = 0;
  let left = -1;
  for (let at = isNegative ? 1 : 0; at < length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === POINT && left === -1) {
      left = 3;
      continue;
    }
    const digit = char - ZERO;
    if (digit < 0 || digit > 9 || left === 0) return undefined;
    number = number * 10 + digit;
    digits += 1;
    if (left > 0) left -= 1;
  }
  if (digits === 0) return undefined;
  number *= WORTH[left]!;
  if (number > LARGEST) return undefined;
  return isNegative ? -number : number;
}

/** What the last digit is worth in thousandths, by the digits that are left after it; -1 where there is no point. */
const WORTH: Readonly<Record<number, number>> = { [-1]: 1000, 3: 1000, 2: 100, 1: 10, 0: 1 };

function textOf(thousandths: number): string {
  if (thousandths % 1000 === 0) return String(thousandths / 1000);
  const whole = Math.trunc(thousandths / 1000);
  const text = `${Math.abs(whole)}.${FRACTIONS[Math.abs(thousandths % 1000)]}`;
  return thousandths < 0 ? `-${text}` : text;
}

/** What stands after the point, by the thousandths beyond the whole. */
const FRACTIONS = Array.from({ length: 1000 }, (_, i) => String(i).padStart(3, '0').replace(/0+$/, ''));
