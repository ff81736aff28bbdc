import { type RawBuilder, sql } from 'kysely';

/** A row for each thing that breaks the invariant. */
export interface Broken {
  subject: string;
  account_id: string | null;
  expected: string;
  actual: string;
}

export interface Invariant {
  check: string;
  /** What must hold. */
  text: string;
  query: RawBuilder<Broken>;
}

/** Parts of an account's balance as other tables have it; each must give the same. */
function balanceBy(source: RawBuilder<unknown>): RawBuilder<Broken> {
  return sql<Broken>`
    with other as (${source})
    select 'account ' || account_id as subject, account_id,
      coalesce(o.amount, 0)::text as expected, coalesce(a.balance, 0)::text as actual
    from ledger_read.accounts a full join other o using (account_id)
    where coalesce(a.balance, 0) <> coalesce(o.amount, 0)
    order by account_id limit 100`;
}

/** What must hold between tables, asked of the live ones, each in one statement and so of one moment. */
export const INVARIANTS: readonly Invariant[] = [
  {
    check: 'debits_equal_credits',
    text: 'debits and credits of the journal are the same',
    query: sql<Broken>`
      select 'journal in ' || currency as subject, null::text as account_id,
        coalesce(sum(amount) filter (where amount > 0), 0)::text as expected,
        coalesce(-sum(amount) filter (where amount < 0), 0)::text as actual
      from ledger_read.journal_lines group by currency having sum(amount) <> 0`,
  },
  {
    check: 'entries_balance',
    text: 'the lines of every event sum to zero',
    query: sql<Broken>`
      select 'event at position ' || position as subject, min(account_id) as account_id,
        '0' as expected, sum(amount)::text as actual
      from ledger_read.journal_lines group by position having sum(amount) <> 0
      order by position limit 100`,
  },
  {
    check: 'gl_days_equal_journal',
    text: 'the change of a GL account on a day is the sum of its journal lines',
    query: sql<Broken>`
      with lines as (
        select gl_account, currency, effective_on, sum(amount) as amount
        from ledger_read.journal_lines group by gl_account, currency, effective_on
      )
      select gl_account || ' in ' || currency || ' on ' || effective_on as subject, null::text as account_id,
        coalesce(l.amount, 0)::text as expected, coalesce(g.amount, 0)::text as actual
      from ledger_read.gl_days g full join lines l using (gl_account, currency, effective_on)
      where coalesce(g.amount, 0) <> coalesce(l.amount, 0)`,
  },
  {
    check: 'balance_equals_account_shares',
    text: 'the balance is the sum of the parties’ shares less unapplied credit',
    query: balanceBy(sql`
      select account_id, sum(amount) as amount from (
        select account_id, balance as amount from ledger_read.account_shares
        union all
        select account_id, -unapplied from ledger_read.accounts
      ) parts group by account_id`),
  },
  {
    check: 'balance_equals_open_items',
    text: 'the balance is the sum of the shares of charges less unapplied credits',
    query: balanceBy(sql`
      select account_id, sum(amount) as amount from (
        select account_id, balance as amount from ledger_read.shares
        union all
        select account_id, -amount from ledger_read.unapplied_credits
      ) parts group by account_id`),
  },
  {
    check: 'balance_equals_journal',
    text: 'the balance is the sum of the journal lines of receivables and unapplied credit',
    query: balanceBy(sql`
      select account_id, sum(amount) as amount from ledger_read.journal_lines
      where charge_id is not null or payment_id is not null group by account_id`),
  },
  {
    check: 'balance_equals_totals',
    text: 'the balance is charges less payments and adjustments, plus refunds',
    query: balanceBy(sql`
      select account_id, charges - payments - adjustments + refunds as amount from ledger_read.accounts`),
  },
  {
    check: 'balance_equals_history',
    text: 'the balance is the last running balance of the history',
    query: balanceBy(sql`
      select distinct on (account_id) account_id, running_balance as amount
      from ledger_read.account_history order by account_id, revision desc`),
  },
  {
    check: 'shares_equal_their_parts',
    text: 'a share is what was opened of it less what was used',
    query: sql<Broken>`
      with opened as (
        select account_id, charge_id, party, payer_id, payer_position, sum(opened) as amount
        from ledger_read.share_parts group by account_id, charge_id, party, payer_id, payer_position
      )
      select 'charge ' || charge_id || ' of account ' || account_id as subject, account_id,
        (coalesce(o.amount, 0) - coalesce(s.used, 0))::text as expected, coalesce(s.balance, 0)::text as actual
      from ledger_read.shares s
      full join opened o using (account_id, charge_id, party, payer_id, payer_position)
      where coalesce(s.balance, 0) <> coalesce(o.amount, 0) - coalesce(s.used, 0)
      order by account_id, charge_id limit 100`,
  },
];
