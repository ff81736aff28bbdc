import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { RecordedFinding } from '../../ledger/remittance-events.js';
import { writeAmount } from './amounts.js';
import { type AsItIs, withoutDate } from './as-it-is.js';
import { type Moment, Moments } from './moment.js';
import { RemittanceUnknown } from './refusals.js';
import { type RemittanceHeader, type RemittanceRow, headerOf, remittanceRows } from './remittance-columns.js';
import type { Reader } from './snapshot.js';

export interface RemittanceRequest {
  remittanceId: string;
  waitFor?: string | undefined;
}

export interface ProviderAdjustment {
  /** Of the pair within the remittance, from 1. */
  number: number;
  segment: number;
  controlAccountId: string;
  providerId: string;
  /** PLB03-1. */
  reason: string;
  reference: string;
  /** Positive: kept back by the payer. */
  amount: string;
  /** The claim of this remittance that it names. */
  claim: number | null;
}

export interface RemittanceAnswer extends RemittanceHeader, AsItIs {
  controlNumber: string;
  version: string;
  /** The file that it came in, and from which to which segment. */
  document: { sha256: string; segment: number; lastSegment: number };
  contentHash: string;
  createAccounts: boolean;
  /** What the file states: the sums of what its claims were paid, and of its provider adjustments. */
  totals: { claims: string; providerAdjustments: string };
  findings: RecordedFinding[];
  providerAdjustments: ProviderAdjustment[];
  /** What it was reconciled with; none where nothing was paid, or where it is not reconciled. */
  deposits: RemittanceDeposit[];
}

/** The part of a deposit that is this remittance's payment. */
export interface RemittanceDeposit {
  depositId: string;
  amount: string;
  /** When the bank had it; null only where the deposit's own event could not be read. */
  effectiveOn: string | null;
  reference: string | null;
}

interface WholeRow extends RemittanceRow {
  control_number: string;
  version: string;
  document_sha256: string;
  segment: number;
  last_segment: number;
  content_hash: string;
  create_accounts: boolean;
  total_claims: string;
  total_provider_adjustments: string;
  findings: RecordedFinding[];
}

/** One remittance: its header, what was found in it, and where its money is. Claims: {@link RemittanceClaimsQuery}. */
@Injectable()
export class RemittanceQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws RemittanceUnknown */
  async run(request: RemittanceRequest): Promise<RemittanceAnswer> {
    return this.moments.at({ waitFor: request.waitFor }, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, stamp }: Moment,
  { remittanceId }: RemittanceRequest,
): Promise<RemittanceAnswer> {
  const wanted = sql`r.remittance_id = ${remittanceId} and r.effective_on is not null`;
  const { rows } = await sql<WholeRow>`${remittanceRows(wanted)}`.execute(reader);
  const [row] = rows;
  if (row === undefined) throw new RemittanceUnknown(remittanceId);
  const { currency } = row;
  return {
    ...headerOf(row),
    controlNumber: row.control_number,
    version: row.version,
    document: { sha256: row.document_sha256, segment: row.segment, lastSegment: row.last_segment },
    contentHash: row.content_hash,
    createAccounts: row.create_accounts,
    totals: {
      claims: writeAmount(row.total_claims, currency),
      providerAdjustments: writeAmount(row.total_provider_adjustments, currency),
    },
    findings: row.findings,
    providerAdjustments: await adjustmentsOf(reader, remittanceId),
    deposits: await depositsOf(reader, remittanceId),
    ...withoutDate(stamp),
  };
}

async function adjustmentsOf(reader: Reader, remittanceId: string): Promise<ProviderAdjustment[]> {
  const { rows } = await sql<{
    number: number;
    segment: number;
    control_account_id: string;
    provider_id: string;
    reason: string;
    reference: string;
    amount: string;
    currency: string;
    claim: number | null;
  }>`select * from ledger_read.provider_adjustments where remittance_id = ${remittanceId} order by number`.execute(
    reader,
  );
  return rows.map((row) => ({
    number: row.number,
    segment: row.segment,
    controlAccountId: row.control_account_id,
    providerId: row.provider_id,
    reason: row.reason,
    reference: row.reference,
    amount: writeAmount(row.amount, row.currency),
    claim: row.claim,
  }));
}

async function depositsOf(reader: Reader, remittanceId: string): Promise<RemittanceDeposit[]> {
  const { rows } = await sql<{
    deposit_id: string;
    amount: string;
    currency: string;
    effective_on: string | null;
    reference: string | null;
  }>`
    select p.deposit_id, p.amount, p.currency, d.effective_on, d.reference
    from ledger_read.remittance_deposits p left join ledger_read.deposits d using (deposit_id)
    where p.remittance_id = ${remittanceId} order by d.effective_on, p.deposit_id`.execute(reader);
  return rows.map((row) => ({
    depositId: row.deposit_id,
    amount: writeAmount(row.amount, row.currency),
    effectiveOn: row.effective_on,
    reference: row.reference,
  }));
}
