import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import type { ReversedLines } from '../../ledger/events.js';
import { type FoundLines, findLines } from './find-lines.js';
import { findOriginal } from './find-original.js';
import type { MatchedLine } from './matched-line.js';
import type { TakenBack } from './take-back.js';

/** What a reversal takes back, as a whole or by lines, with the charges of its lines where they are told by that. */
export type FoundTakenBack =
  { parts: TakenBack[]; lines?: MatchedLine[] } | Extract<FoundLines, { notFound: number[] }>;

/**
 * Finds what a reversal takes back, from the most to the least certain: a whole adjudication that it names; lines of those
 * that it names, of one or of several; a whole adjudication that says the same of the same services.
 *
 * @returns the numbers of its lines for which there is nothing, where it takes back none of these
 */
export function findTakenBack(
  draft: Draft,
  reversal: Omit<Parameters<typeof findOriginal>[1], 'lines'> & Pick<ClaimStatement, 'lines'>,
): FoundTakenBack {
  const named = findOriginal(draft, reversal, true);
  if (named) return { parts: [{ original: named }] };
  const found = findLines(draft, reversal);
  if ('parts' in found) return found;
  const alike = findOriginal(draft, reversal, false);
  return alike ? { parts: [{ original: alike }] } : found;
}

/** How an event says what is taken back. */
export function reversesOf(
  parts: readonly TakenBack[],
): { reverses: string } | { reversesLines: ReversedLines[] } {
  const [whole] = parts;
  if (whole && !whole.lines) return { reverses: whole.original.id };
  return {
    reversesLines: parts.map(({ original, lines = [] }) => ({
      adjudicationId: original.id,
      lines: [...lines],
    })),
  };
}
