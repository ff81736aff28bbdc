import { sql } from 'kysely';
import type { Database } from '../../src/database/database.js';
import { DEFAULT_BUCKETS, bucketDays } from '../../src/ledger/aging.js';

/*
 * Aging as plain SQL, for whoever would do without our read models: today over open shares, a past date over journal
 * lines, each with nothing but the columns that it needs, in tables of their own with a covering index.
 */

/** How the plain SQL groups. */
export const PLAIN_GROUPS = {
  none: [],
  payer: ['party', 'payer_id'],
  account: ['account_id'],
} as const;
export type PlainGroup = keyof typeof PLAIN_GROUPS;

/** Makes the tables from those of the read models. */
export async function makePlainTables(db: Database): Promise<void> {
  const statements = [
    'drop schema if exists plain cascade',
    'create schema plain',
    `create table plain.shares as
      select s.account_id, s.party, s.payer_id, s.currency, c.service_date, s.balance
      from ledger_read.shares s join ledger_read.charges c using (account_id, charge_id)`,
    `create index on plain.shares (service_date) include (account_id, party, payer_id, currency, balance)
      where balance <> 0`,
    `create table plain.lines as
      select l.account_id, l.charge_id, l.party, l.payer_id, l.currency, c.service_date, l.effective_on, l.amount
      from ledger_read.journal_lines l join ledger_read.charges c using (account_id, charge_id)`,
    `create index on plain.lines (effective_on)
      include (account_id, charge_id, party, payer_id, currency, service_date, amount)`,
    'vacuum analyze plain.shares',
    'vacuum analyze plain.lines',
  ];
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/**
 * Aging by days since the service.
 *
 * @param from `shares` for what is open now; `lines` for what was open on the date
 * @returns what is open in total
 */
export async function plainAging(
  db: Database,
  { asOf, from, groupBy }: { asOf: string; from: 'shares' | 'lines'; groupBy: PlainGroup },
): Promise<number> {
  const open =
    from === 'shares'
      ? 'select * from plain.shares where balance <> 0'
      : `select account_id, party, payer_id, currency, service_date, sum(amount) as balance
          from plain.lines where effective_on <= date '${asOf}'
          group by account_id, charge_id, party, payer_id, currency, service_date having sum(amount) <> 0`;
  const buckets = bucketDays(DEFAULT_BUCKETS).map(({ from: first, to }, i) => {
    const age = `date '${asOf}' - service_date`;
    return `sum(balance) filter (where ${age} >= ${first}${to === undefined ? '' : ` and ${age} <= ${to}`}) as b${i}`;
  });
  const keys = [...PLAIN_GROUPS[groupBy], 'currency'].join(', ');
  const { rows } = await sql<{ total: string }>`
    select ${sql.raw(`${keys}, ${buckets.join(', ')}`)}, sum(balance) as total
    from (${sql.raw(open)}) open group by ${sql.raw(keys)} order by ${sql.raw(keys)}`.execute(db);
  return rows.reduce((sum, { total }) => sum + Number(total), 0);
}
