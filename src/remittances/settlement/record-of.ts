import type { ClaimStatement, RemittanceRef, StatedLine } from '../../ledger/claim-statement.js';
import type { ClaimSettlement, HeldPart, ReversedLines } from '../../ledger/events.js';
import type { PayerPosition } from '../../ledger/party.js';
import type { RecordAdjudication } from '../../ledger/rules/record-adjudication.js';
import { adjudicationIdOf } from '../../ledger/adjudication-id.js';
import type { MatchedLine } from './match-lines.js';
import { positionOf } from './position-of.js';

/** What is recorded of a claim beside what the remittance says. */
export interface CameTo {
  settlement: ClaimSettlement;
  position?: PayerPosition | undefined;
  reverses?: string;
  reversesLines?: ReversedLines[];
  entries: string[];
  held: HeldPart[];
}

/** Where in its remittance a claim stands. */
export function refOf({ remittanceId, claim, segment }: ClaimStatement): RemittanceRef {
  return { id: remittanceId, claim, segment };
}

/** The record of what a remittance says of a claim, its lines with the charges that they were matched to. */
export function recordOf(
  accountId: string,
  statement: ClaimStatement,
  matched: readonly MatchedLine[],
  { settlement, position = positionOf(statement.status), reverses, reversesLines, entries, held }: CameTo,
): RecordAdjudication {
  const { remittanceId, claim, effectiveOn, payerId, trace, claimId, payerClaimNumber } = statement;
  const { originalClaimNumber } = statement;
  return {
    type: 'RecordAdjudication',
    accountId,
    adjudicationId: adjudicationIdOf(remittanceId, claim),
    effectiveOn,
    remittance: refOf(statement),
    payerId,
    ...(position !== undefined && { position }),
    ...(trace !== undefined && { trace }),
    claimId,
    payerClaimNumber,
    ...(originalClaimNumber !== undefined && { originalClaimNumber }),
    status: statement.status,
    charge: statement.charge,
    paid: statement.paid,
    lines: linesWithCharges(statement.lines, matched),
    settlement,
    ...(reverses !== undefined && { reverses }),
    ...(reversesLines !== undefined && { reversesLines }),
    entries,
    held,
  };
}

/** Lines that were cut stand as their parts, those without a charge as they are. */
function linesWithCharges(
  lines: readonly StatedLine[],
  matched: readonly MatchedLine[],
): RecordAdjudication['lines'] {
  const byNumber = new Map<number, MatchedLine[]>();
  for (const each of matched) {
    const parts = byNumber.get(each.line.line);
    if (parts) parts.push(each);
    else byNumber.set(each.line.line, [each]);
  }
  return lines.flatMap((stated) => {
    const parts = byNumber.get(stated.line);
    return parts ? parts.map(({ line, chargeId }) => ({ ...line, chargeId })) : [stated];
  });
}
