import type { ClaimStatement } from '../../ledger/claim-statement.js';
import type { RecordedFinding, RemittanceDataOf } from '../../ledger/remittance-events.js';
import type { PostedClaim, SuspendedClaim } from '../settlement/claim-outcome.js';
import type { KeyedEvent } from './stream-writer.js';

/** An event holds its statement up to so many characters, below what an event store takes at once. */
const STATEMENT_CHARS_MAX = 512 * 1024;

/** The remittance's own event about a claim that is posted on an account. */
export function claimPosted(
  { remittanceId, claim, segment, claimId, payerClaimNumber, status, charge, paid }: ClaimStatement,
  { accountId, adjudicationId, settlement }: PostedClaim,
  findings: RecordedFinding[],
): KeyedEvent {
  const data: RemittanceDataOf<'RemittanceClaimPosted'> = {
    remittanceId,
    claim,
    segment,
    accountId,
    adjudicationId,
    claimId,
    payerClaimNumber,
    status,
    charge,
    paid,
    ...(settlement === 'moves_nothing' && { settlement }),
    findings,
  };
  return { key: `claim ${claim}`, event: { type: 'RemittanceClaimPosted', data } };
}

/**
 * The event about a claim that is not posted. A statement that is too large for an event loses its lines, and with them
 * the way to be posted; the facts then say `event_too_large`.
 *
 * @param after the decision that could not be carried out, when the claim was suspended before
 */
export function claimSuspended(
  statement: ClaimStatement,
  { reason, facts, candidates }: Omit<SuspendedClaim, 'kind'>,
  findings: RecordedFinding[],
  after?: string,
): KeyedEvent {
  const { remittanceId, claim } = statement;
  const fits = JSON.stringify(statement).length <= STATEMENT_CHARS_MAX;
  const data: RemittanceDataOf<'RemittanceClaimSuspended'> = {
    remittanceId,
    claim,
    reason,
    facts: { ...facts, ...(fits ? {} : { code: 'event_too_large' }) },
    candidates: [...candidates],
    findings,
    statement: fits ? statement : { ...statement, lines: [] },
  };
  const key = after === undefined ? `claim ${claim}` : `claim ${claim} after ${after}`;
  return { key, event: { type: 'RemittanceClaimSuspended', data } };
}
