import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';
import { createReadModels } from '../read-models/queries/read-models.js';

/** Journal lines that a charge comes to: two, and two more for those that are paid. */
export const LINES_A_CHARGE = 3.7;

/**
 * Fills read models with charges over two years on a tenth as many accounts: 85 % of them paid in full 30 days later, a
 * tenth owed by patients.
 *
 * @param charges a multiple of ten
 */
export async function fillAgingLedger(db: Database, charges: number): Promise<void> {
  const accounts = charges / 10;
  await createReadModels(db);
  const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(db);
  const share = `case when n % 10 = 0 then 'patient' else 'payer' end as party,
    case when n % 10 = 0 then '' else 'payer-' || (n % 20) end as payer_id,
    case when n % 10 = 0 then '' else 'primary' end as payer_position`;
  await run(`create temporary table facts as select n, 'acct-' || lpad((n % ${accounts})::text, 8, '0') as account_id,
      'chg-' || n as charge_id, ${share}, (100 + n % 400)::numeric(12,2) as amount,
      date '2024-07-01' + (n % 730) as posted_on, n % 100 < 85 as paid
    from generate_series(1, ${charges}) n`);
  await run(`insert into ledger_read.charges
    select account_id, charge_id, 'USD', posted_on - 3, posted_on, amount, 'CPT', '99213', null, null, posted_on from facts`);
  await run(`insert into ledger_read.shares
    select account_id, charge_id, party, payer_id, payer_position, 'USD',
      case when paid then 0 else amount end, case when paid then amount else 0 end, posted_on - 3, posted_on,
      posted_on, case when paid then posted_on + 30 else posted_on end from facts`);
  await run(`insert into ledger_read.share_parts
    select account_id, charge_id, party, payer_id, payer_position, posted_on, amount from facts`);
  await run(`insert into ledger_read.journal_lines
    select position, line_no, account_id, null, revision, entry_id, event_type, gl_account, 'USD', amount, effective_on,
      effective_on + time '12:00', charge_id, null, party, payer_id, payer_position, null, since_on
    from (
      select 2 * n as position, 0 as line_no, account_id, 2 * n / ${accounts} as revision, charge_id as entry_id, 'ChargePosted' as event_type,
        case party when 'patient' then 'Assets:Receivable:Patient' else 'Assets:Receivable:Payer' end as gl_account,
        amount, posted_on as effective_on, charge_id, party, payer_id, payer_position, posted_on as since_on from facts
      union all
      select 2 * n, 1, account_id, 2 * n / ${accounts}, charge_id, 'ChargePosted', 'Income:Charges', -amount, posted_on, null, null, null, null, null from facts
      union all
      select 2 * n + 1, 0, account_id, 2 * n / ${accounts} + 1, 'pay-' || n, 'PaymentPosted', 'Assets:Cash', amount, posted_on + 30, null, null, null, null, null
        from facts where paid
      union all
      select 2 * n + 1, 1, account_id, 2 * n / ${accounts} + 1, 'pay-' || n, 'PaymentPosted',
        case party when 'patient' then 'Assets:Receivable:Patient' else 'Assets:Receivable:Payer' end,
        -amount, posted_on + 30, charge_id, party, payer_id, payer_position, null from facts where paid
    ) l`);
  await run(`insert into ledger_read.account_history
    select account_id, row_number() over (partition by account_id order by position) - 1, position, event_type, entry_id,
      effective_on, recorded_at, null, 'bench', 'USD', amount, sum(amount) over (partition by account_id order by position)
    from ledger_read.journal_lines where charge_id is not null`);
  await run(`insert into ledger_read.accounts
    select f.account_id, 'USD', case when min(n) % 3 = 0 then 'north' else 'main' end, null, min(posted_on), sum(case when paid then 0 else amount end), 0,
      sum(amount), sum(case when paid then amount else 0 end), 0, 0, max(posted_on) + 30, 1000, 1, '2026-07-30'
    from facts f group by f.account_id`);
  await run(`insert into ledger_read.account_shares
    select account_id, party, payer_id, payer_position, 'USD', sum(case when paid then 0 else amount end)
    from facts group by 1, 2, 3, 4`);
  await run(`insert into ledger_read.gl_days
    select gl_account, currency, effective_on, sum(amount) from ledger_read.journal_lines group by 1, 2, 3`);
  await run(
    `update ledger_internal.checkpoint set position = ${2 * charges + 1}, recorded_at = '2026-07-30'`,
  );
  // As autovacuum leaves them; PGlite has none, and the projector analyses them.
  const tidy = db.isShared ? 'vacuum analyze' : 'analyze';
  for (const table of TABLES) {
    const { rows } = await sql<{ name: string }>`
      select nspname || '.' || relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where relname = ${table} and relkind = 'r'`.execute(db);
    await run(`${tidy} ${rows[0]!.name}`);
  }
}

const TABLES = [
  'accounts',
  'charges',
  'shares',
  'share_parts',
  'journal_lines',
  'gl_days',
  'account_history',
];
