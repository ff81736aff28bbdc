import type { StatedLine } from '../../ledger/claim-statement.js';
import { type Cents, centsOf, dollars } from '../remittance-advice/cents.js';
import { signOf } from './sign-of.js';

/** A part of what explains a line: an adjustment, or what was paid where there is none. */
interface Piece {
  amount: Cents;
  adjustment?: StatedLine['adjustments'][number];
}

/** CARC 23: what payers before this one have done. */
const PRIOR_PAYERS = '23';

/**
 * Cuts a line that covers several charges into one line for each, to the cent and without rounding. The charges are
 * filled in order: with what earlier payers did, then with write-offs and denials, then with what was paid, then with
 * the patient's part. So what one payer leaves over falls to the same charges as what the next one says of it. Negative
 * pieces go to the first charge, what is too much (of a line that does not balance) to the last.
 *
 * @param charges of the parts, positive for reversals too; they add up to what the line charges
 * @returns lines that add up to the line in every amount; each balances if the line does
 */
export function cutLine(line: StatedLine, charges: readonly Cents[]): StatedLine[] {
  if (charges.length === 1) return [line];
  const sign = signOf(line);
  const parts = charges.map((charge, i) => {
    const { units: _, ...rest } = line;
    const part: StatedLine = { ...(i === 0 ? line : rest), adjustments: [] };
    return { charge, left: charge, paid: 0, line: part };
  });
  type Part = (typeof parts)[number];
  const pieces = piecesOf(line, sign);
  for (const piece of pieces.filter(({ amount }) => amount <= 0)) put(piece, parts[0]!, piece.amount);
  for (const piece of pieces.filter(({ amount }) => amount > 0)) {
    let left = piece.amount;
    for (const part of parts) {
      const amount = Math.min(left, Math.max(part.left, 0));
      if (amount > 0) put(piece, part, amount);
      left -= amount;
    }
    if (left > 0) put(piece, parts.at(-1)!, left);
  }
  return parts.map(({ charge, paid, line: part }) => ({
    ...part,
    charge: dollars(sign * charge),
    paid: dollars(sign * paid),
  }));

  function put({ adjustment }: Piece, part: Part, amount: Cents): void {
    part.left -= amount;
    if (adjustment) part.line.adjustments.push({ ...adjustment, amount: dollars(sign * amount) });
    else part.paid += amount;
  }
}

/**
 * Puts lines that were cut together again, each as its remittance states it but for the order of its adjustments, which
 * say no more than one amount by group and reason.
 *
 * @param lines parts of one line have its number
 * @returns one line for each number, in the order in which they first come
 */
export function joinLines(lines: readonly StatedLine[]): StatedLine[] {
  return Array.from(Map.groupBy(lines, ({ line }) => line).values(), (parts): StatedLine => {
    const [first] = parts as [StatedLine, ...StatedLine[]];
    if (parts.length === 1) return first;
    const adjustments = Map.groupBy(
      parts.flatMap((part) => part.adjustments),
      ({ group, reason, ofClaim = false }) => `${group} ${reason} ${ofClaim}`,
    );
    return {
      ...first,
      charge: totalOf(parts.map(({ charge }) => charge)),
      paid: totalOf(parts.map(({ paid }) => paid)),
      adjustments: Array.from(adjustments.values(), (same) => ({
        ...same[0]!,
        amount: totalOf(same.map(({ amount }) => amount)),
      })),
    };
  });
}

function totalOf(amounts: readonly string[]): string {
  return dollars(amounts.reduce((sum, amount) => sum + centsOf(amount)!, 0));
}

/** In the order in which they fill charges; amounts count upwards. */
function piecesOf(line: StatedLine, sign: 1 | -1): Piece[] {
  const adjusted = line.adjustments.map((adjustment): Piece => ({
    amount: sign * centsOf(adjustment.amount)!,
    adjustment,
  }));
  const rankOf = ({ adjustment }: Piece) => {
    if (!adjustment) return 2;
    if (adjustment.reason === PRIOR_PAYERS) return 0;
    return adjustment.group === 'PR' ? 3 : 1;
  };
  return [...adjusted, { amount: sign * centsOf(line.paid)! }].sort((a, b) => rankOf(a) - rankOf(b));
}
