import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ClaimStatus } from '../../../projections/remittance-claims-table.js';
import type { StatedLine } from '../../ledger/claim-statement.js';
import type { HeldPart } from '../../ledger/events.js';
import type { Candidate, RecordedFinding, Resolution, Suspension } from '../../ledger/remittance-events.js';
import { writeAmount } from './amounts.js';
import { type AsItIs, withoutDate } from './as-it-is.js';
import { type CausedEvent, causedEvents } from './caused-events.js';
import { type Moment, Moments } from './moment.js';
import { type AskedPage, LIMIT_DEFAULT, NUMBER_FORM, type Page, pageOf, readCursor } from './page.js';
import { ClaimUnknown, RemittanceUnknown } from './refusals.js';
import { remittanceIsTrustworthy } from './remittance-columns.js';
import type { Reader } from './snapshot.js';
import { isTrustworthy } from './trust.js';

export interface RemittanceClaimsRequest extends AskedPage {
  remittanceId: string;
  waitFor?: string | undefined;
  status?: ClaimStatus | undefined;
}

export interface RemittanceClaimRequest {
  remittanceId: string;
  claim: number;
  waitFor?: string | undefined;
}

/** A claim within its remittance. */
export interface ClaimRef {
  remittanceId: string;
  claim: number;
}

export interface RemittanceClaim {
  /** From 1, within the remittance. */
  claim: number;
  segment: number;
  /** Null only where the event of its account could not be read. */
  status: ClaimStatus | null;
  /** Why it is suspended, or was before it was rejected, and what goes with that. */
  suspension: { reason: Suspension; facts: Record<string, string>; candidates: Candidate[] } | null;
  accountId: string | null;
  adjudicationId: string | null;
  payerId: string;
  payerPosition: string | null;
  trace: { number: string; payerId: string } | null;
  /** CLP01, CLP07 and CLP02. */
  claimId: string;
  payerClaimNumber: string;
  claimStatus: string;
  charge: string;
  paid: string;
  currency: string;
  effectiveOn: string;
  /** Amounts as the remittance has them; `chargeId` where the claim is on an account. */
  lines: (StatedLine & { chargeId?: string })[];
  findings: RecordedFinding[];
  /** What of it is not posted. */
  held: HeldPart[];
  reverses: ClaimRef | null;
  reversedBy: ClaimRef | null;
  /** The last decision on it. */
  resolution: { resolutionId: string; resolution: Resolution; reason: string; resolvedOn: string } | null;
  /** What it led to on its account, in order. */
  events: CausedEvent[];
  /** When its outcome was last recorded. */
  recordedAt: string;
  trustworthy: boolean;
}

export interface RemittanceClaimsAnswer extends Page<RemittanceClaim>, AsItIs {
  remittanceId: string;
}

export interface RemittanceClaimAnswer extends RemittanceClaim, AsItIs {
  remittanceId: string;
}

interface ClaimRow {
  claim: number;
  segment: number;
  status: ClaimStatus | null;
  reason: Suspension | null;
  facts: Record<string, string> | null;
  candidates: Candidate[] | null;
  account_id: string | null;
  adjudication_id: string | null;
  payer_id: string;
  payer_position: string | null;
  trace_number: string | null;
  trace_payer_id: string | null;
  claim_id: string;
  payer_claim_number: string;
  claim_status: string;
  charge: string;
  paid: string;
  currency: string;
  effective_on: string;
  lines: RemittanceClaim['lines'];
  findings: RecordedFinding[] | null;
  held: HeldPart[] | null;
  reverses_remittance: string | null;
  reverses_claim: number | null;
  reversed_by_remittance: string | null;
  reversed_by_claim: number | null;
  resolution_id: string | null;
  resolution: Resolution | null;
  resolution_reason: string | null;
  resolved_on: string | null;
  recorded_at: string;
  trustworthy: boolean;
}

/** The claims of a remittance that have an outcome, with what they led to on their accounts. */
@Injectable()
export class RemittanceClaimsQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws RemittanceUnknown */
  async run(request: RemittanceClaimsRequest): Promise<RemittanceClaimsAnswer> {
    return this.moments.at({ waitFor: request.waitFor }, (moment) => page(moment, request));
  }

  /**
   * One claim.
   *
   * @throws RemittanceUnknown
   * @throws ClaimUnknown also while the claim has no outcome yet
   */
  async one(request: RemittanceClaimRequest): Promise<RemittanceClaimAnswer> {
    return this.moments.at({ waitFor: request.waitFor }, (moment) => one(moment, request));
  }
}

