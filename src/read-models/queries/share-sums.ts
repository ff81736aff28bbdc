import { type RawBuilder, sql } from 'kysely';
import { type Extent, byRoad, keptIsExact, readFromJournal } from './road.js';

/*
 * The sums that answers are made of, each as a relation with the same columns whichever road leads there.
 */

/** What names a share. */
export const SHARE = sql.raw('account_id, charge_id, party, payer_id, payer_position');

function shareOf(alias: string): RawBuilder<unknown> {
  return sql.raw(
    ['account_id', 'charge_id', 'party', 'payer_id', 'payer_position'].map((c) => `${alias}.${c}`).join(', '),
  );
}

/** SHARE, currency, balance: every share that is not settled. */
export function shareBalances(extent: Extent): RawBuilder<unknown> {
  return byRoad(
    extent,
    () => sql`select ${shareOf('s')}, s.currency, s.balance
      from ledger_read.shares s where s.balance <> 0 and ${keptIsExact('s', extent)}`,
    () => sql`select ${shareOf('l')}, l.currency, sum(l.amount) as balance
      from ledger_read.journal_lines l where l.charge_id is not null and ${readFromJournal('l', extent)}
      group by ${shareOf('l')}, l.currency having sum(l.amount) <> 0`,
  );
}

/**
 * SHARE, currency, since_on, amount of every share that is not settled: what opened it by the day since when, and in
 * a row without a day what used it up (negative) or gave back (positive).
 */
export function shareParts(extent: Extent): RawBuilder<unknown> {
  return byRoad(
    extent,
    () => sql`select ${shareOf('s')}, s.currency, p.since_on, p.opened as amount
      from ledger_read.shares s join ledger_read.share_parts p using (${SHARE})
      where s.balance <> 0 and ${keptIsExact('s', extent)}
      union all
      select ${shareOf('s')}, s.currency, null, -s.used
      from ledger_read.shares s where s.balance <> 0 and ${keptIsExact('s', extent)}`,
    () => sql`select ${shareOf('o')}, o.currency, o.since_on, o.amount from (
        select d.*, sum(d.amount) over (partition by ${shareOf('d')}) as balance from (
          select ${shareOf('l')}, l.currency, l.since_on, sum(l.amount) as amount
          from ledger_read.journal_lines l where l.charge_id is not null and ${readFromJournal('l', extent)}
          group by ${shareOf('l')}, l.currency, l.since_on
        ) d
      ) o where o.balance <> 0`,
  );
}

/** account_id, payment_id, party, payer_id, party_name, currency, amount of every payment's unapplied rest. */
export function unappliedCredits(extent: Extent): RawBuilder<unknown> {
  return byRoad(
    extent,
    () => sql`select u.account_id, u.payment_id, u.party, u.payer_id, u.party_name, u.currency, u.amount
      from ledger_read.unapplied_credits u where u.amount <> 0 and ${keptIsExact('u', extent)}`,
    () => sql`select l.account_id, l.payment_id, l.party, l.payer_id, l.party_name, l.currency, -sum(l.amount) as amount
      from ledger_read.journal_lines l where l.payment_id is not null and ${readFromJournal('l', extent)}
      group by l.account_id, l.payment_id, l.party, l.payer_id, l.party_name, l.currency having sum(l.amount) <> 0`,
  );
}

/**
 * account_id, currency, balance to check other figures against, from rows that those are not made of: the balances
 * kept by account, or the other side of every entry (cash, income, expense), since each is balanced. An account may
 * have several rows.
 */
export function controlBalances(extent: Extent): RawBuilder<unknown> {
  return byRoad(
    extent,
    () => sql`select a.account_id, coalesce(a.currency, (
          select l.currency from ledger_read.journal_lines l where l.account_id = a.account_id limit 1
        )) as currency, a.balance
      from ledger_read.accounts a where a.balance <> 0 and ${keptIsExact('a', extent)}`,
    () => sql`select l.account_id, l.currency, -l.amount as balance
      from ledger_read.journal_lines l
      where l.account_id is not null and l.charge_id is null and l.payment_id is null
        and ${readFromJournal('l', extent)}`,
  );
}
