import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type Money, ZERO, money, sumOf } from '../../ledger/money.js';
import { writeAmount } from './amounts.js';
import { clockSql, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import { type AskedPage, ID_FORM, LIMIT_DEFAULT, type Page, pageOf, readCursor } from './page.js';
import { extentOf } from './road.js';
import { inScope } from './scope.js';
import { shareBalances } from './share-sums.js';
import type { Reader } from './snapshot.js';
import { type Trust, isTrustworthy, trustIn } from './trust.js';

export const DENIAL_STATUSES = [
  'open',
  'appealed',
  'upheld',
  'overturned',
  'written_off',
  'transferred',
  'rebilled',
] as const;
export type DenialStatus = (typeof DENIAL_STATUSES)[number];

export interface DenialsRequest extends AskedMoment, AskedPage {
  /** Any of these; all when left out. */
  statuses?: readonly DenialStatus[] | undefined;
  payerId?: string | undefined;
  /** Of any line: a reason code (`197`), or one with its group (`CO-197`). */
  reason?: string | undefined;
  accountId?: string | undefined;
  entity?: string | undefined;
}

export interface DenialLine {
  chargeId: string;
  amount: string;
  /** What is still open of it on the payer's shares. */
  openAmount: string;
  groupCode: string;
  reasonCode: string;
  remarkCodes: string[];
}

export interface ListedDenial {
  accountId: string;
  denialId: string;
  payerId: string;
  claimId: string | null;
  currency: string;
  deniedOn: string;
  status: DenialStatus;
  /** Of the last appeal; 0 before the first. */
  level: number;
  appealBy: string | null;
  /** When the payer should have answered the last appeal. */
  respondBy: string | null;
  resolvedOn: string | null;
  resolvedBy: string | null;
  note: string | null;
  deniedAmount: string;
  /** The smaller of the denied amount and the payer's open share, charge by charge. */
  openAmount: string;
  lines: DenialLine[];
  trustworthy: boolean;
}

export interface DenialsAnswer extends Page<ListedDenial>, Stamp, Trust {}

interface DenialRow {
  account_id: string;
  denial_id: string;
  payer_id: string;
  claim_id: string | null;
  currency: string;
  denied_on: string;
  appeal_by: string | null;
  status: DenialStatus;
  level: number;
  respond_by: string | null;
  changed_on: string;
  entry_id: string | null;
  note: string | null;
  trustworthy: boolean;
}

interface LineRow {
  account_id: string;
  denial_id: string;
  charge_id: string;
  amount: string;
  group_code: string;
  reason_code: string;
  remark_codes: string | null;
  /** Of the payer's shares of the charge. */
  open: string;
}

/** Denials with the status they had by both clocks, and what is still open of each. */
@Injectable()
export class DenialsQuery {
  constructor(private readonly moments: Moments) {}

  async run(request: DenialsRequest = {}): Promise<DenialsAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request));
  }
}

async function answer(moment: Moment, request: DenialsRequest): Promise<DenialsAnswer> {
  const { entity, accountId, limit = LIMIT_DEFAULT } = request;
  const rows = await denialRows(moment, request, limit + 1);
  const lines = await lineRows(moment, rows);
  return {
    ...pageOf(
      rows,
      limit,
      (row) => denialOf(row, lines.get(keyOf(row)) ?? []),
      (row) => [row.account_id, row.denial_id],
    ),
    ...moment.stamp,
    ...(await trustIn(moment.reader, {
      entity,
      ...(accountId !== undefined && { accountIds: [accountId] }),
    })),
  };
}

async function denialRows(
  { reader, clocks }: Moment,
  { statuses, payerId, reason, accountId, entity, cursor }: DenialsRequest,
  limit: number,
): Promise<DenialRow[]> {
  const within = clockSql(clocks);
  const step = sql`from ledger_read.denial_steps s
    where s.account_id = d.account_id and s.denial_id = d.denial_id and ${withinClocks('s', within)}`;
  const place = sql`(d.account_id, d.denial_id)`;
  const conditions = [
    sql`d.denied_on <= ${within.asOf}`,
    inScope('d', { entity, ...(accountId !== undefined && { accountIds: [accountId] }) }),
    cursor === undefined ? sql`true` : sql`${place} > (${sql.join(readCursor(cursor, [ID_FORM, ID_FORM]))})`,
    payerId === undefined ? sql`true` : sql`d.payer_id = ${payerId}`,
    statuses === undefined ? sql`true` : sql`step.status in (${sql.join(statuses)})`,
    reason === undefined
      ? sql`true`
      : sql`exists (select 1 from ledger_read.denial_lines r
          where r.account_id = d.account_id and r.denial_id = d.denial_id
            and (r.reason_code = ${reason} or r.group_code || '-' || r.reason_code = ${reason}))`,
  ];
  const { rows } = await sql<DenialRow>`
    select d.account_id, d.denial_id, d.payer_id, d.claim_id, d.currency, d.denied_on, d.appeal_by,
      step.status, step.effective_on as changed_on, step.entry_id, step.note,
      coalesce(appeal.level, 0) as level, appeal.respond_by,
      ${isTrustworthy('d.account_id')} as trustworthy
    from ledger_read.denials d
    cross join lateral (select s.* ${step} order by s.revision desc limit 1) step
    left join lateral (
      select p.level, h.data->>'respondBy' as respond_by
      from (select s.* ${step} and s.status = 'appealed' order by s.revision desc limit 1) p
      left join ledger_read.account_history h on h.account_id = p.account_id and h.revision = p.revision
    ) appeal on true
    where ${sql.join(conditions, sql` and `)}
    order by d.account_id, d.denial_id limit ${limit}`.execute(reader);
  return rows;
}

