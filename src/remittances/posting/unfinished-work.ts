import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { RecordedFinding, Suspension } from '../../ledger/remittance-events.js';

/** Injection token of what is left to do. */
export const UNFINISHED_WORK = Symbol('UnfinishedWork');

/** Suspended for want of an account or a charge, which may be there by now. */
export const TRIED_AGAIN = [
  'account_not_found',
  'account_ambiguous',
  'line_not_matched',
] as const satisfies readonly Suspension[];

/** A remittance that was accepted, and is not posted to its end. */
export interface UnfinishedRemittance {
  remittanceId: string;
  documentSha256: string;
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
   * Claims suspended for one of {@link TRIED_AGAIN}, or posted on an account while their remittance does not say so yet;
   * none that was rejected; the oldest, up to a limit.
   */
  suspendedClaims(limit: number): Promise<SuspendedStatement[]>;
  /** Decisions on claims that were recorded and may not have been carried out. */
  decisions(): Promise<{ remittanceId: string; resolutionId: string }[]>;
}
