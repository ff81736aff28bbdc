import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { KEPT_BY_MONTHS_FROM } from '../../../projections/account-months.js';
import { NO_SUMS, type Sums } from '../../../projections/account-sums.js';
import { type Money, money, sumOf } from '../../ledger/money.js';
import {
  type AccountSums,
  type SumsKnown,
  hasLinesOutside,
  isByMonths,
  linesBesideMonths,
  monthsBefore,
  sumsWithin,
} from './account-sums.js';
import { writeAmount } from './amounts.js';
import { type Clocks, clockSql, wasKnown, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import { type PartyAnswer, type PartyColumns, partyOf } from './parties.js';
import { AccountUnknown } from './refusals.js';
import type { Road } from './road.js';
import type { Reader } from './snapshot.js';
import { Tie } from './tie.js';
import { isTrustworthy } from './trust.js';

export interface AccountRequest extends AskedMoment {
  accountId: string;
}

export interface AccountAnswer extends Omit<Stamp, 'position'> {
  accountId: string;
  /** Null only while the event that opened the account is set aside. */
  currency: string | null;
  entity: string | null;
  openedOn: string | null;
  patientRef?: string;
  balance: string;
  unapplied: string;
  /** What each party owes, of all that ever had a share. */
  shares: (PartyAnswer & { balance: string })[];
  /** Net of reversals. */
  totals: { charges: string; payments: string; adjustments: string; refunds: string };
  lastActivityOn: string | null;
  trustworthy: boolean;
  /** Of the last event that was known; null while none could be read. */
  revision: number | null;
  /** Of the last event that was known. */
  position: string | null;
}

/** One account's balance, by party and by kind of entry. */
@Injectable()
export class AccountQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws AccountUnknown */
  async run(request: AccountRequest): Promise<AccountAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request.accountId));
  }
}

async function answer({ reader, clocks, stamp }: Moment, accountId: string): Promise<AccountAnswer> {
  const account = await knownAccount(reader, clocks, accountId);
  const sums = account.changed ? await changedSums(reader, clocks, account) : account;
  const shares = await sharesByParty(reader, clocks, account);
  const { currency } = account;
  const tie = new Tie('account');
  const bySum: Money = sumOf(shares.map(({ balance }) => money(balance))).minus(sums.unapplied);
  if (currency !== null) tie.expect(bySum, money(sums.balance), currency, { accountId });
  tie.check();
  return {
    accountId,
    currency,
    entity: account.entity,
    openedOn: account.opened_on,
    ...(account.patient_ref !== null && { patientRef: account.patient_ref }),
    balance: writeAmount(sums.balance, currency),
    unapplied: writeAmount(sums.unapplied, currency),
    shares: shares.map((row) => ({ ...partyOf(row), balance: writeAmount(row.balance, currency) })),
    totals: {
      charges: writeAmount(sums.charges, currency),
      payments: writeAmount(sums.payments, currency),
      adjustments: writeAmount(sums.adjustments, currency),
      refunds: writeAmount(sums.refunds, currency),
    },
    lastActivityOn: account.last_activity_on,
    trustworthy: account.trustworthy,
    revision: account.revision === null ? null : Number(account.revision),
    ...stamp,
    position: account.position,
  };
}

/** An account as it was known. */
export interface KnownAccount extends AccountSums, SumsKnown {
  entity: string | null;
  opened_on: string | null;
  patient_ref: string | null;
  last_activity_on: string | null;
  position: string | null;
  trustworthy: boolean;
  /** Whether its kept sums hold lines that the clocks leave out. */
  changed: boolean;
}

/** @throws AccountUnknown when there is no such account, or none of its events was known */
export async function knownAccount(reader: Reader, clocks: Clocks, accountId: string): Promise<KnownAccount> {
  const known = wasKnown('h', clockSql(clocks));
  const { rows } = await sql<KnownAccount>`
    select a.account_id, a.entity, a.opened_on, a.patient_ref, a.balance, a.unapplied, a.charges, a.payments,
      a.adjustments, a.refunds, last.revision, last.position,
      coalesce(a.currency, (
        select l.currency from ledger_read.journal_lines l where l.account_id = a.account_id limit 1
      )) as currency,
      ${wasKnown('a', clockSql(clocks))} as all_known,
      ${lastActivity('a', clocks)} as last_activity_on,
      ${isTrustworthy('a.account_id')} as trustworthy,
      ${hasLinesOutside('a', clocks)} as changed
    from ledger_read.accounts a, lateral (
      select h.revision, h.position from ledger_read.account_history h
      where h.account_id = a.account_id and ${known} order by h.revision desc limit 1
    ) last
    where a.account_id = ${accountId}`.execute(reader);
  return rows[0] ?? (await accountSetAside(reader, accountId));
}