async function page(
  { reader, stamp }: Moment,
  { remittanceId, status, cursor, limit = LIMIT_DEFAULT }: RemittanceClaimsRequest,
): Promise<RemittanceClaimsAnswer> {
  await requireRemittance(reader, remittanceId);
  const after = cursor === undefined ? '-1' : readCursor(cursor, [NUMBER_FORM])[0]!;
  const rows = await claimRows(
    reader,
    remittanceId,
    sql`c.claim > ${after}::bigint and ${status === undefined ? sql`true` : sql`c.status = ${status}`}`,
    limit + 1,
  );
  const events = await causedEvents(reader, remittanceId, rows.slice(0, limit));
  return {
    remittanceId,
    ...pageOf(
      rows,
      limit,
      (row) => claimOf(row, events.get(row.claim) ?? []),
      (row) => [String(row.claim)],
    ),
    ...withoutDate(stamp),
  };
}

async function one(
  { reader, stamp }: Moment,
  { remittanceId, claim }: RemittanceClaimRequest,
): Promise<RemittanceClaimAnswer> {
  await requireRemittance(reader, remittanceId);
  const rows = await claimRows(reader, remittanceId, sql`c.claim = ${claim}`, 1);
  const [row] = rows;
  if (row === undefined) throw new ClaimUnknown(remittanceId, claim);
  const events = await causedEvents(reader, remittanceId, rows);
  return { remittanceId, ...claimOf(row, events.get(claim) ?? []), ...withoutDate(stamp) };
}

async function requireRemittance(reader: Reader, remittanceId: string): Promise<void> {
  const { rows } =
    await sql`select 1 from ledger_read.remittances r where r.remittance_id = ${remittanceId}`.execute(
      reader,
    );
  if (rows.length === 0) throw new RemittanceUnknown(remittanceId);
}

async function claimRows(
  reader: Reader,
  remittanceId: string,
  wanted: ReturnType<typeof sql>,
  limit: number,
): Promise<ClaimRow[]> {
  // A row without the claim's own words is there only where the events that have them could not be read.
  const { rows } = await sql<ClaimRow>`
    select c.*, coalesce(h.data->'lines', c.statement->'lines') as lines,
      ${remittanceIsTrustworthy('c.remittance_id')} and ${isTrustworthy('c.account_id')} as trustworthy
    from ledger_read.remittance_claims c
    left join ledger_read.account_history h on h.account_id = c.account_id and h.revision = c.revision
    where c.remittance_id = ${remittanceId} and c.claim_id is not null and ${wanted}
    order by c.claim limit ${limit}`.execute(reader);
  return rows;
}

function claimOf(row: ClaimRow, events: CausedEvent[]): RemittanceClaim {
  const { currency, status } = row;
  const isOpen = status === 'suspended' || status === 'rejected';
  return {
    claim: row.claim,
    segment: row.segment,
    status,
    suspension:
      isOpen && row.reason !== null
        ? { reason: row.reason, facts: row.facts ?? {}, candidates: row.candidates ?? [] }
        : null,
    accountId: row.account_id,
    adjudicationId: row.adjudication_id,
    payerId: row.payer_id,
    payerPosition: row.payer_position,
    trace: row.trace_number === null ? null : { number: row.trace_number, payerId: row.trace_payer_id ?? '' },
    claimId: row.claim_id,
    payerClaimNumber: row.payer_claim_number,
    claimStatus: row.claim_status,
    charge: writeAmount(row.charge, currency),
    paid: writeAmount(row.paid, currency),
    currency,
    effectiveOn: row.effective_on,
    lines: row.lines,
    findings: row.findings ?? [],
    held: row.held ?? [],
    reverses: refOf(row.reverses_remittance, row.reverses_claim),
    reversedBy: refOf(row.reversed_by_remittance, row.reversed_by_claim),
    resolution:
      row.resolution === null
        ? null
        : {
            resolutionId: row.resolution_id!,
            resolution: row.resolution,
            reason: row.resolution_reason!,
            resolvedOn: row.resolved_on!,
          },
    events,
    recordedAt: row.recorded_at,
    trustworthy: row.trustworthy,
  };
}

function refOf(remittanceId: string | null, claim: number | null): ClaimRef | null {
  return remittanceId === null || claim === null ? null : { remittanceId, claim };
}
