import { type RawBuilder, sql } from 'kysely';
import { KEPT_BY_MONTHS_FROM, monthOf } from '../../../projections/account-months.js';
import { MONEY_IN, SUM_COLUMNS, type Sums } from '../../../projections/account-sums.js';
import type { CalendarDate } from '../../ledger/calendar.js';
import { type Clocks, clockSql, withinClocks } from './clocks.js';
import { type Scope, inScope } from './scope.js';
import type { Reader } from './snapshot.js';

/** What an account comes to, in its currency. */
export interface AccountSums extends Sums {
  account_id: string;
  currency: string | null;
}

/** The sums of accounts from their journal lines, the same that the balances projection keeps, for any two clocks. */
function sumsFromJournal(clocks: Clocks, scope: Scope): RawBuilder<AccountSums> {
  return sql`select l.account_id, l.currency, ${SUMS_OF_LINES}
    from ledger_read.journal_lines l
    where l.account_id is not null and ${inScope('l', scope)} and ${withinClocks('l', clockSql(clocks))}
    group by l.account_id, l.currency`;
}

// The rule of `sumsOf`, for many lines at once.
const CASH = sql`l.gl_account in (${sql.join([...MONEY_IN].map((account) => sql.lit(account)))})`;
const REFUND = sql`(l.event_type = 'RefundIssued' or (l.event_type = 'EntryReversed' and l.amount > 0))`;
const SUMS_OF_LINES = sql`${sumWhere(sql`l.charge_id is not null or l.payment_id is not null`)} as balance,
  -${sumWhere(sql`l.payment_id is not null`)} as unapplied,
  -${sumWhere(sql`l.gl_account = 'Income:Charges'`)} as charges,
  ${sumWhere(sql`${CASH} and not ${REFUND}`)} as payments,
  ${sumWhere(sql`l.gl_account = 'Expenses:BadDebt' or l.gl_account like 'Income:Adjustments:%'`)} as adjustments,
  -${sumWhere(sql`${CASH} and ${REFUND}`)} as refunds`;

function sumWhere(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce(sum(l.amount) filter (where ${condition}), 0)`;
}

/**
 * The same sums of accounts of whose events all were known: of the months before the one of the date, and of the lines
 * that are left.
 */
function sumsByMonths(asOf: CalendarDate, accountIds: readonly string[]): RawBuilder<AccountSums> {
  const columns = Object.keys(SUM_COLUMNS);
  const sums = sql.raw(columns.map((column) => `sum(s.${column}) as ${column}`).join(', '));
  return sql`select s.account_id, max(s.currency) as currency, ${sums} from (
      select m.account_id, null as currency, ${sql.raw(columns.map((column) => `m.${column}`).join(', '))}
      from ledger_read.account_months m where ${monthsBefore('m', asOf, accountIds)}
      union all
      select l.account_id, l.currency, ${SUMS_OF_LINES} from (${linesBesideMonths(asOf, accountIds)}) l
      group by l.account_id, l.currency
    ) s group by s.account_id`;
}

/** Condition on a row by months: its month is of one of the accounts, and over at the date. */
export function monthsBefore(
  alias: string,
  asOf: CalendarDate,
  accountIds: readonly string[],
): RawBuilder<boolean> {
  return sql`${inScope(alias, { accountIds })} and ${sql.raw(alias)}.month < ${firstOfMonth(asOf)}`;
}

/** The lines that count by a date and are not in the months before it: those of its month, and an account's first ones. */
export function linesBesideMonths(asOf: CalendarDate, accountIds: readonly string[]): RawBuilder<unknown> {
  const first = firstOfMonth(asOf);
  // `offset 0`: the lines of each event are looked up by its position, not all lines joined by their days.
  return sql`select l.* from ledger_read.journal_lines l
    where ${inScope('l', { accountIds })} and l.effective_on >= ${first} and l.effective_on <= ${asOf}::date
    union all
    select l.* from ledger_read.account_history h, lateral (
      select l.* from ledger_read.journal_lines l where l.position = h.position offset 0
    ) l
    where ${inScope('h', { accountIds })} and h.revision < ${KEPT_BY_MONTHS_FROM} and l.effective_on < ${first}`;
}

function firstOfMonth(date: CalendarDate): RawBuilder<unknown> {
  return sql`${monthOf(date)}::date`;
}

/** An account as far as it decides how its sums are found. */
export interface SumsKnown {
  /** Of the last event that was known. */
  revision: string | null;
  /** Whether that is the last that there is. */
  all_known: boolean;
}

/** Whether the sums of an account are found by months. */
export function isByMonths({ revision, all_known }: SumsKnown): boolean {
  return all_known && Number(revision) >= KEPT_BY_MONTHS_FROM;
}

/** What accounts come to within the clocks, by account; those of which no line counts are left out. */
export async function sumsWithin(
  reader: Reader,
  clocks: Clocks,
  accounts: readonly (SumsKnown & { account_id: string })[],
): Promise<Map<string, AccountSums>> {
  const found = new Map<string, AccountSums>();
  const read = async (
    some: typeof accounts,
    sumsOf: (accountIds: readonly string[]) => RawBuilder<AccountSums>,
  ): Promise<void> => {
    if (some.length === 0) return;
    const { rows } = await sumsOf(some.map(({ account_id }) => account_id)).execute(reader);
    for (const row of rows) found.set(row.account_id, row);
  };
  await read(accounts.filter(isByMonths), (accountIds) => sumsByMonths(clocks.asOf, accountIds));
  await read(
    accounts.filter((account) => !isByMonths(account)),
    (accountIds) => sumsFromJournal(clocks, { accountIds }),
  );
  return found;
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
