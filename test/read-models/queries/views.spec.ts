import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { money } from '../../../src/ledger/money.js';
import { AccountListQuery } from '../../../src/read-models/queries/account-list.js';
import { AgingQuery } from '../../../src/read-models/queries/aging.js';
import { DenialsQuery } from '../../../src/read-models/queries/denials.js';
import { OpenItemsQuery } from '../../../src/read-models/queries/open-items.js';
import { installViews } from '../../../src/read-models/views/install-views.js';
import { onEachDatabase, onPostgres } from '../../support/database.js';
import { momentsOf, randomClocks, sorted } from './asking.js';
import { randomFrom, randomHistory } from './random-history.js';
import { denials } from '../../../projections/denials.js';
import { pointViews } from '../../../src/read-models/projector/tables.js';
import { createReadModels, fillReadModels } from './read-models.js';

const VIEWS = [
  'accounts',
  'account_shares',
  'open_items',
  'journal_lines',
  'account_history',
  'denials',
  'remittances',
  'remittance_claims',
  'provider_adjustments',
  'control_accounts',
  'deposits',
  'work_items',
  'projection_status',
];
/** After every effective date of a history. */
const END = { asOf: '2027-01-01' };

onEachDatabase('reporting views', (fresh) => {
  let db: Database;
  const events = randomHistory(51, 6, 60);
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
    await fillReadModels(db, events);
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const rowsOf = async (query: string): Promise<any[]> => (await sql.raw(query).execute(db)).rows;

  it('say of themselves, their columns and functions what they are', async () => {
    const undescribed = await rowsOf(`
      select c.relname || coalesce('.' || a.attname, '') as name from pg_class c
      left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where c.relnamespace = 'ledger'::regnamespace and (
        obj_description(c.oid, 'pg_class') is null or col_description(c.oid, a.attnum) is null)
      union all
      select proname from pg_proc p where pronamespace = 'ledger'::regnamespace and obj_description(p.oid, 'pg_proc') is null`);
    expect(undescribed).toEqual([]);
    const views = await rowsOf(
      `select table_name from information_schema.views where table_schema = 'ledger'`,
    );
    expect(views.map((view) => view.table_name)).toEqual(expect.arrayContaining(VIEWS));
  });

  it('accounts are those of the query', async () => {
    const { items } = await new AccountListQuery(momentsOf(db)).run({ ...END, limit: 1000 });
    const rows = await rowsOf('select * from ledger.accounts');
    expect(
      sorted(
        rows.map((row) => [
          row.account_id,
          row.currency,
          exact(row.balance),
          exact(row.unapplied),
          row.trustworthy,
        ]),
      ),
    ).toEqual(
      sorted(
        items.map((item) => [
          item.accountId,
          item.currency,
          exact(item.balance),
          exact(item.unapplied),
          item.trustworthy,
        ]),
      ),
    );
    const shares = await rowsOf(
      `select account_id, sum(balance) as balance from ledger.account_shares group by account_id`,
    );
    for (const { account_id: id, balance } of shares) {
      const row = rows.find((account) => account.account_id === id)!;
      expect(exact(balance)).toBe(money(row.balance).plus(row.unapplied).toFixed());
    }
  });

  it('open items are those of the query, with NULL for what does not apply', async () => {
    const query = new OpenItemsQuery(momentsOf(db));
    for (const accountId of ['A0', 'A2', 'A5']) {
      const { items } = await query.run({ ...END, accountId, limit: 1000 });
      const expected = sorted(
        items.map((item) => [
          item.chargeId,
          item.party,
          item.payerId ?? null,
          item.position ?? null,
          exact(item.amount),
          item.responsibleSince,
          item.serviceDate,
          item.postedOn,
        ]),
      );
      const columns = 'charge_id, party, payer_id, payer_position, amount, since_on, service_date, posted_on';
      for (const from of ['ledger.open_items', `ledger.open_items_at('${END.asOf}')`]) {
        const rows = await rowsOf(`select ${columns} from ${from} where account_id = '${accountId}'`);
        expect(sorted(rows.map((row) => Object.values({ ...row, amount: exact(row.amount) })))).toEqual(
          expected,
        );
      }
    }
  });

  it('the journal balances, and the history ends at the balance', async () => {
    const [{ off }] = await rowsOf(`select count(*) as off from (
      select 1 from ledger.journal_lines group by position, effective_on, currency having sum(debit) <> sum(credit)) x`);
    expect(off).toBe('0');
    expect(
      await rowsOf(`select 1 from ledger.journal_lines where (debit = 0) = (credit = 0) or payer_id = ''`),
    ).toEqual([]);
    expect(
      await rowsOf(`select h.account_id from ledger.account_history h join ledger.accounts a using (account_id)
        where h.revision = a.revision and (h.running_balance <> a.balance or h.currency <> a.currency)`),
    ).toEqual([]);
  });

  it('denials are those of the query', async () => {
    const { items } = await new DenialsQuery(momentsOf(db)).run({ ...END, limit: 1000 });
    expect(items.length).toBeGreaterThan(3);
    const rows = await rowsOf('select * from ledger.denials');
    expect(
      sorted(
        rows.map((row) => [
          row.account_id,
          row.denial_id,
          row.status,
          exact(row.amount),
          exact(row.open_amount),
          Number(row.lines),
        ]),
      ),
    ).toEqual(
      sorted(
        items.map((item) => [
          item.accountId,
          item.denialId,
          item.status,
          exact(item.deniedAmount),
          exact(item.openAmount),
          item.lines.length,
        ]),
      ),
    );
    const lines = await rowsOf('select * from ledger.denial_lines');
    expect(sorted(lines.map((row) => [row.denial_id, row.charge_id, exact(row.open_amount)]))).toEqual(
      sorted(
        items.flatMap((item) =>
          item.lines.map((line) => [item.denialId, line.chargeId, exact(line.openAmount)]),
        ),
      ),
    );
  });

  it('projection_status names every projection and where it stands', async () => {
    const rows = await rowsOf(
      'select projection, position from ledger.projection_status order by projection',
    );
    expect(rows.map((row) => row.projection)).toEqual([
      'account-history',
      'account-months',
      'balances',
      'denials',
      'journal',
      'open-items',
      'remittances',
    ]);
    expect(new Set(rows.map((row) => row.position))).toEqual(new Set([events.at(-1)!.position]));
  });

  it('aging() and balance() give the figures of the queries for any clocks', async () => {
    const random = randomFrom(51);
    const query = new AgingQuery(momentsOf(db));
    for (let i = 0; i < 6; i++) {
      const { asOf, knownAt } = { knownAt: undefined, ...randomClocks(random, events) };
      const basis = random.pick(['service', 'posted', 'responsible'] as const);
      const { items } = await query.run({ asOf, knownAt, basis, groupBy: 'account' });
      const rows = await rowsOf(`select account_id, currency,
          array[sum(days_0_30), sum(days_31_60), sum(days_61_90), sum(days_91_120), sum(days_121_plus), sum(not_yet_due),
            sum(credits), sum(unapplied), sum(total)] as amounts,
          min(ledger.balance(account_id, '${asOf}', ${knownAt === undefined ? 'null' : `'${knownAt}'`})) as balance
        from ledger.aging('${asOf}', ${knownAt === undefined ? 'null' : `'${knownAt}'`}, '${basis}')
        group by account_id, currency`);
      expect(
        sorted(
          rows
            .filter((row) => row.amounts.some((amount: string) => !money(amount).isZero()))
            .map((row) => [row.account_id, row.currency, row.amounts.map(exact), exact(row.balance)]),
        ),
      ).toEqual(
        sorted(
          items.map((item) => [
            item.accountId,
            item.currency,
            [...item.amounts, item.notYetDue, item.credits, item.unapplied, item.total].map(exact),
            exact(item.total),
          ]),
        ),
      );
    }
    expect(await rowsOf(`select ledger.balance('nobody', '2026-01-01') as balance`)).toEqual([
      { balance: null },
    ]);
  });

  it('aging() refuses a basis that does not exist, and a journal that does not balance', async () => {
    await expect(rowsOf(`select * from ledger.aging('2026-06-30', null, 'whim')`)).rejects.toThrow(
      'basis must be service, posted, responsible, not whim',
    );
    await expect(rowsOf(`select * from ledger.aging(null)`)).rejects.toThrow('as_of must be a date');
    await sql`update ledger_read.journal_lines set amount = amount + 5 where gl_account = 'Assets:Cash'
      and position = (select min(position) from ledger_read.journal_lines where gl_account = 'Assets:Cash')`.execute(
      db,
    );
    await expect(rowsOf(`select * from ledger.aging('2027-01-01')`)).rejects.toThrow('report_does_not_tie');
    await fillReadModels(db, events);
  });
});

