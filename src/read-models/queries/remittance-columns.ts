import { type RawBuilder, sql } from 'kysely';
import { STAGE } from '../../../projections/remittance-claims-table.js';
import { streamBeside } from '../../event-store/codec.js';
import { money } from '../../ledger/money.js';
import { writeAmount } from './amounts.js';
import { isTrustworthy } from './trust.js';

/** What a remittance is, in lists and by itself. */
export interface RemittanceHeader {
  remittanceId: string;
  /** `posting` from its acceptance on, then `completed`; `held` when it does not balance. */
  status: 'received' | 'posting' | 'held' | 'completed';
  payerId: string;
  payerName: string;
  providerId: string;
  trace: { number: string; payerId: string } | null;
  /** BPR02, negative for a debit; null where the file does not say it. */
  amount: string | null;
  method: string | null;
  currency: string;
  effectiveOn: string;
  receivedOn: string;
  completedOn: string | null;
  reconciledOn: string | null;
  claims: ClaimCounts;
  money: RemittanceMoney;
  /** When it was received. */
  recordedAt: string;
  trustworthy: boolean;
}

/** Claims by what they came to. */
export interface ClaimCounts {
  /** As the file has them. */
  total: number;
  posted: number;
  waiting: number;
  movesNothing: number;
  suspended: number;
  rejected: number;
}

/** Where its money is: `posted` + `inClearing` = the amount + `toControlAccounts` for one that was accepted. */
export interface RemittanceMoney {
  /** To accounts, less what it took back there. */
  posted: string;
  /** What stands on Assets:RemittanceClearing: of suspended and waiting claims, or not posted yet. */
  inClearing: string;
  /** Kept back by the payer (positive), or owed to it, on its control accounts. */
  toControlAccounts: string;
}

export interface RemittanceRow {
  remittance_id: string;
  status: RemittanceHeader['status'];
  payer_id: string;
  payer_name: string;
  provider_id: string;
  trace_number: string | null;
  trace_payer_id: string | null;
  amount: string | null;
  method: string | null;
  currency: string;
  effective_on: string;
  received_on: string;
  completed_on: string | null;
  reconciled_on: string | null;
  claims: number;
  adjudicated: string;
  waiting: string;
  moves_nothing: string;
  suspended: string;
  rejected: string;
  /** Of those that are rejected: recorded on an account, where they waited. */
  given_up: string;
  accepted: string;
  cleared: string;
  controlled: string;
  recorded_at: string;
  trustworthy: boolean;
}

/** Condition that no event of a remittance's own stream was set aside. */
export const remittanceIsTrustworthy = (remittanceId: string): RawBuilder<boolean> =>
  isTrustworthy(sql`${sql.lit(streamBeside('remittance', ''))} || ${sql.ref(remittanceId)}`);

/** Rows `r` of remittances with their counts of claims; only those that are not posted have to be counted. */
export const remittanceRows = (condition: RawBuilder<unknown>): RawBuilder<RemittanceRow> => sql`
  select r.*, counts.*, ${remittanceIsTrustworthy('r.remittance_id')} as trustworthy
  from ledger_read.remittances r
  cross join lateral (
    select count(*) filter (where c.stage = ${sql.lit(STAGE.suspended)}) as suspended,
      count(*) filter (where c.stage in (${sql.lit(STAGE.rejected)}, ${sql.lit(STAGE.given_up)})) as rejected,
      count(*) filter (where c.stage = ${sql.lit(STAGE.given_up)}) as given_up,
      count(*) filter (where c.stage = ${sql.lit(STAGE.moves_nothing)}) as moves_nothing,
      count(*) filter (where c.stage = ${sql.lit(STAGE.waiting)}) as waiting
    from ledger_read.remittance_claims c where c.remittance_id = r.remittance_id and c.stage <> ${sql.lit(STAGE.posted)}
  ) counts
  where ${condition}`;

export function headerOf(row: RemittanceRow): RemittanceHeader {
  const { currency } = row;
  const [waiting, movesNothing] = [Number(row.waiting), Number(row.moves_nothing)];
  return {
    remittanceId: row.remittance_id,
    status: row.status,
    payerId: row.payer_id,
    payerName: row.payer_name,
    providerId: row.provider_id,
    trace: row.trace_number === null ? null : { number: row.trace_number, payerId: row.trace_payer_id ?? '' },
    amount: row.amount === null ? null : writeAmount(row.amount, currency),
    method: row.method,
    currency,
    effectiveOn: row.effective_on,
    receivedOn: row.received_on,
    completedOn: row.completed_on,
    reconciledOn: row.reconciled_on,
    claims: {
      total: row.claims,
      posted: Number(row.adjudicated) - waiting - movesNothing - Number(row.given_up),
      waiting,
      movesNothing,
      suspended: Number(row.suspended),
      rejected: Number(row.rejected),
    },
    money: moneyOf(row),
    recordedAt: row.recorded_at,
    trustworthy: row.trustworthy,
  };
}

function moneyOf({ currency, accepted, cleared, controlled }: RemittanceRow): RemittanceMoney {
  return {
    posted: writeAmount(cleared, currency),
    inClearing: writeAmount(money(accepted).plus(controlled).minus(cleared).toFixed(), currency),
    toControlAccounts: writeAmount(controlled, currency),
  };
}
