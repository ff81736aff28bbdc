import { type RawBuilder, sql } from 'kysely';
import { outsideClocks, withinClocks } from './clocks.js';
import { type Extent, byRoad } from './road.js';
import { inScope } from './scope.js';

/*
 * The sums that answers are made of, each as a relation with the same columns whichever road leads there.
 */

const SHARE_COLUMNS = ['account_id', 'charge_id', 'party', 'payer_id', 'payer_position'];
const OWNER_COLUMNS = ['account_id', 'payment_id', 'party', 'payer_id', 'party_name'];

/** What names a share. */
export const SHARE = sql.raw(SHARE_COLUMNS.join(', '));

function shareOf(alias: string): RawBuilder<unknown> {
  return sql.raw(SHARE_COLUMNS.map((column) => `${alias}.${column}`).join(', '));
}

function ownerOf(alias: string): RawBuilder<unknown> {
  return sql.raw(OWNER_COLUMNS.map((column) => `${alias}.${column}`).join(', '));
}

/** Condition on a journal line: it is in scope and counts. */
function counts({ clocks, scope }: Extent): RawBuilder<unknown> {
  return sql`${withinClocks('l', clocks)} and ${inScope('l', scope)}`;
}

/** Condition on a share: no line of it counts later. */
function isSince({ clocks }: Extent): RawBuilder<unknown> {
  return sql`s.last_on <= ${clocks.asOf}`;
}

/** Condition on a share: lines of it count, and others count later. */
function isAround({ clocks }: Extent): RawBuilder<unknown> {
  return sql`s.last_on > ${clocks.asOf} and s.first_on <= ${clocks.asOf}`;
}

/** Condition on a journal line: it is of a share, and counts by its day. */
function ofShareBy({ clocks }: Extent): RawBuilder<unknown> {
  const named = SHARE_COLUMNS.map((column) => sql.raw(`l.${column} = s.${column}`));
  return sql`${sql.join(named, sql` and `)} and l.effective_on <= ${clocks.asOf}`;
}

/** Condition on a journal line: it is in scope, stands in kept sums, and does not count. */
function isToBeTakenBack({ clocks, scope }: Extent): RawBuilder<unknown> {
  return sql`${outsideClocks('l', clocks)} and ${inScope('l', scope)}`;
}

/**
 * SHARE, currency, balance, service_date, posted_on: every share that is not settled. The dates are the charge's, where
 * they could be told without looking for it.
 */
export function shareBalances(extent: Extent): RawBuilder<unknown> {
  const kept =
    (): RawBuilder<unknown> => sql`select ${shareOf('s')}, s.currency, s.balance, s.service_date, s.posted_on
    from ledger_read.shares s where s.balance <> 0 and ${inScope('s', extent.scope)}`;
  return byRoad(extent, {
    kept,
    by_share: () => sql`${kept()} and ${isSince(extent)}
      union all
      select ${shareOf('s')}, s.currency, d.balance, s.service_date, s.posted_on
      from ledger_read.shares s cross join lateral (
        select sum(l.amount) as balance from ledger_read.journal_lines l where ${ofShareBy(extent)}
      ) d where ${isAround(extent)} and d.balance <> 0 and ${inScope('s', extent.scope)}`,
    rolled_back: () => sql`select ${shareOf('b')}, b.currency, sum(b.balance) as balance,
        max(b.service_date) as service_date, max(b.posted_on) as posted_on from (
        ${kept()}
        union all
        select ${shareOf('l')}, l.currency, -l.amount, null, null from ledger_read.journal_lines l
        where l.charge_id is not null and ${isToBeTakenBack(extent)}
      ) b group by ${shareOf('b')}, b.currency having sum(b.balance) <> 0`,
    // Of most of these the charge has to be looked for: all at once is faster.
    journal: () => sql`select b.*, c.service_date, c.posted_on from (
        select ${shareOf('l')}, l.currency, sum(l.amount) as balance
        from ledger_read.journal_lines l where l.charge_id is not null and ${counts(extent)}
        group by ${shareOf('l')}, l.currency having sum(l.amount) <> 0
      ) b left join ledger_read.charges c using (account_id, charge_id)`,
  });
}

/**
 * SHARE, currency, since_on, amount of every share that is not settled: what opened it by the day since when, and in
 * a row without a day what used it up (negative) or gave back (positive).
 */