onEachDatabase('installing the views', (fresh) => {
  let db: Database;
  beforeEach(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
  });

  it('can be repeated, by several at once, and keeps what is built on them', async () => {
    await sql`create view public.mine as select sum(balance) as balance from ledger.accounts`.execute(db);
    await Promise.all([installViews(db), installViews(db), installViews(db)]);
    expect((await sql`select * from public.mine`.execute(db)).rows).toEqual([{ balance: null }]);
    await sql`drop view public.mine`.execute(db);
  });

  it('makes anew what has gone with a table that it read from', async () => {
    await sql`drop view ledger_read.denials cascade`.execute(db);
    await pointViews(db, denials, 1);
    await installViews(db);
    expect((await sql`select * from ledger.denials`.execute(db)).rows).toEqual([]);
  });

  it('makes anew a view and a function that had another shape', async () => {
    await sql`drop view ledger.accounts`.execute(db);
    await sql`create view ledger.accounts as select 1 as other, 'x' as account_id`.execute(db);
    await sql`drop function ledger.balance(text, date, timestamptz)`.execute(db);
    await sql
      .raw(
        `create function ledger.balance(account_id text, as_of date, known_at timestamptz) returns text language sql as 'select 1::text'`,
      )
      .execute(db);
    await sql`comment on schema ledger is 'of another version'`.execute(db);
    await installViews(db);
    expect((await sql`select balance, trustworthy from ledger.accounts`.execute(db)).rows).toEqual([]);
    expect(
      (await sql`select pg_typeof(ledger.balance('A', '2026-01-01'))::text as type`.execute(db)).rows,
    ).toEqual([{ type: 'numeric' }]);
  });
});

