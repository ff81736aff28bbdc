import { type Cents, dollars } from '../../../src/generator/cents.js';

/** Whole cents as the decimal string of commands and answers: `-1234` is `"-12.34"`. */
export function decimal(cents: Cents): string {
  return cents < 0 ? `-${dollars(-cents)}` : dollars(cents);
}

/** Whole cents as payers write them, without zeros at the end: `12000` is `"120"`, `-5050` is `"-50.5"`. */
export function x12Amount(cents: Cents): string {
  return decimal(cents).replace(/\.?0+$/, '');
}

/** The sum of some cents. */
export function sum(cents: Iterable<Cents>): Cents {
  let total = 0;
  for (const each of cents) total += each;
  return total;
}