export function shareParts(extent: Extent): RawBuilder<unknown> {
  const keptOf = (shares: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select ${shareOf('s')}, s.currency, p.since_on, p.opened as amount
    from ${shares} s join ledger_read.share_parts p using (${SHARE})
    union all
    select ${shareOf('s')}, s.currency, null, -s.used from ${shares} s`;
  /** Of parts by share and day, those of shares that are not settled. */
  const unsettled = (parts: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select ${shareOf('o')}, o.currency, o.since_on, o.amount from (
      select d.*, sum(d.amount) over (partition by ${shareOf('d')}) as balance from (
        select ${shareOf('l')}, l.currency, l.since_on, sum(l.amount) as amount from (${parts}) l
        group by ${shareOf('l')}, l.currency, l.since_on
      ) d
    ) o where o.balance <> 0`;
  const scoped = inScope('s', extent.scope);
  return byRoad(extent, {
    kept: () => keptOf(sql`(select * from ledger_read.shares s where s.balance <> 0 and ${scoped})`),
    by_share: () => {
      const since = sql`(select * from ledger_read.shares s where s.balance <> 0 and ${isSince(extent)} and ${scoped})`;
      const around = sql`select ${shareOf('s')}, s.currency, d.since_on, d.amount
        from ledger_read.shares s cross join lateral (
          select l.since_on, l.amount from ledger_read.journal_lines l where ${ofShareBy(extent)}
        ) d where ${isAround(extent)} and ${scoped}`;
      return sql`${keptOf(since)} union all ${unsettled(around)}`;
    },
    rolled_back: () => {
      const later = sql`(select ${shareOf('l')}, l.currency, l.since_on, -l.amount as amount
        from ledger_read.journal_lines l where l.charge_id is not null and ${isToBeTakenBack(extent)})`;
      return unsettled(sql`${keptOf(sql`(select * from ledger_read.shares s where ${scoped} and (s.balance <> 0
        or (${shareOf('s')}) in (select ${shareOf('x')} from ${later} x)))`)}
        union all select * from ${later} y`);
    },
    journal: () =>
      unsettled(sql`select ${shareOf('l')}, l.currency, l.since_on, l.amount
        from ledger_read.journal_lines l where l.charge_id is not null and ${counts(extent)}`),
  });
}

/** account_id, payment_id, party, payer_id, party_name, currency, amount of every payment's unapplied rest. */
export function unappliedCredits(extent: Extent): RawBuilder<unknown> {
  const kept = (): RawBuilder<unknown> => sql`select ${ownerOf('u')}, u.currency, u.amount
    from ledger_read.unapplied_credits u where u.amount <> 0 and ${inScope('u', extent.scope)}`;
  const rolledBack =
    (): RawBuilder<unknown> => sql`select ${ownerOf('c')}, c.currency, sum(c.amount) as amount from (
        ${kept()}
        union all
        select ${ownerOf('l')}, l.currency, l.amount from ledger_read.journal_lines l
        where l.payment_id is not null and ${isToBeTakenBack(extent)}
      ) c group by ${ownerOf('c')}, c.currency having sum(c.amount) <> 0`;
  return byRoad(extent, {
    kept,
    by_share: rolledBack,
    rolled_back: rolledBack,
    journal: () => sql`select ${ownerOf('l')}, l.currency, -sum(l.amount) as amount
      from ledger_read.journal_lines l where l.payment_id is not null and ${counts(extent)}
      group by ${ownerOf('l')}, l.currency having sum(l.amount) <> 0`,
  });
}

/**
 * account_id, currency, balance to check other figures against, from rows that those are not made of: the balances
 * kept by account, or the other side of every entry (cash, income, expense), since each is balanced. An account may
 * have two rows.
 */
export function controlBalances(extent: Extent): RawBuilder<unknown> {
  const kept = (): RawBuilder<unknown> => sql`select a.account_id, coalesce(a.currency, (
        select l.currency from ledger_read.journal_lines l where l.account_id = a.account_id limit 1
      )) as currency, a.balance
    from ledger_read.accounts a where a.balance <> 0 and ${inScope('a', extent.scope)}`;
  const otherSide = (sign: '' | '-', wanted: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    select l.account_id, l.currency, ${sql.raw(sign)}sum(l.amount) as balance
    from ledger_read.journal_lines l
    where l.account_id is not null and l.charge_id is null and l.payment_id is null and ${wanted}
    group by l.account_id, l.currency`;
  const rolledBack = (): RawBuilder<unknown> =>
    sql`${kept()} union all ${otherSide('', isToBeTakenBack(extent))}`;
  return byRoad(extent, {
    kept,
    by_share: rolledBack,
    rolled_back: rolledBack,
    journal: () => otherSide('-', counts(extent)),
  });
}
