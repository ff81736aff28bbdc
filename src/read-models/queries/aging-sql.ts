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

/** An amount of a group in one currency, as the database gives it. */
interface AgingRow extends Record<GroupColumn, string> {
  currency: string;
  /** Which of the {@link figuresOf} the amount counts to; a group may have several amounts of one. */
  figure: string;
  amount: string;
}

/** The rows by column; of the key columns, those that the grouping asks for. */
export type AgingColumns = Record<'currency' | 'figure' | 'amount', string[]> & {
  [column in GroupColumn]?: string[];
};

/** The numbers of the figures of an aging; the buckets stand between the first two, from 1 on. */
export function figuresOf(bounds: readonly number[]) {
  const credits = bounds.length + 2;
  // The control is the group's balance by {@link controlBalances}, where it can be checked alone.
  return { notYetDue: 0, credits, unapplied: credits + 1, control: credits + 2 };
}

type GroupColumn = 'party' | 'payer_id' | 'account_id' | 'entity';

/** The columns of a group's key, each with where it comes from; a missing entity groups as empty text. */
const KEYS: Record<AgingGroup, Partial<Record<GroupColumn, string>>> = {
  none: {},
  party: { party: 'g.party' },
  payer: { party: 'g.party', payer_id: 'g.payer_id' },
  account: { account_id: 'g.account_id' },
  entity: { entity: "coalesce(e.entity, '')" },
};

/** account_id, party, payer_id, currency, figure, amount: what an aging sums up, by {@link figuresOf}. */
export function agingAmounts(
  extent: Extent,
  basis: AgingBasis,
  bounds: readonly number[],
): RawBuilder<unknown> {
  const { asOf } = extent.clocks;
  const { credits, unapplied } = figuresOf(bounds);
  const starts = bucketDays(bounds).map(({ from }) => Math.trunc(from));
  const bucket = sql`width_bucket(${asOf} - coalesce(counted_from, ${asOf}), array[${sql.raw(starts.join(', '))}])`;
  return sql`select account_id, party, payer_id, currency,
      case when is_credit then ${sql.lit(credits)} else ${bucket} end as figure, amount
    from (${agedAmounts(extent, basis)}) aged
    union all
    select account_id, party, payer_id, currency, ${sql.lit(unapplied)}, amount
    from (${unappliedCredits(extent)}) credit`;
}

/** The sums of an aging over {@link agingAmounts} as `g`: not_yet_due, a column for each bucket, credits, unapplied, total. */
export function agingSums(
  bounds: readonly number[],
  nameOf: (bucket: number) => string,
): RawBuilder<unknown> {
  const { notYetDue, credits, unapplied } = figuresOf(bounds);
  const sumOf = (figure: number, name: string): RawBuilder<unknown> =>
    sql`coalesce(sum(g.amount) filter (where g.figure = ${sql.lit(figure)}), 0) as ${sql.raw(name)}`;
  const columns = [
    sumOf(notYetDue, 'not_yet_due'),
    ...bucketDays(bounds).map((_, i) => sumOf(i + 1, nameOf(i))),
    sumOf(credits, 'credits'),
    sumOf(unapplied, 'unapplied'),
  ];
  return sql`${sql.join(columns)},
    sum(case when g.figure = ${sql.lit(unapplied)} then -g.amount else g.amount end) as total`;
}

/** The columns that name a group, beside its currency. */
export function agingKeys(groupBy: AgingGroup): GroupColumn[] {
  return Object.keys(KEYS[groupBy]) as GroupColumn[];
}

/** The columns of {@link agingRows}. */
export function agingColumns(groupBy: AgingGroup): (keyof AgingRow)[] {
  return [...agingKeys(groupBy), 'currency', 'figure', 'amount'];
}

/**
 * The amounts of an aging by group and currency, ordered by them. Where groups are made of whole accounts, each has its
 * own control balance among them, also where nothing was aged.
 */
export function agingRows({ extent, basis, groupBy, bounds }: AgingQuestion): RawBuilder<AgingRow> {
  const keys = Object.entries(KEYS[groupBy]);
  const selected = sql.raw(keys.map(([name, from]) => `${from} as ${name}, `).join(''));
  const names = sql.raw([...keys.map(([name]) => name), 'currency'].join(', '));
  const byEntity =
    groupBy === 'entity' ? sql`left join ledger_read.accounts e on e.account_id = g.account_id` : sql``;
  const controls = groupedByAccounts(groupBy)
    ? sql`union all select account_id, null, null, currency, ${sql.lit(figuresOf(bounds).control)}, balance
        from (${controlBalances(extent)}) control`
    : sql``;
  const amounts = sql`(${agingAmounts(extent, basis, bounds)} ${controls}) g ${byEntity}`;
  // An account has few amounts: to sum them up here takes longer than to hand them over.
  if (groupBy === 'account') {
    return sql`select ${selected} g.currency, g.figure, g.amount from ${amounts} order by ${names}`;
  }
  const grouped = sql.raw([...keys.map(([, from]) => from), 'g.currency', 'g.figure'].join(', '));
  return sql`select ${selected} g.currency, g.figure, sum(g.amount) as amount from ${amounts}
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
