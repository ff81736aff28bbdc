import { afterAll, beforeAll, test } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { AccountListQuery } from '../../src/read-models/queries/account-list.js';
import { AccountQuery } from '../../src/read-models/queries/account.js';
import { AgingQuery } from '../../src/read-models/queries/aging.js';
import { HistoryQuery } from '../../src/read-models/queries/history.js';
import { JournalQuery } from '../../src/read-models/queries/journal.js';
import { TrialBalanceQuery } from '../../src/read-models/queries/trial-balance.js';
import { newDatabase } from '../support/database-server.js';
import { momentsOf } from '../read-models/queries/asking.js';
import { createReadModels } from '../read-models/queries/read-models.js';

/*
 * How long queries take on a large ledger in PostgreSQL:
 *
 *   npm test -- --testMatch='**' + '/test/bench/aging.bench.ts'
 *
 * CHARGES (default 250,000) charges on a tenth as many accounts, each paid by 85 %, make four times as many journal
 * lines; BENCH_URL names a server that has them already, or
 * gets them; `pglite` measures the embedded database, whose tables are never analysed.
 */

const CHARGES = Number(process.env['CHARGES'] ?? 250_000);
const ACCOUNTS = CHARGES / 10;

let db: Database;
let remove: () => Promise<void> = async () => undefined;

beforeAll(async () => {
  let url = process.env['BENCH_URL'];
  const embedded = url === 'pglite';
  if (embedded) url = undefined;
  else if (url === undefined) ({ url, remove } = await newDatabase());
  db = await openDatabase({ url, folder: 'memory://' });
  const there = await sql<{
    found: boolean;
  }>`select to_regclass('ledger_read.accounts') is not null as found`.execute(db);
  if (!there.rows[0]!.found) await generate();
}, 600_000);

afterAll(async () => {
  await db.close();
  await remove();
});

/** Charges over two years, 85 % of them paid 30 days later; a tenth is the patient's; 10 % transferred, 5 % unapplied. */
async function generate(): Promise<void> {
  await createReadModels(db);
  const run = (statement: string): Promise<unknown> => sql.raw(statement).execute(db);
  const share = `case when n % 10 = 0 then 'patient' else 'payer' end as party,
    case when n % 10 = 0 then '' else 'payer-' || (n % 20) end as payer_id,
    case when n % 10 = 0 then '' else 'primary' end as payer_position`;
  await run(`create temporary table facts as select n, 'acct-' || lpad((n % ${ACCOUNTS})::text, 8, '0') as account_id,
      'chg-' || n as charge_id, ${share}, (100 + n % 400)::numeric(12,2) as amount,
      date '2024-07-01' + (n % 730) as posted_on, n % 100 < 85 as paid
    from generate_series(1, ${CHARGES}) n`);
  await run(`insert into ledger_read.charges
    select account_id, charge_id, 'USD', posted_on - 3, posted_on, amount, 'CPT', '99213', null, null, posted_on from facts`);
  await run(`insert into ledger_read.shares
    select account_id, charge_id, party, payer_id, payer_position, 'USD',
      case when paid then 0 else amount end, case when paid then amount else 0 end from facts`);
  await run(`insert into ledger_read.share_parts
    select account_id, charge_id, party, payer_id, payer_position, posted_on, amount from facts`);
  await run(`insert into ledger_read.journal_lines
    select position, line_no, account_id, null, revision, entry_id, event_type, gl_account, 'USD', amount, effective_on,
      effective_on + time '12:00', charge_id, null, party, payer_id, payer_position, null, since_on
    from (
      select 2 * n as position, 0 as line_no, account_id, 2 * n / ${ACCOUNTS} as revision, charge_id as entry_id, 'ChargePosted' as event_type,
        case party when 'patient' then 'Assets:Receivable:Patient' else 'Assets:Receivable:Payer' end as gl_account,
        amount, posted_on as effective_on, charge_id, party, payer_id, payer_position, posted_on as since_on from facts
      union all
      select 2 * n, 1, account_id, 2 * n / ${ACCOUNTS}, charge_id, 'ChargePosted', 'Income:Charges', -amount, posted_on, null, null, null, null, null from facts
      union all
      select 2 * n + 1, 0, account_id, 2 * n / ${ACCOUNTS} + 1, 'pay-' || n, 'PaymentPosted', 'Assets:Cash', amount, posted_on + 30, null, null, null, null, null
        from facts where paid
      union all
      select 2 * n + 1, 1, account_id, 2 * n / ${ACCOUNTS} + 1, 'pay-' || n, 'PaymentPosted',
        case party when 'patient' then 'Assets:Receivable:Patient' else 'Assets:Receivable:Payer' end,
        -amount, posted_on + 30, charge_id, party, payer_id, payer_position, null from facts where paid
    ) l`);
  await run(`insert into ledger_read.account_history
    select account_id, row_number() over (partition by account_id order by position) - 1, position, event_type, entry_id,
      effective_on, recorded_at, null, 'bench', 'USD', amount, sum(amount) over (partition by account_id order by position), '{}'
    from ledger_read.journal_lines where charge_id is not null`);
  await run(`insert into ledger_read.accounts
    select f.account_id, 'USD', case when min(n) % 3 = 0 then 'north' else 'main' end, null, min(posted_on), sum(case when paid then 0 else amount end), 0,
      sum(amount), sum(case when paid then amount else 0 end), 0, 0, max(posted_on) + 30, 1000, 1, '2026-07-30'
    from facts f group by f.account_id`);
  await run(`insert into ledger_read.account_shares
    select account_id, party, payer_id, payer_position, 'USD', sum(case when paid then 0 else amount end)
    from facts group by 1, 2, 3, 4`);
  await run(`insert into ledger_read.gl_balances
    select gl_account, currency, sum(amount) from ledger_read.journal_lines group by 1, 2`);
  await run(
    `update ledger_internal.checkpoint set position = ${2 * CHARGES + 1}, recorded_at = '2026-07-30'`,
  );
  if (process.env['BENCH_URL'] === 'pglite') return;
  for (const table of ['accounts', 'charges', 'shares', 'share_parts', 'journal_lines', 'account_history']) {
    const { rows } = await sql<{ name: string }>`
      select nspname || '.' || relname as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where relname = ${table} and relkind = 'r'`.execute(db);
    await run(`vacuum analyze ${rows[0]!.name}`);
  }
}