/** The lines of a page of denials, by denial, each with what is open of its charge's shares of that payer. */
async function lineRows(moment: Moment, denials: readonly DenialRow[]): Promise<Map<string, LineRow[]>> {
  const byDenial = new Map<string, LineRow[]>();
  if (denials.length === 0) return byDenial;
  for (const row of await linesOf(moment.reader, moment, denials)) {
    const lines = byDenial.get(keyOf(row)) ?? [];
    byDenial.set(keyOf(row), lines);
    lines.push(row);
  }
  return byDenial;
}

async function linesOf(
  reader: Reader,
  { clocks }: Moment,
  denials: readonly DenialRow[],
): Promise<LineRow[]> {
  const accountIds = [...new Set(denials.map((row) => row.account_id))];
  const extent = await extentOf(reader, clocks, { accountIds });
  const keys = sql.join(denials.map((row) => sql`(${row.account_id}, ${row.denial_id})`));
  const { rows } = await sql<LineRow>`
    with ${sql.join([
      sql`lines as materialized (
        select l.*, d.payer_id from ledger_read.denial_lines l
        join ledger_read.denials d using (account_id, denial_id)
        where (l.account_id, l.denial_id) in (${keys})
      )`,
      sql`open_shares as (
        select b.account_id, b.charge_id, b.payer_id, sum(greatest(b.balance, 0)) as open
        from (${shareBalances(extent)}) b where b.party = 'payer'
        group by b.account_id, b.charge_id, b.payer_id
      )`,
    ])}
    select l.account_id, l.denial_id, l.charge_id, l.amount, l.group_code, l.reason_code, l.remark_codes,
      coalesce(o.open, 0) as open
    from lines l left join open_shares o using (account_id, charge_id, payer_id)
    order by l.account_id, l.denial_id, l.line_no`.execute(reader);
  return rows;
}

function keyOf({
  account_id: accountId,
  denial_id: denialId,
}: {
  account_id: string;
  denial_id: string;
}): string {
  return `${accountId}|${denialId}`;
}

const PENDING: readonly DenialStatus[] = ['open', 'appealed'];

function denialOf(row: DenialRow, lines: readonly LineRow[]): ListedDenial {
  const { currency } = row;
  const open = openAmounts(lines);
  const ended = !PENDING.includes(row.status);
  return {
    accountId: row.account_id,
    denialId: row.denial_id,
    payerId: row.payer_id,
    claimId: row.claim_id,
    currency,
    deniedOn: row.denied_on,
    status: row.status,
    level: row.level,
    appealBy: row.appeal_by,
    respondBy: row.respond_by,
    resolvedOn: ended ? row.changed_on : null,
    resolvedBy: ended ? row.entry_id : null,
    note: ended ? row.note : null,
    deniedAmount: writeAmount(sumOf(lines.map(({ amount }) => money(amount))).toFixed(), currency),
    openAmount: writeAmount(sumOf(open).toFixed(), currency),
    lines: lines.map((line, i) => ({
      chargeId: line.charge_id,
      amount: writeAmount(line.amount, currency),
      openAmount: writeAmount(open[i]!.toFixed(), currency),
      groupCode: line.group_code,
      reasonCode: line.reason_code,
      remarkCodes: line.remark_codes?.split(' ') ?? [],
    })),
    trustworthy: row.trustworthy,
  };
}

/** What is open of each line: lines on one charge share what is open there, the first of them first. */
function openAmounts(lines: readonly LineRow[]): Money[] {
  const left = new Map<string, Money>();
  return lines.map(({ charge_id: chargeId, amount, open }) => {
    const available = left.get(chargeId) ?? money(open);
    const part = available.lessThan(amount) ? available : money(amount);
    left.set(chargeId, available.minus(part));
    return part.lessThan(0) ? ZERO : part;
  });
}
