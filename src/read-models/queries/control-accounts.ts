import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { streamBeside } from '../../event-store/codec.js';
import type { ControlAgainst } from '../../ledger/remittance-events.js';
import { writeAmount } from './amounts.js';
import { type Clocks, clockSql, wasKnown, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import {
  type AskedPage,
  ID_FORM,
  LIMIT_DEFAULT,
  NUMBER_FORM,
  type Page,
  pageOf,
  readCursor,
} from './page.js';
import { ControlAccountUnknown } from './refusals.js';
import type { Reader } from './snapshot.js';
import { isTrustworthy } from './trust.js';

export interface ControlAccountsRequest extends AskedMoment, AskedPage {
  payerId?: string | undefined;
}

export interface ControlAccountRequest extends AskedMoment, AskedPage {
  controlAccountId: string;
}

/** What one payer and one provider have to settle in one currency. */
export interface ControlAccount {
  controlAccountId: string;
  payerId: string;
  providerId: string;
  currency: string;
  /** Positive: kept back by the payer. Negative: owed to it. */
  balance: string;
  entries: number;
  lastOn: string;
  trustworthy: boolean;
}

export interface ControlEntry {
  entryId: string;
  revision: number;
  position: string;
  effectiveOn: string;
  recordedAt: string;
  currency: string;
  amount: string;
  /** What it is booked against; `remittance`: the clearing money of the one that is named. */
  against: ControlAgainst['place'];
  /** Whether somebody booked it; all others came with a remittance. */
  byHand: boolean;
  /** PLB03-1, `claim_rejected` for the payment of a claim that somebody rejected, or what a person wrote. */
  reason: string;
  reference: string;
  /** Null where it is against no remittance. */
  remittanceId: string | null;
  /** Null where it stands with no claim. */
  claim: number | null;
  /** Null for entries by hand. */
  segment: number | null;
  /** Of the provider adjustment within its remittance. */
  number: number | null;
}

export interface ControlAccountsAnswer extends Page<ControlAccount>, Stamp {}

export interface ControlAccountAnswer extends Page<ControlEntry>, Stamp {
  controlAccountId: string;
  payerId: string;
  providerId: string;
  /** One a currency. */
  balances: { currency: string; balance: string }[];
  trustworthy: boolean;
}

interface BalanceRow {
  control_account_id: string;
  currency: string;
  payer_id: string;
  provider_id: string;
  balance: string;
  entries: string;
  last_on: string;
  trustworthy: boolean;
}

interface EntryRow {
  entry_id: string;
  revision: string;
  position: string;
  effective_on: string;
  recorded_at: string;
  currency: string;
  amount: string;
  against: ControlAgainst['place'];
  by_hand: boolean;
  reason: string;
  reference: string;
  remittance_id: string | null;
  claim: number;
  segment: number | null;
  number: number | null;
}

const controlIsTrustworthy = isTrustworthy(
  sql`${sql.lit(streamBeside('control', ''))} || e.control_account_id`,
);

const CURRENCY_FORM = /^[A-Z]{3}$/;

/** Control accounts of payers and providers, by both clocks: sums over their entries, which are few. */
@Injectable()
export class ControlAccountsQuery {
  constructor(private readonly moments: Moments) {}

  async run(request: ControlAccountsRequest = {}): Promise<ControlAccountsAnswer> {
    return this.moments.at(request, (moment) => list(moment, request));
  }

  /**
   * One with its entries, in the order of recording.
   *
   * @throws ControlAccountUnknown when it had no entry by then
   */
  async one(request: ControlAccountRequest): Promise<ControlAccountAnswer> {
    return this.moments.at(request, (moment) => one(moment, request));
  }
}

async function list(
  { reader, clocks, stamp }: Moment,
  { payerId, cursor, limit = LIMIT_DEFAULT }: ControlAccountsRequest,
): Promise<ControlAccountsAnswer> {
  const conditions: RawBuilder<unknown>[] = [];
  if (payerId !== undefined) conditions.push(sql`e.payer_id = ${payerId}`);
  if (cursor !== undefined) {
    const place = readCursor(cursor, [ID_FORM, CURRENCY_FORM]);
    conditions.push(sql`(e.control_account_id, e.currency) > (${sql.join(place)})`);
  }
  const rows = await balanceRows(reader, clocks, conditions, limit + 1);
  return {
    ...pageOf(
      rows,
      limit,
      (row) => ({
        controlAccountId: row.control_account_id,
        payerId: row.payer_id,
        providerId: row.provider_id,
        currency: row.currency,
        balance: writeAmount(row.balance, row.currency),
        entries: Number(row.entries),
        lastOn: row.last_on,
        trustworthy: row.trustworthy,
      }),
      (row) => [row.control_account_id, row.currency],
    ),
    ...stamp,
  };
}

async function balanceRows(
  reader: Reader,
  clocks: Clocks,
  conditions: readonly RawBuilder<unknown>[],
  limit: number,
): Promise<BalanceRow[]> {
  const { rows } = await sql<BalanceRow>`
    select e.control_account_id, e.currency, min(e.payer_id) as payer_id, min(e.provider_id) as provider_id,
      sum(e.amount) as balance, count(*) as entries, max(e.effective_on) as last_on,
      ${controlIsTrustworthy} as trustworthy
    from ledger_read.control_entries e
    where ${sql.join([withinClocks('e', clockSql(clocks)), ...conditions], sql` and `)}
    group by e.control_account_id, e.currency
    order by e.control_account_id, e.currency limit ${limit}`.execute(reader);
  return rows;
}

async function one(
  { reader, clocks, stamp }: Moment,
  { controlAccountId, cursor, limit = LIMIT_DEFAULT }: ControlAccountRequest,
): Promise<ControlAccountAnswer> {
  const own = sql`e.control_account_id = ${controlAccountId}`;
  const known = await sql<{ payer_id: string; provider_id: string; trustworthy: boolean }>`
    select e.payer_id, e.provider_id, ${controlIsTrustworthy} as trustworthy from ledger_read.control_entries e
    where ${own} and ${wasKnown('e', clockSql(clocks))} limit 1`.execute(reader);
  const [account] = known.rows;
  if (account === undefined) throw new ControlAccountUnknown(controlAccountId);
  const after = cursor === undefined ? '-1' : readCursor(cursor, [NUMBER_FORM])[0]!;
  const { rows } = await sql<EntryRow>`
    select e.* from ledger_read.control_entries e
    where ${own} and e.revision > ${after}::bigint and ${withinClocks('e', clockSql(clocks))}
    order by e.revision limit ${limit + 1}`.execute(reader);
  const balances = await balanceRows(reader, clocks, [own], CURRENCIES_MAX);
  return {
    controlAccountId,
    payerId: account.payer_id,
    providerId: account.provider_id,
    balances: balances.map(({ currency, balance }) => ({
      currency,
      balance: writeAmount(balance, currency),
    })),
    trustworthy: account.trustworthy,
    ...pageOf(rows, limit, entryOf, (row) => [row.revision]),
    ...stamp,
  };
}

/** More than there are. */
const CURRENCIES_MAX = 1000;

function entryOf(row: EntryRow): ControlEntry {
  return {
    entryId: row.entry_id,
    revision: Number(row.revision),
    position: row.position,
    effectiveOn: row.effective_on,
    recordedAt: row.recorded_at,
    currency: row.currency,
    amount: writeAmount(row.amount, row.currency),
    against: row.against,
    byHand: row.by_hand,
    reason: row.reason,
    reference: row.reference,
    remittanceId: row.remittance_id,
    claim: row.claim === 0 ? null : row.claim,
    segment: row.segment,
    number: row.number,
  };
}
