import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type SumsKnown, hasLinesOutside, sumsWithin } from './account-sums.js';
import { lastActivity } from './account.js';
import { writeAmount } from './amounts.js';
import { clockSql, wasKnown, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import { type AskedPage, ID_FORM, LIMIT_DEFAULT, type Page, pageOf, readCursor } from './page.js';
import { inScope } from './scope.js';
import { type Trust, isTrustworthy, trustIn } from './trust.js';

export interface AccountListRequest extends AskedMoment, AskedPage {
  entity?: string | undefined;
}

export interface ListedAccount {
  accountId: string;
  currency: string | null;
  entity: string | null;
  balance: string;
  unapplied: string;
  lastActivityOn: string | null;
  revision: number;
  trustworthy: boolean;
}

export interface AccountListAnswer extends Page<ListedAccount>, Stamp, Trust {}

interface ListedRow extends SumsKnown {
  account_id: string;
  currency: string | null;
  entity: string | null;
  balance: string;
  unapplied: string;
  last_activity_on: string | null;
  trustworthy: boolean;
  changed: boolean;
}

/** Accounts by their id, with balances. An account is listed from the day it was opened or first moved money. */
@Injectable()
export class AccountListQuery {
  constructor(private readonly moments: Moments) {}

  async run(request: AccountListRequest = {}): Promise<AccountListAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, clocks, stamp }: Moment,
  { entity, limit = LIMIT_DEFAULT, cursor }: AccountListRequest,
): Promise<AccountListAnswer> {
  const sqlClocks = clockSql(clocks);
  const after = cursor === undefined ? sql`true` : sql`a.account_id > ${readCursor(cursor, [ID_FORM])[0]}`;
  const revision =
    clocks.knownAt === undefined
      ? sql`a.revision`
      : sql`(select max(h.revision) from ledger_read.account_history h
          where h.account_id = a.account_id and ${wasKnown('h', sqlClocks)})`;
  const { rows } = await sql<ListedRow>`
    select a.account_id, a.entity, a.balance, a.unapplied, ${revision} as revision,
      coalesce(a.currency, (
        select l.currency from ledger_read.journal_lines l where l.account_id = a.account_id limit 1
      )) as currency,
      ${wasKnown('a', sqlClocks)} as all_known,
      ${lastActivity('a', clocks)} as last_activity_on,
      ${isTrustworthy('a.account_id')} as trustworthy,
      ${hasLinesOutside('a', clocks)} as changed
    from ledger_read.accounts a
    where ${after} and ${inScope('a', { entity })}
      and exists (select 1 from ledger_read.account_history h
        where h.account_id = a.account_id and ${wasKnown('h', sqlClocks)})
      and (coalesce(a.opened_on <= ${sqlClocks.asOf}, true)
        or exists (select 1 from ledger_read.journal_lines l
          where l.account_id = a.account_id and ${withinClocks('l', sqlClocks)}))
    order by a.account_id limit ${limit + 1}`.execute(reader);
  const recomputed = await sumsWithin(
    reader,
    clocks,
    rows.filter(({ changed }) => changed),
  );
  return {
    ...pageOf(
      rows,
      limit,
      (row): ListedAccount => {
        const sums = row.changed ? recomputed.get(row.account_id) : row;
        return {
          accountId: row.account_id,
          currency: row.currency,
          entity: row.entity,
          balance: writeAmount(sums?.balance ?? null, row.currency),
          unapplied: writeAmount(sums?.unapplied ?? null, row.currency),
          lastActivityOn: row.last_activity_on,
          revision: Number(row.revision),
          trustworthy: row.trustworthy,
        };
      },
      (row) => [row.account_id],
    ),
    ...stamp,
    ...(await trustIn(reader, { entity })),
  };
}
