import type { Account } from '../../ledger/account.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { LineMatching } from './line-matching.js';
import type { MatchOptions, MatchedLine, UnmatchedLines } from './matched-line.js';

export type { MatchOptions, MatchedLine, UnmatchedLines } from './matched-line.js';

/**
 * Finds for each line of a claim the charge that it is about (the ways are in `line-evidence.ts`): among the charges that
 * name the claim (`claimId` is CLP01), then among those that name none; where no charge names the claim, among all.
 * Several charges of one procedure that together are what a line charges were bundled by the payer: the line is cut into
 * one for each.
 *
 * No line goes to two charges and no charge takes more than its amount from several lines: several are parts of it.
 * Where a line could be about several charges, the payer's earlier claims decide ({@link rankOfCharges}); those that are
 * the same in code, modifiers, date and amount, and no better by that, are taken in the order of posting. A reversal is
 * matched as what it takes back. Lines that say nothing of money are left out.
 *
 * @returns every other line with its charge, in the order of the lines, adding up to the claim's lines in every amount; or
 *   which lines have none, or several
 */
export function matchLines(
  account: Account,
  statement: ClaimStatement,
  options: MatchOptions = {},
): { kind: 'matched'; lines: MatchedLine[] } | UnmatchedLines {
  const matching = new LineMatching(account, statement, options);
  const whole = statement.lines.length === 1 && statement.lines[0]!.line === 0;
  if (whole) matching.matchWhole();
  else matching.matchEach();
  return matching.result();
}
