import { takesBack } from '../../ledger/claim-status.js';
import type { Account } from '../../ledger/account.js';
import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { eventsBehindReversal } from '../../ledger/rules/reverse-entry.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import { concernedBy, decidedLater, eventsOfAdjudication } from './adjudications.js';
import { namedOriginals, possibleOriginals, waitingReversals } from './find-original.js';
import { positionOf } from './position-of.js';

/**
 * Entries whose events posting a claim must see: what it came to, where it was posted before; what later payers decided;
 * for a reversal, what it may take back with all its entries, and what can go on then. For most claims there are none.
 */
export function eventsNeeded(account: Account, statement: ClaimStatement): string[] {
  const adjudicationId = adjudicationIdOf(statement.remittanceId, statement.claim);
  if (account.claims.has(adjudicationId)) return eventsOfAdjudication(account, adjudicationId);
  const needed = new Set<string>();
  if (takesBack(statement)) {
    addTakenBack(account, possibleOriginals(account, statement), needed);
    addTakenBack(account, namedOriginals(account, statement), needed);
    return [...needed];
  }
  const position = positionOf(statement.status) ?? 'primary';
  for (const id of decidedLater(account, statement.claimId, position)) {
    addAdjudication(account, id, needed);
    addEntries(account, account.claims.get(id)!.entries, needed);
  }
  for (const id of waitingReversals(account, statement)) {
    addAdjudication(account, id, needed);
    addConcerned(account, statement, needed);
    addTakenBack(account, namedOriginals(account, account.claims.get(id)!), needed);
  }
  return [...needed];
}

/** What may be taken back, whole or by lines, with all that was posted for it and what can go on then. */
function addTakenBack(account: Account, ids: readonly string[], needed: Set<string>): void {
  for (const id of ids) {
    addAdjudication(account, id, needed);
    addEntries(account, account.claims.get(id)!.entries, needed);
    addConcerned(account, account.claims.get(id)!, needed);
  }
}

function addConcerned(
  account: Account,
  taken: Pick<ClaimStatement, 'claimId' | 'payerId'>,
  needed: Set<string>,
): void {
  for (const id of concernedBy(account, taken)) {
    addAdjudication(account, id, needed);
    const { claimId, entries, position } = account.claims.get(id)!;
    if (position === 'secondary' || position === 'tertiary') addEntries(account, entries, needed);
    if (claimId === taken.claimId) continue;
    for (const later of decidedLater(account, claimId, 'primary')) addAdjudication(account, later, needed);
  }
}

function addAdjudication(account: Account, id: string, needed: Set<string>): void {
  for (const entryId of eventsOfAdjudication(account, id)) needed.add(entryId);
}

function addEntries(account: Account, entries: readonly string[], needed: Set<string>): void {
  for (const entryId of entries) {
    for (const behind of eventsBehindReversal(account, entryId)) needed.add(behind);
  }
}
