import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type AsItIs, withoutDate } from './as-it-is.js';
import { type Moment, Moments } from './moment.js';
import { type AskedPage, DATE_FORM, ID_FORM, LIMIT_DEFAULT, type Page, pageOf, readCursor } from './page.js';
import { QuestionMalformed } from './refusals.js';
import { type RemittanceHeader, headerOf, remittanceRows } from './remittance-columns.js';

export const REMITTANCE_STATUSES = ['posting', 'held', 'completed'] as const;

export interface RemittanceListRequest extends AskedPage {
  waitFor?: string | undefined;
  payerId?: string | undefined;
  status?: (typeof REMITTANCE_STATUSES)[number] | undefined;
  /** TRN02. */
  traceNumber?: string | undefined;
  /** Effective dates, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

export interface RemittanceListAnswer extends Page<RemittanceHeader>, AsItIs {}

/** Remittances with what became of them, those that count last first. */
@Injectable()
export class RemittanceListQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws QuestionMalformed when the range of dates ends before it begins */
  async run(request: RemittanceListRequest = {}): Promise<RemittanceListAnswer> {
    const { from, to } = request;
    if (from !== undefined && to !== undefined && to < from) {
      throw new QuestionMalformed([{ field: 'to', message: 'must not be before from' }]);
    }
    return this.moments.at({ waitFor: request.waitFor }, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, stamp }: Moment,
  { payerId, status, traceNumber, from, to, cursor, limit = LIMIT_DEFAULT }: RemittanceListRequest,
): Promise<RemittanceListAnswer> {
  const conditions: RawBuilder<unknown>[] = [
    // One whose first event could not be read has a row by the others, and no dates.
    sql`r.effective_on is not null`,
    payerId === undefined ? sql`true` : sql`r.payer_id = ${payerId}`,
    status === undefined ? sql`true` : sql`r.status = ${status}`,
    traceNumber === undefined ? sql`true` : sql`r.trace_number = ${traceNumber}`,
    from === undefined ? sql`true` : sql`r.effective_on >= ${from}::date`,
    to === undefined ? sql`true` : sql`r.effective_on <= ${to}::date`,
  ];
  if (cursor !== undefined) {
    const [effectiveOn, remittanceId] = readCursor(cursor, [DATE_FORM, ID_FORM]);
    conditions.push(sql`(r.effective_on, r.remittance_id) < (${effectiveOn}::date, ${remittanceId})`);
  }
  const page = remittanceRows(sql.join(conditions, sql` and `));
  const { rows } = await sql<Parameters<typeof headerOf>[0]>`
    ${page} order by r.effective_on desc, r.remittance_id desc limit ${limit + 1}`.execute(reader);
  return {
    ...pageOf(rows, limit, headerOf, (row) => [row.effective_on, row.remittance_id]),
    ...withoutDate(stamp),
  };
}