onPostgres('a reporting role', (fresh) => {
  describe('with rights on schema ledger alone', () => {
    it('reads views and functions, and nothing beneath them', async () => {
      const { database: db } = await fresh();
      await createReadModels(db);
      await fillReadModels(db, randomHistory(52));
      const role = `bi_${Date.now().toString(36)}`;
      await sql.raw(`create role ${role}`).execute(db);
      await sql
        .raw(
          `grant usage on schema ledger to ${role}; grant select on all tables in schema ledger to ${role}`,
        )
        .execute(db);
      await db.connection().execute(async (connection) => {
        await sql.raw(`set role ${role}`).execute(connection);
        for (const view of VIEWS) await sql.raw(`select * from ledger.${view} limit 1`).execute(connection);
        const { rows } =
          await sql`select sum(total) as total from ledger.aging(current_date) where currency = 'USD'`.execute(
            connection,
          );
        expect(rows).toEqual([{ total: expect.any(String) }]);
        await expect(sql`select * from ledger_read.accounts`.execute(connection)).rejects.toThrow(
          'permission denied',
        );
        await sql`reset role`.execute(connection);
      });
      await sql.raw(`drop owned by ${role}; drop role ${role}`).execute(db);
    });
  });
});

const exact = (amount: string): string => money(amount).toFixed();
