import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type KnownAccount, knownAccount } from './account.js';
import { writeAmount } from './amounts.js';
import { clockSql, wasKnown, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import {
  type AskedPage,
  DATE_FORM,
  ID_FORM,
  LIMIT_DEFAULT,
  LIMIT_MAX,
  NUMBER_FORM,
  type Page,
  pageOf,
  readCursor,
} from './page.js';
import { QuestionMalformed } from './refusals.js';

export interface HistoryRequest extends AskedMoment, AskedPage {
  accountId: string;
}

export interface HistoryItem {
  revision: number;
  position: string;
  type: string;
  /** The event's own id. */
  entryId: string;
  effectiveOn: string;
  recordedAt: string;
  actor: string | null;
  description: string;
  /** What the event did to the balance, as far as it counts by `asOf`. */
  amount: string;
  runningBalance: string;
  data: unknown;
}

export interface HistoryAnswer extends Page<HistoryItem>, Stamp {
  accountId: string;
  currency: string | null;
  trustworthy: boolean;
}

interface HistoryRow {
  revision: string;
  position: string;
  type: string;
  entry_id: string;
  effective_on: string;
  recorded_at: string;
  actor: string | null;
  description: string;
  amount: string;
  running_balance: string;
  data: unknown;
}

/**
 * Every event of an account in the order of recording, with the balance after each. For a past `asOf`, events that are
 * effective later are left out, and so are lines that an event (a reversal) put on a later day.
 */
@Injectable()
export class HistoryQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws AccountUnknown */
  async run(request: HistoryRequest): Promise<HistoryAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request));
  }

  /** All pages one after the other, each from a snapshot of its own; what is recorded meanwhile comes at the end. */
  async *pages(request: Omit<HistoryRequest, 'limit' | 'cursor'>): AsyncIterable<HistoryAnswer> {
    let page = await this.run({ ...request, limit: LIMIT_MAX });
    yield page;
    while (page.nextCursor !== undefined) {
      const { nextCursor: cursor, asOf } = page;
      page = await this.run({ ...request, asOf, waitFor: undefined, limit: LIMIT_MAX, cursor });
      yield page;
    }
  }
}

async function answer(
  { reader, clocks, stamp }: Moment,
  { accountId, limit = LIMIT_DEFAULT, cursor }: HistoryRequest,
): Promise<HistoryAnswer> {
  const account = await knownAccount(reader, clocks, accountId);
  const place =
    cursor === undefined ? { after: '-1', asOf: clocks.asOf, balance: '0' } : placeIn(cursor, accountId);
  const { allCounts } = await whatCounts(reader, clocks, accountId);
  const rows = await (
    allCounts
      ? keptRows(accountId, clocks, place.after, limit + 1)
      : countedRows(accountId, clocks, place, limit + 1)
  ).execute(reader);
  const { currency } = account;
  return {
    accountId,
    currency,
    ...pageOf(
      rows.rows,
      limit,
      (row) => itemOf(row, currency),
      (row) => [accountId, row.revision, clocks.asOf, row.running_balance],
    ),
    trustworthy: account.trustworthy,
    ...stamp,
  };
}

/** Where a page begins. */
interface Place {
  /** The revision before it. */
  after: string;
  /** The balance there by a date, as the page before has shown it, so that nobody has to sum up all before it again. */
  asOf: string;
  balance: string;
}

const AMOUNT_FORM = /^-?\d{1,30}(\.\d{1,10})?$/;

/** @throws QuestionMalformed, also for a cursor of another account: its balance is not this one's */
function placeIn(cursor: string, accountId: string): Place {
  const [of, after, asOf, balance] = readCursor(cursor, [ID_FORM, NUMBER_FORM, DATE_FORM, AMOUNT_FORM]);
  if (of !== accountId) throw new QuestionMalformed([{ field: 'cursor', message: 'is of another account' }]);
  return { after: after!, asOf: asOf!, balance: balance! };
}

/** Whether every event and line of the account counts by `asOf`: kept running balances are then exact for any prefix. */
async function whatCounts(
  reader: Moment['reader'],
  { asOf }: Moment['clocks'],
  accountId: string,
): Promise<{ allCounts: boolean }> {
  const { rows } = await sql<{ all_counts: boolean }>`
    select coalesce(bool_and(a.last_activity_on <= ${asOf}::date), true) and not exists (
      select 1 from ledger_read.journal_lines l where l.account_id = ${accountId} and l.effective_on > ${asOf}::date
    ) as all_counts
    from ledger_read.accounts a where a.account_id = ${accountId}`.execute(reader);
  return { allCounts: rows[0]?.all_counts ?? true };
}

/** Revisions never decrease in recording, so what was known is a beginning of the stream, with its running balances. */
function keptRows(
  accountId: string,
  clocks: Moment['clocks'],
  after: string,
  limit: number,
): RawBuilder<HistoryRow> {
  return sql`select h.* from ledger_read.account_history h
    where h.account_id = ${accountId} and h.revision > ${after}::bigint and ${wasKnown('h', clockSql(clocks))}
    order by h.revision limit ${limit}`;
}

/** Amounts and running balances made anew from the lines that count. */
function countedRows(
  accountId: string,
  clocks: Moment['clocks'],
  { after, asOf, balance }: Place,
  limit: number,
): RawBuilder<HistoryRow> {
  const within = clockSql(clocks);
  const inBalance = sql`(l.charge_id is not null or l.payment_id is not null)`;
  const before =
    asOf === clocks.asOf
      ? sql`select ${balance}::numeric as balance`
      : sql`select coalesce(sum(l.amount), 0) as balance from ledger_read.journal_lines l
          where l.account_id = ${accountId} and l.revision <= ${after}::bigint and ${inBalance}
            and ${withinClocks('l', within)}`;
  return sql`
    with before as (
      ${before}
    ), page as (
      select h.* from ledger_read.account_history h
      where h.account_id = ${accountId} and h.revision > ${after}::bigint and ${withinClocks('h', within)}
      order by h.revision limit ${limit}
    )
    select p.revision, p.position, p.type, p.entry_id, p.effective_on, p.recorded_at, p.actor, p.description, p.data,
      c.amount, before.balance + sum(c.amount) over (order by p.revision) as running_balance
    from before, page p, lateral (
      select coalesce(sum(l.amount), 0) as amount from ledger_read.journal_lines l
      where l.position = p.position and ${inBalance} and ${withinClocks('l', within)}
    ) c
    order by p.revision`;
}

function itemOf(row: HistoryRow, currency: KnownAccount['currency']): HistoryItem {
  return {
    revision: Number(row.revision),
    position: row.position,
    type: row.type,
    entryId: row.entry_id,
    effectiveOn: row.effective_on,
    recordedAt: row.recorded_at,
    actor: row.actor,
    description: row.description,
    amount: writeAmount(row.amount, currency),
    runningBalance: writeAmount(row.running_balance, currency),
    data: row.data,
  };
}
