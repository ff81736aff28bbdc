import { type RawBuilder, sql } from 'kysely';
import { type Clocks, clockSql, withinClocks } from './clocks.js';
import { type Scope, inScope } from './scope.js';

/** What an account comes to, in its currency: balance = charges - payments - adjustments + refunds. */
export interface AccountSums {
  account_id: string;
  currency: string | null;
  balance: string;
  unapplied: string;
  charges: string;
  payments: string;
  adjustments: string;
  refunds: string;
}

/** The sums of accounts from their journal lines, the same that the balances projection keeps, for any two clocks. */
export function sumsFromJournal(clocks: Clocks, scope: Scope): RawBuilder<AccountSums> {
  // Cash, or what a remittance brought as one sum, comes in by payments and goes out by refunds; a reversal takes the one or the other back.
  const refund = sql`(l.event_type = 'RefundIssued' or (l.event_type = 'EntryReversed' and l.amount > 0))`;
  const cash = sql`l.gl_account in ('Assets:Cash', 'Assets:RemittanceClearing')`;
  const sum = (condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`coalesce(sum(l.amount) filter (where ${condition}), 0)`;
  return sql`select l.account_id, l.currency,
      ${sum(sql`l.charge_id is not null or l.payment_id is not null`)} as balance,
      -${sum(sql`l.payment_id is not null`)} as unapplied,
      -${sum(sql`l.gl_account = 'Income:Charges'`)} as charges,
      ${sum(sql`${cash} and not ${refund}`)} as payments,
      ${sum(sql`l.gl_account = 'Expenses:BadDebt' or l.gl_account like 'Income:Adjustments:%'`)} as adjustments,
      -${sum(sql`${cash} and ${refund}`)} as refunds
    from ledger_read.journal_lines l
    where l.account_id is not null and ${inScope('l', scope)} and ${withinClocks('l', clockSql(clocks))}
    group by l.account_id, l.currency`;
}

/** Condition on a row that has `account_id`: the account has a journal line that the clocks leave out. */
export function hasLinesOutside(alias: string, { asOf, knownAt }: Clocks): RawBuilder<boolean> {
  const lines = sql`select 1 from ledger_read.journal_lines o where o.account_id = ${sql.raw(alias)}.account_id`;
  const later = sql<boolean>`exists (${lines} and o.effective_on > ${asOf}::date)`;
  // An account whose last event was known has no line that was not.
  return knownAt === undefined
    ? later
    : sql<boolean>`(${later} or ${sql.raw(alias)}.recorded_at > ${knownAt}::timestamptz)`;
}
