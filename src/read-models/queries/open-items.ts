import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { daysBetween } from '../../ledger/calendar.js';
import { money } from '../../ledger/money.js';
import { knownAccount, roadOf } from './account.js';
import { writeAmount } from './amounts.js';
import { clockSql } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import { openItems } from './open-items-sql.js';
import {
  type AskedPage,
  DATE_FORM,
  ID_FORM,
  LIMIT_DEFAULT,
  LIMIT_MAX,
  type Page,
  pageOf,
  readCursor,
} from './page.js';
import { type PartyAnswer, type PartyColumns, partyOf } from './parties.js';
import type { Extent } from './road.js';
import { controlBalances, unappliedCredits } from './share-sums.js';
import type { Reader } from './snapshot.js';
import { Tie } from './tie.js';

export interface OpenItemsRequest extends AskedMoment, AskedPage {
  accountId: string;
}

export interface OpenItem extends PartyAnswer {
  chargeId: string;
  /** Open part; negative for a credit on the share. */
  amount: string;
  serviceDate: string | null;
  postedOn: string | null;
  /** Since when the party is responsible for this part; null for a credit. */
  responsibleSince: string | null;
  /** Whole days to `asOf`, negative while not yet due; null for a credit on that basis. */
  ages: { service: number | null; posted: number | null; responsible: number | null };
  code: { system: string; value: string } | null;
  claimId: string | null;
  description: string | null;
}

export interface UnappliedItem {
  paymentId: string;
  /** Whose the money is. */
  party: string;
  payerId?: string;
  name?: string;
  amount: string;
}

export interface OpenItemsAnswer extends Page<OpenItem>, Stamp {
  accountId: string;
  currency: string | null;
  /** Of all items less `unapplied`, whatever the page. */
  balance: string;
  unapplied: string;
  /** Payments with an unapplied rest, on the first page; at most 1,000. */
  unappliedCredits?: UnappliedItem[];
  trustworthy: boolean;
}

interface ItemRow extends PartyColumns {
  charge_id: string;
  since_on: string | null;
  service_date: string | null;
  posted_on: string | null;
  amount: string;
  code_system: string | null;
  code: string | null;
  claim_id: string | null;
  description: string | null;
}

/** What is open of one account, charge by charge, by party and by age. */
@Injectable()
export class OpenItemsQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws AccountUnknown, ReportDoesNotTie */
  async run(request: OpenItemsRequest): Promise<OpenItemsAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, clocks, stamp }: Moment,
  { accountId, limit = LIMIT_DEFAULT, cursor }: OpenItemsRequest,
): Promise<OpenItemsAnswer> {
  const account = await knownAccount(reader, clocks, accountId);
  const extent: Extent = {
    road: roadOf(account),
    clocks: clockSql(clocks),
    scope: { accountIds: [accountId] },
  };
  const { currency } = account;
  const { open, unapplied } = await tiedSums(reader, extent, currency, accountId);
  const rows = await itemRows(reader, extent, limit + 1, cursor);
  const credits = cursor === undefined ? await unappliedRows(reader, extent) : undefined;
  return {
    accountId,
    currency,
    balance: writeAmount(money(open).minus(unapplied).toFixed(), currency),
    unapplied: writeAmount(unapplied, currency),
    ...pageOf(
      rows,
      limit,
      (row) => itemOf(row, clocks.asOf, currency),
      (row) => [row.charge_id, row.party, row.payer_id, row.payer_position, row.since_on ?? 'infinity'],
    ),
    ...(credits && {
      unappliedCredits: credits.map((row) => ({
        paymentId: row.payment_id,
        party: row.party,
        ...(row.payer_id !== '' && { payerId: row.payer_id }),
        ...(row.party_name !== '' && { name: row.party_name }),
        amount: writeAmount(row.amount, currency),
      })),
    }),
    trustworthy: account.trustworthy,
    ...stamp,
  };
}

async function tiedSums(reader: Reader, extent: Extent, currency: string | null, accountId: string) {
  const { rows } = await sql<{ open: string; unapplied: string; balance: string }>`
    select (select coalesce(sum(amount), 0) from (${openItems(extent)}) i) as open,
      (select coalesce(sum(amount), 0) from (${unappliedCredits(extent)}) u) as unapplied,
      (select coalesce(sum(balance), 0) from (${controlBalances(extent)}) b) as balance`.execute(reader);
  const { open, unapplied, balance } = rows[0]!;
  const tie = new Tie('open-items');
  if (currency !== null) tie.expect(money(open).minus(unapplied), money(balance), currency, { accountId });
  tie.check();
  return { open, unapplied };
}

async function itemRows(
  reader: Reader,
  extent: Extent,
  limit: number,
  cursor: string | undefined,
): Promise<ItemRow[]> {
  const place = sql`(i.charge_id, i.party, i.payer_id, i.payer_position, coalesce(i.since_on, 'infinity'::date))`;
  const forms = [ID_FORM, /^\w+$/, /^(|[A-Za-z0-9][A-Za-z0-9._:-]{0,63})$/, /^\w*$/, DATE_FORM];
  const after =
    cursor === undefined ? sql`true` : sql`${place} > (${sql.join(readCursor(cursor, forms))}::date)`;
  const { rows } = await sql<ItemRow>`
    select i.*, c.code_system, c.code, c.claim_id, c.description
    from (${openItems(extent)}) i
    left join ledger_read.charges c on c.account_id = i.account_id and c.charge_id = i.charge_id
    where ${after} order by ${sql.raw('i.charge_id, i.party, i.payer_id, i.payer_position')}, i.since_on nulls last
    limit ${limit}`.execute(reader);
  return rows;
}

async function unappliedRows(reader: Reader, extent: Extent) {
  const { rows } = await sql<{
    payment_id: string;
    party: string;
    payer_id: string;
    party_name: string;
    amount: string;
  }>`select * from (${unappliedCredits(extent)}) u order by u.payment_id limit ${LIMIT_MAX}`.execute(reader);
  return rows;
}

function itemOf(row: ItemRow, asOf: string, currency: string | null): OpenItem {
  const age = (from: string | null): number | null => (from === null ? null : daysBetween(from, asOf));
  return {
    chargeId: row.charge_id,
    ...partyOf(row),
    amount: writeAmount(row.amount, currency),
    serviceDate: row.service_date,
    postedOn: row.posted_on,
    responsibleSince: row.since_on,
    ages: { service: age(row.service_date), posted: age(row.posted_on), responsible: age(row.since_on) },
    code: row.code_system === null ? null : { system: row.code_system, value: row.code ?? '' },
    claimId: row.claim_id,
    description: row.description,
  };
}
