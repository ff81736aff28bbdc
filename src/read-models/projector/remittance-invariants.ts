import { sql } from 'kysely';
import { PREDETERMINATION } from '../../ledger/claim-status.js';
import type { Broken, Invariant } from './invariants.js';

/** What is paid by the events of accounts that follow from a claim: its lines on the clearing account, signed. */
const CLEARED = sql`
  select h.data -> 'remittance' ->> 'id' as remittance_id, (h.data -> 'remittance' ->> 'claim')::integer as claim,
    sum(l.amount) as amount
  from ledger_read.journal_lines l
  join ledger_read.account_history h on h.account_id = l.account_id and h.revision = l.revision
  where l.gl_account = 'Assets:RemittanceClearing' and h.data ? 'remittance'
  group by 1, 2`;

/**
 * What was given back to the clearing account by reversals that somebody asked for: no remittance speaks of them, so the
 * money stands there until somebody decides on it. The payment's id says which remittance it came with.
 */
const GIVEN_BACK = sql`
  select split_part(h.data ->> 'reverses', '.', 2) as remittance_id, -sum(l.amount) as amount
  from ledger_read.journal_lines l
  join ledger_read.account_history h on h.account_id = l.account_id and h.revision = l.revision
  where l.gl_account = 'Assets:RemittanceClearing' and not h.data ? 'remittance'
  group by 1`;

/**
 * Remittances of which an append to an account is in the tables in part only, as happens between two batches: what is
 * decided on a claim comes first, and the entries that it names are not all there. Only the last append can be so.
 */
const UNFINISHED = sql`
  with newest as (
    select account_id from ledger_read.account_history order by position desc limit 1
  )
  select h.data -> 'remittance' ->> 'id' as remittance_id
  from newest join ledger_read.account_history h using (account_id)
  cross join lateral jsonb_array_elements_text(h.data -> 'entries') as e(entry_id)
  where h.type in ('ClaimAdjudicated', 'AdjudicationContinued') and not exists (
    select 1 from ledger_read.account_history i where i.account_id = h.account_id and i.entry_id = e.entry_id)`;

/**
 * What must hold between remittances, control accounts and the accounts that claims are posted on: at every moment, also
 * in the middle of an import.
 */
export const REMITTANCE_INVARIANTS: readonly Invariant[] = [
  {
    check: 'clearing_equals_remittances',
    text: 'the clearing account holds what remittances brought and what of it is not posted yet',
    query: sql<Broken>`
      with held as (
        select currency, -sum(accepted + controlled - cleared) as amount
        from ledger_read.remittances group by currency
      ), lines as (
        select currency, sum(amount) as amount from ledger_read.gl_days
        where gl_account = 'Assets:RemittanceClearing' group by currency
      )
      select 'Assets:RemittanceClearing in ' || currency as subject, null::text as account_id,
        coalesce(h.amount, 0)::text as expected, coalesce(l.amount, 0)::text as actual
      from held h full join lines l using (currency)
      where coalesce(h.amount, 0) <> coalesce(l.amount, 0)`,
  },
  {
    check: 'claims_post_what_was_paid',
    text: 'a claim that is posted took from the clearing account what was paid for it, any other claim nothing',
    query: sql<Broken>`
      with cleared as (${CLEARED}), unfinished as (${UNFINISHED}), claims as (
        select c.remittance_id, c.claim, c.account_id, coalesce(p.amount, 0) as actual,
          case when c.status = 'posted' and c.claim_status <> ${sql.lit(PREDETERMINATION)} then c.paid else 0 end as expected
        from ledger_read.remittance_claims c left join cleared p using (remittance_id, claim)
      )
      select 'claim ' || claim || ' of remittance ' || remittance_id as subject, account_id,
        expected::text as expected, actual::text as actual
      from claims
      where expected <> actual and remittance_id not in (select u.remittance_id from unfinished u)
      order by remittance_id, claim limit 100`,
  },
  {
    check: 'remittances_keep_what_is_not_posted',
    text: 'what a completed remittance has on the clearing account was paid for claims that are not posted',
    query: sql<Broken>`
      with unfinished as (${UNFINISHED}), given_back as (${GIVEN_BACK}), claims as (
        select remittance_id, sum(paid) as amount from ledger_read.remittance_claims
        where status in ('suspended', 'rejected', 'waiting') and claim_status <> ${sql.lit(PREDETERMINATION)}
        group by remittance_id
      ), decided as (
        select remittance_id, sum(amount) as amount from ledger_read.control_entries
        where number is null group by remittance_id
      ), kept as (
        select r.remittance_id, r.accepted + r.controlled - r.cleared as actual,
          coalesce(c.amount, 0) + coalesce(d.amount, 0) + coalesce(g.amount, 0) as expected
        from ledger_read.remittances r
        left join claims c using (remittance_id)
        left join decided d using (remittance_id)
        left join given_back g using (remittance_id)
        where r.status = 'completed'
      )
      select 'remittance ' || remittance_id as subject, null::text as account_id,
        expected::text as expected, actual::text as actual
      from kept
      where expected <> actual and remittance_id not in (select u.remittance_id from unfinished u)
      order by remittance_id limit 100`,
  },
  {
    check: 'control_accounts_equal_entries',
    text: 'the balance of a control account is the sum of its entries',
    query: sql<Broken>`
      with entries as (
        select control_account_id, currency, sum(amount) as amount
        from ledger_read.control_entries group by control_account_id, currency
      )
      select 'control account ' || control_account_id || ' in ' || currency as subject, null::text as account_id,
        coalesce(e.amount, 0)::text as expected, coalesce(a.balance, 0)::text as actual
      from ledger_read.control_accounts a full join entries e using (control_account_id, currency)
      where coalesce(e.amount, 0) <> coalesce(a.balance, 0)
      order by control_account_id limit 100`,
  },
  {
    check: 'control_accounts_equal_journal',
    text: 'the balances of control accounts come to that of their GL account',
    query: sql<Broken>`
      with kept as (
        select currency, sum(balance) as amount from ledger_read.control_accounts group by currency
      ), lines as (
        select currency, sum(amount) as amount from ledger_read.gl_days
        where gl_account = 'Assets:PayerControl' group by currency
      )
      select 'Assets:PayerControl in ' || currency as subject, null::text as account_id,
        coalesce(k.amount, 0)::text as expected, coalesce(l.amount, 0)::text as actual
      from kept k full join lines l using (currency)
      where coalesce(k.amount, 0) <> coalesce(l.amount, 0)`,
  },
  {
    check: 'provider_adjustments_are_on_control_accounts',
    text: 'the provider adjustments of a completed remittance are entries of control accounts',
    query: sql<Broken>`
      with stated as (
        select remittance_id, sum(amount) as amount from ledger_read.provider_adjustments group by remittance_id
      ), entries as (
        select remittance_id, sum(amount) as amount from ledger_read.control_entries
        where number is not null group by remittance_id
      )
      select 'remittance ' || remittance_id as subject, null::text as account_id,
        r.total_provider_adjustments::text as expected,
        coalesce(s.amount, 0)::text || ' stated, ' || coalesce(e.amount, 0)::text || ' entered' as actual
      from ledger_read.remittances r
      left join stated s using (remittance_id)
      left join entries e using (remittance_id)
      where r.status = 'completed' and (coalesce(s.amount, 0) <> r.total_provider_adjustments
        or coalesce(e.amount, 0) <> r.total_provider_adjustments)
      order by remittance_id limit 100`,
  },
];
