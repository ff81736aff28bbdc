import type { StatedLine } from '../../ledger/claim-statement.js';
import type { Candidate, Suspension } from '../../ledger/remittance-events.js';

/** A line with the charge that it is about. A line that covers several charges is cut into one for each. */
export interface MatchedLine {
  line: StatedLine;
  chargeId: string;
}

/** Lines of which it cannot be said what they are about. */
export interface UnmatchedLines {
  kind: 'suspended';
  reason: Extract<Suspension, 'line_not_matched'>;
  facts: Readonly<Record<string, string>>;
  candidates: Candidate[];
  /** The other lines, with their charges. */
  matched: MatchedLine[];
  /** Numbers of the lines for which there is no charge: one may be posted for each. */
  missing: number[];
  /** Numbers of the lines for which there are several that differ: somebody has to say which. */
  ambiguous: number[];
}

export interface MatchOptions {
  /** Somebody said to take the account as given: a stated date or amount that differs no longer speaks against a charge. */
  released?: boolean;
  /** Charges that an earlier claim of the same remittance stands on are none of this one's: it is to get its own. */
  leavesTaken?: boolean;
  /** Of a reversal: the charges of what it takes back, where that is known. */
  original?: readonly string[];
}
