/**
 * An amount as a whole number of cents: an integer within the range in which numbers are exact, so that it is read,
 * added and compared without rounding. {@link dollars} leads out.
 */
export type Cents = number;

/** Amounts have at most 12 digits before the point, as everywhere in the ledger. */
const LARGEST: Cents = 10 ** 14 - 1;

const [ZERO, NINE, POINT, MINUS] = [48, 57, 46, 45];

/**
 * Reads an amount as X12 writes it: `125`, `.5`, `5.`, `-3.50`, `0012.500`. Undefined for anything else: no separators
 * of thousands, no exponents, nothing finer than a cent ({@link centsFault} says which).
 */
export function centsOf(text: string): Cents | undefined {
  let at = text.charCodeAt(0) === MINUS ? 1 : 0;
  const negative = at === 1;
  let cents = 0;
  let digits = 0;
  for (; at < text.length; at += 1, digits += 1) {
    const digit = text.charCodeAt(at);
    if (digit < ZERO || digit > NINE) break;
    cents = cents * 10 + (digit - ZERO);
    if (cents > LARGEST) return undefined;
  }
  cents *= 100;
  if (at < text.length) {
    if (text.charCodeAt(at) !== POINT) return undefined;
    at += 1;
    for (let worth = 10; at < text.length; at += 1, digits += 1) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9 || (worth === 0 && digit !== 0)) return undefined;
      cents += digit * worth;
      worth = worth === 10 ? 1 : 0;
    }
  }
  if (digits === 0 || cents > LARGEST) return undefined;
  return negative && cents !== 0 ? -cents : cents;
}

/** Why a text is no amount: nothing there, finer than a cent, too large, or no number at all. */
export function centsFault(text: string): 'missing' | 'finer_than_cents' | 'too_large' | 'unreadable' {
  if (text === '') return 'missing';
  const number = /^-?0*(?<whole>\d*)(?:\.(?<part>\d*))?$/.exec(text)?.groups;
  if (!number || !/\d/.test(text)) return 'unreadable';
  return (number['whole'] ?? '').length > 12 ? 'too_large' : 'finer_than_cents';
}

/** Writes cents as the decimal string that commands and findings carry: `-350` is `"-3.50"`. */
export function dollars(cents: Cents | bigint): string {
  const digits = String(cents < 0 ? -cents : cents).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const FULL = 2 ** 52;

/** An exact sum of any number of amounts. */
export class Total {
  #cents = 0;
  #carried = 0n;

  add(amount: Cents): void {
    this.#cents += amount;
    if (this.#cents > FULL || this.#cents < -FULL) {
      this.#carried += BigInt(this.#cents);
      this.#cents = 0;
    }
  }

  get cents(): bigint {
    return this.#carried + BigInt(this.#cents);
  }
}