test('timings', async () => {
  const moments = momentsOf(db);
  const aging = new AgingQuery(moments);
  const [today, past, knownAt] = ['2026-08-01', '2025-06-30', '2025-12-31T23:59:59.000Z'];
  const asked: [string, () => Promise<unknown>][] = [
    ['aging today, service', () => aging.run({ asOf: today })],
    ['aging today, responsible', () => aging.run({ asOf: today, basis: 'responsible' })],
    ['aging today, by payer', () => aging.run({ asOf: today, groupBy: 'payer' })],
    ['aging today, by account', () => aging.run({ asOf: today, groupBy: 'account' })],
    ['aging today, one entity', () => aging.run({ asOf: today, entity: 'north' })],
    ['aging a week ago', () => aging.run({ asOf: '2026-07-24' })],
    ['aging a month ago', () => aging.run({ asOf: '2026-06-30' })],
    ['aging a month ago, by payer', () => aging.run({ asOf: '2026-06-30', groupBy: 'payer' })],
    ['aging a month ago, by account', () => aging.run({ asOf: '2026-06-30', groupBy: 'account' })],
    ['aging past, service', () => aging.run({ asOf: past })],
    ['aging past, responsible', () => aging.run({ asOf: past, basis: 'responsible' })],
    ['aging past as known', () => aging.run({ asOf: past, knownAt })],
    ['aging past, by account', () => aging.run({ asOf: past, groupBy: 'account' })],
    ['trial balance today', () => new TrialBalanceQuery(moments).run({ asOf: today })],
    ['trial balance past', () => new TrialBalanceQuery(moments).run({ asOf: past })],
    ['accounts, 1,000 today', () => new AccountListQuery(moments).run({ asOf: today, limit: 1000 })],
    ['accounts, 1,000 past', () => new AccountListQuery(moments).run({ asOf: past, limit: 1000 })],
    ['one account today', () => new AccountQuery(moments).run({ asOf: today, accountId: 'acct-00000007' })],
    ['one account past', () => new AccountQuery(moments).run({ asOf: past, accountId: 'acct-00000007' })],
    [
      'history of one account',
      () => new HistoryQuery(moments).run({ asOf: today, accountId: 'acct-00000007' }),
    ],
    [
      'journal, whole',
      async () => {
        let entries = 0;
        for await (const _ of new JournalQuery(moments).entries({})) entries += 1;
        return entries;
      },
    ],
    ['ledger.aging(today)', () => sql`select sum(total) from ledger.aging(${today})`.execute(db)],
    ['ledger.aging(past)', () => sql`select sum(total) from ledger.aging(${past})`.execute(db)],
    ['ledger.open_items', () => sql`select sum(amount) from ledger.open_items`.execute(db)],
  ];
  const lines = await sql<{ count: string }>`select count(*) as count from ledger_read.journal_lines`.execute(
    db,
  );
  console.log(`${lines.rows[0]!.count} journal lines, ${ACCOUNTS} accounts`);
  for (const [name, ask] of asked) {
    const times: number[] = [];
    for (let i = 0; i < (name.startsWith('journal') ? 1 : 4); i++) {
      const begun = performance.now();
      await ask();
      times.push(performance.now() - begun);
    }
    console.log(
      `${name.padEnd(28)} ${Math.min(...times)
        .toFixed(0)
        .padStart(7)} ms`,
    );
  }
}, 900_000);
