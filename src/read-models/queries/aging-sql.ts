import { type RawBuilder, sql } from 'kysely';
import { bucketDays } from '../../ledger/aging.js';
import { type AgingBasis, agedAmounts } from './open-parts.js';
import { wasKnown } from './clocks.js';
import type { Extent } from './road.js';
import { inScope } from './scope.js';
import { controlBalances, unappliedCredits } from './share-sums.js';

export const AGING_GROUPS = ['none', 'party', 'payer', 'account', 'entity'] as const;
export type AgingGroup = (typeof AGING_GROUPS)[number];

export interface AgingQuestion {
  extent: Extent;
  basis: AgingBasis;
  groupBy: AgingGroup;
  /** Inclusive upper bounds in days. */
  bounds: readonly number[];
}

/** One group in one currency, as the database gives it; key columns by the way of grouping. */
export interface AgingRow {
  currency: string;
  party?: string;
  payer_id?: string;
  account_id?: string;
  entity?: string | null;
  not_yet_due: string;
  /** `b0`, `b1` … one for each bucket. */
  [bucket: `b${number}`]: string;
  credits: string;
  unapplied: string;
  total: string;
  /** Balance of the group by {@link controlBalances}; null where it has none, or cannot be checked alone. */
  control: string | null;
}

/** The columns of a group's key, each with where it comes from; a missing entity groups as empty text. */
const KEYS: Record<AgingGroup, Record<string, string>> = {
  none: {},
  party: { party: 'g.party' },
  payer: { party: 'g.party', payer_id: 'g.payer_id' },
  account: { account_id: 'g.account_id' },
  entity: { entity: "coalesce(e.entity, '')" },
};

/** account_id, party, payer_id, currency, counted_from, open, net, unapplied: the rows that an aging sums up. */
export function agingFigures(extent: Extent, basis: AgingBasis): RawBuilder<unknown> {
  return sql`select account_id, party, payer_id, currency, counted_from, open, net, 0 as unapplied
    from (${agedAmounts(extent, basis)}) aged
    union all
    select account_id, party, payer_id, currency, null, 0, 0, amount
    from (${unappliedCredits(extent)}) credit`;
}

/** The sums of an aging over {@link agingFigures} as `g`: not_yet_due, a column for each bucket, credits, unapplied, total. */
export function agingSums(
  { clocks: { asOf } }: Extent,
  bounds: readonly number[],
  nameOf: (bucket: number) => string,
): RawBuilder<unknown> {
  const age = sql`(${asOf} - coalesce(g.counted_from, ${asOf}))`;
  const days = (bound: number): RawBuilder<unknown> => sql.raw(String(Math.trunc(bound)));
  const buckets = bucketDays(bounds).map(({ from, to }, i) => {
    const within =
      to === undefined ? sql`${age} >= ${days(from)}` : sql`${age} between ${days(from)} and ${days(to)}`;
    return sql`coalesce(sum(g.open) filter (where ${within}), 0) as ${sql.raw(nameOf(i))}`;
  });
  return sql`coalesce(sum(g.open) filter (where ${age} < 0), 0) as not_yet_due, ${sql.join(buckets)},
    sum(g.net) - sum(g.open) as credits,
    sum(g.unapplied) as unapplied,
    sum(g.net) - sum(g.unapplied) as total`;
}

/** The columns of {@link agingRows}. */
export function agingColumns({ groupBy, bounds }: AgingQuestion): string[] {
  const buckets = bucketDays(bounds).map((_, i) => `b${i}`);
  return [
    ...Object.keys(KEYS[groupBy]),
    ...['currency', 'not_yet_due', ...buckets, 'credits', 'unapplied', 'total', 'control'],
  ];
}

/**
 * The figures of an aging by group and currency, ordered by them. Where groups are made of whole accounts, each stands
 * beside its own control balance, which makes rows of its own where nothing was aged.
 */
export function agingRows({ extent, basis, groupBy, bounds }: AgingQuestion): RawBuilder<AgingRow> {
  const keys = Object.entries(KEYS[groupBy]);
  const selected = sql.raw(keys.map(([name, from]) => `${from} as ${name}, `).join(''));
  const grouped = sql.raw([...keys.map(([, from]) => from), 'g.currency'].join(', '));
  const names = sql.raw([...keys.map(([name]) => name), 'currency'].join(', '));
  const byEntity =
    groupBy === 'entity' ? sql`left join ledger_read.accounts e on e.account_id = g.account_id` : sql``;
  const controls = groupedByAccounts(groupBy)
    ? sql`union all select account_id, null, null, currency, null, 0, 0, 0, balance
        from (${controlBalances(extent)}) control`
    : sql``;
  return sql`select ${selected} g.currency, ${agingSums(extent, bounds, (i) => `b${i}`)}, sum(g.control) as control
    from (
      select figures.*, null::numeric as control from (${agingFigures(extent, basis)}) figures
      ${controls}
    ) g ${byEntity}
    group by ${grouped} order by ${names}`;
}

/** Whether groups are made of whole accounts, so that each can be checked alone. */
export function groupedByAccounts(groupBy: AgingGroup): boolean {
  return groupBy === 'account' || groupBy === 'entity';
}

/** currency, balance: what all accounts come to; where it is about all of them, as the GL accounts kept by day say. */
function receivables(extent: Extent): RawBuilder<unknown> {
  const { road, clocks, scope } = extent;
  const isOfAll = scope.entity === undefined && scope.accountIds === undefined;
  if (!isOfAll || (road !== 'kept' && road !== 'by_share')) return controlBalances(extent);
  return sql`select g.currency, g.amount as balance from ledger_read.gl_days g
    where g.gl_account in ('Assets:Receivable:Patient', 'Assets:Receivable:Payer', 'Liabilities:Unapplied')
      and g.effective_on <= ${clocks.asOf}`;
}

/** Balances by currency to check an aging against, with a zero for every currency in which an account was known. */
export function controlTotals(extent: Extent): RawBuilder<{ currency: string; balance: string }> {
  const { clocks, scope } = extent;
  const known =
    clocks.knownAt === undefined
      ? sql`true`
      : sql`exists (select 1 from ledger_read.account_history h
          where h.account_id = a.account_id and ${wasKnown('h', clocks)})`;
  return sql`select currency, sum(balance) as balance from (
      select currency, sum(balance) as balance from (${receivables(extent)}) control
      group by currency having sum(balance) <> 0
      union all
      select c.currency, 0 from (
        select distinct currency from ledger_read.accounts where currency is not null
      ) c where exists (
        select 1 from ledger_read.accounts a
        where a.currency = c.currency and ${inScope('a', scope)} and ${known}
      )
    ) b group by currency order by currency`;
}
