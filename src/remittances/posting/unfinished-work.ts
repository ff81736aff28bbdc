import type { Position } from '../../event-store/event-store.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { RecordedFinding, Suspension } from '../../ledger/remittance-events.js';

/** Injection token of what is left to do. */
export const UNFINISHED_WORK = Symbol('UnfinishedWork');

/** Suspended for want of an account, a charge or the lines that it takes back, which may be there by now. */
export const TRIED_AGAIN = [
  'account_not_found',
  'account_ambiguous',
  'line_not_matched',
  'original_differs',
] as const satisfies readonly Suspension[];

/** A remittance that was accepted, and is not posted to its end. */
export interface UnfinishedRemittance {
  remittanceId: string;
  documentSha256: string;
  /** Changes with every claim of it that has an outcome. */
  progress: string;
}

/** A claim by its remittance and its number in that. */
export interface ClaimKey {
  remittanceId: string;
  claim: number;
}

/** A claim that is suspended. */
export interface SuspendedStatement {
  statement: ClaimStatement;
  findings: RecordedFinding[];
}

/** What runs that were cut off, or accounts that were missing, left to be done: asked of the read models. */
export interface UnfinishedWork {
  /** In the order in which they were received. */
  remittances(): Promise<UnfinishedRemittance[]>;
  /**
   * How far in the log what is asked here is now, to be given as `since` later. Undefined before the first event.
   */
  upTo(): Promise<Position | undefined>;
  /**
   * Claims suspended for one of {@link TRIED_AGAIN} that could be posted by now, the oldest first: those for which an
   * account that could be theirs was appended to since their remittance came, and since the given place of the log; and
   * all of the remittances in `ofThese`. With them, claims that are posted on an account while their remittance does not
   * say so yet. None that was rejected.
   *
   * It may name too many, never too few: an account could be a claim's if it has charges of that claim, is called so, had
   * the same claim of the payer posted on it, or the one that it takes back or replaces (REF*F8), or has a charge of the day and amount of a line.
   */
  toTryAgain(since: Position | undefined, ofThese: readonly string[]): Promise<ClaimKey[]>;
  /** What claims say that are still suspended, or not said to be posted; in the order given. */
  statements(claims: readonly ClaimKey[]): Promise<SuspendedStatement[]>;
  /** Decisions on claims that were recorded and may not have been carried out. */
  decisions(): Promise<{ remittanceId: string; resolutionId: string }[]>;
}