/** The latest effective date of an account's events within the clocks; kept for the whole, looked up for a past. */
export function lastActivity(alias: string, clocks: Clocks): RawBuilder<string | null> {
  const account = sql.raw(alias);
  const sqlClocks = clockSql(clocks);
  const latestEvent = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`(select max(h.effective_on) from ledger_read.account_history h
      where h.account_id = ${account}.account_id and ${condition} and ${withinClocks('h', sqlClocks)})`;
  return sql`case when not ${wasKnown(alias, sqlClocks)} then ${latestEvent(sql`true`)}
    when ${account}.last_activity_on <= ${sqlClocks.asOf} then ${account}.last_activity_on
    else greatest(${latestEvent(sql`h.revision < ${KEPT_BY_MONTHS_FROM}`)}, (
      select max(d.effective_on) from ledger_read.account_days d
      where d.account_id = ${account}.account_id and d.effective_on <= ${sqlClocks.asOf}
    )) end`;
}

/** An account of which nothing could be read is there all the same. */
async function accountSetAside(reader: Reader, accountId: string): Promise<KnownAccount> {
  const { rows } = await sql`select 1 from ledger_read.accounts where account_id = ${accountId}
    union all (select 2 from ledger_internal.dead_letters where account_id = ${accountId} limit 1)`.execute(
    reader,
  );
  const deadLettersOnly = rows.length === 1 && Object.values(rows[0] as object)[0] === 2;
  if (!deadLettersOnly) throw new AccountUnknown(accountId);
  return {
    account_id: accountId,
    currency: null,
    ...NO_SUMS,
    entity: null,
    opened_on: null,
    patient_ref: null,
    last_activity_on: null,
    revision: null,
    position: null,
    all_known: false,
    trustworthy: false,
    changed: false,
  };
}

async function changedSums(reader: Reader, clocks: Clocks, account: KnownAccount): Promise<Sums> {
  const sums = await sumsWithin(reader, clocks, [account]);
  return sums.get(account.account_id) ?? NO_SUMS;
}

/** The road to one account's figures. */
export function roadOf(account: Pick<KnownAccount, 'changed'>): Road {
  return account.changed ? 'journal' : 'kept';
}

async function sharesByParty(
  reader: Reader,
  clocks: Clocks,
  account: KnownAccount,
): Promise<(PartyColumns & { balance: string })[]> {
  const { account_id: accountId, changed } = account;
  const shares = !changed
    ? sql`select s.party, s.payer_id, s.payer_position, s.balance
        from ledger_read.account_shares s where s.account_id = ${accountId}`
    : sql`select l.party, l.payer_id, l.payer_position, sum(l.amount) as balance
        from (${isByMonths(account) ? sharesByMonths(clocks, accountId) : sharesInJournal(clocks, accountId)}) l
        group by l.party, l.payer_id, l.payer_position`;
  const { rows } = await sql<PartyColumns & { balance: string }>`
    select * from (${shares}) b order by b.party, b.payer_id, b.payer_position`.execute(reader);
  return rows;
}

function sharesInJournal(clocks: Clocks, accountId: string): RawBuilder<unknown> {
  return sql`select l.party, l.payer_id, l.payer_position, l.amount from ledger_read.journal_lines l
    where l.account_id = ${accountId} and l.charge_id is not null and ${withinClocks('l', clockSql(clocks))}`;
}

function sharesByMonths({ asOf }: Clocks, accountId: string): RawBuilder<unknown> {
  return sql`select m.party, m.payer_id, m.payer_position, m.balance as amount
    from ledger_read.account_share_months m where ${monthsBefore('m', asOf, [accountId])}
    union all
    select l.party, l.payer_id, l.payer_position, l.amount from (${linesBesideMonths(asOf, [accountId])}) l
    where l.charge_id is not null`;
}
