import type { ClaimSettlement, HeldPart } from '../../ledger/events.js';
import type { Candidate, Suspension } from '../../ledger/remittance-events.js';

/** What posting a claim came to on its account. */
export type ClaimOutcome = PostedClaim | SuspendedClaim;

/** It is recorded on the account, and what can be posted of it is. */
export interface PostedClaim {
  kind: 'posted';
  accountId: string;
  adjudicationId: string;
  settlement: ClaimSettlement;
  /** What is held of it as the account stands. */
  held: readonly HeldPart[];
  /** False when it was recorded before; nothing is appended then. */
  isNew: boolean;
}

/** Nothing of it was recorded on the account. */
export interface SuspendedClaim {
  kind: 'suspended';
  reason: Suspension;
  /** Codes, ids and amounts; never a name. */
  facts: Readonly<Record<string, string>>;
  candidates: readonly Candidate[];
}

export interface PlanOptions {
  /** Opens the account and posts the charges that the remittance states where they are not there. */
  createAccounts: boolean;
  /** Somebody said to post what was held, and to take the account as given: no check against earlier payments. */
  released?: boolean;
}
