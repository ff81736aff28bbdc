/** Money of the generator: whole US cents in safe integers, so that every split is exact. */
export type Cents = number;

/** Writes cents as the decimal string that commands carry: `12345` is `"123.45"`. */
export function dollars(cents: Cents): string {
  const digits = String(cents).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** So many thousandths of an amount, rounded to the nearest cent, a half up; whole numbers all the way. */
export function permilleOf(cents: Cents, permille: number): Cents {
  return Math.floor((cents * permille + 500) / 1000);
}
