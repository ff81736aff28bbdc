import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { writeAmount } from './amounts.js';
import { type Moment, Moments } from './moment.js';
import { type AskedPage, DATE_FORM, LIMIT_DEFAULT, type Page, pageOf, readCursor } from './page.js';
import { type AsItIs, withoutDate } from './as-it-is.js';
import { type WorkItemKind, type WorkItemRow, workItems } from './work-items-sql.js';

export interface WorkItemsRequest extends AskedPage {
  waitFor?: string | undefined;
  /** Any of these; all when left out. */
  kinds?: readonly WorkItemKind[] | undefined;
  payerId?: string | undefined;
  accountId?: string | undefined;
}

export interface WorkItem {
  kind: WorkItemKind;
  itemId: string;
  remittanceId: string | null;
  claim: number | null;
  accountId: string | null;
  chargeId: string | null;
  paymentId: string | null;
  depositId: string | null;
  payerId: string | null;
  /** Why a claim is suspended, the first finding that stops a remittance, or group and reason of an adjustment. */
  code: string | null;
  /** Null for a remittance that does not say what was paid. */
  amount: string | null;
  /** What was paid with the remittance (BPR02), where an item holds another amount against it. */
  remittanceAmount: string | null;
  currency: string;
  /** Whose credit it is, or who made the payment; null where that does not tell items apart. */
  party: WorkItemRow['party'];
  since: string;
  what: string;
}

export interface WorkItemsAnswer extends Page<WorkItem>, AsItIs {}

const ITEM_FORM = /^[a-z_]{1,40}:[^\0]{1,400}$/;

/** What somebody has to do about remittances, the oldest first. An item goes when what it is about is settled. */
@Injectable()
export class WorkItemsQuery {
  constructor(private readonly moments: Moments) {}

  async run(request: WorkItemsRequest = {}): Promise<WorkItemsAnswer> {
    return this.moments.at({ waitFor: request.waitFor }, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, stamp }: Moment,
  { kinds, payerId, accountId, cursor, limit = LIMIT_DEFAULT }: WorkItemsRequest,
): Promise<WorkItemsAnswer> {
  const conditions: RawBuilder<unknown>[] = [
    kinds === undefined ? sql`true` : sql`w.kind in (${sql.join(kinds)})`,
    payerId === undefined ? sql`true` : sql`w.payer_id = ${payerId}`,
    accountId === undefined ? sql`true` : sql`w.account_id = ${accountId}`,
  ];
  if (cursor !== undefined) {
    const [since, itemId] = readCursor(cursor, [DATE_FORM, ITEM_FORM]);
    conditions.push(sql`(w.since, w.item_id) > (${since}::date, ${itemId})`);
  }
  const { rows } = await sql<WorkItemRow>`
    select w.* from (${workItems}) w where ${sql.join(conditions, sql` and `)}
    order by w.since, w.item_id limit ${limit + 1}`.execute(reader);
  return {
    ...pageOf(rows, limit, itemOf, (row) => [row.since, row.item_id]),
    ...withoutDate(stamp),
  };
}

function itemOf(row: WorkItemRow): WorkItem {
  const write = (amount: string | null): string | null =>
    amount === null ? null : writeAmount(amount, row.currency);
  return {
    kind: row.kind,
    itemId: row.item_id,
    remittanceId: row.remittance_id,
    claim: row.claim,
    accountId: row.account_id,
    chargeId: row.charge_id,
    paymentId: row.payment_id,
    depositId: row.deposit_id,
    payerId: row.payer_id,
    code: row.code,
    amount: write(row.amount),
    remittanceAmount: write(row.remittance_amount),
    currency: row.currency,
    party: row.party,
    since: row.since,
    what: row.what,
  };
}
