import { type RawBuilder, sql } from 'kysely';
import { type ClockSql, type Clocks, clockSql, withinClocks } from './clocks.js';
import { type Scope, inScope } from './scope.js';
import type { Reader } from './snapshot.js';

/**
 * How figures for two clocks are found. All roads give the same answer; they differ in what they read:
 *
 * - `stored`: the sums kept for every share and account. Exact when no journal line lies outside the clocks.
 * - `mixed`: the kept sums of accounts without such lines, the journal of the few accounts that have some.
 * - `journal`: the journal of all accounts, for any past.
 */
export type Road = 'stored' | 'mixed' | 'journal';

/** Beyond so many lines outside the clocks, reading the whole journal once is cheaper than account by account. */
const OUTSIDE_MAX = 10_000;
/** Their ids go along with the statement. */
const CHANGED_MAX = 2_000;

/** What figures are about, and how they are found. */
export interface Extent {
  road: Road;
  clocks: ClockSql;
  scope: Scope;
  /** On the mixed road: the accounts whose kept sums hold lines outside the clocks. */
  changed?: readonly string[];
}

/**
 * The extent of a question, by the cheapest road that is exact: decided by the lines that are effective later or were
 * recorded later.
 *
 * @param given a road to take whatever it costs
 */
export async function extentOf(reader: Reader, clocks: Clocks, scope: Scope, given?: Road): Promise<Extent> {
  const extent = { clocks: clockSql(clocks), scope };
  if (given === 'stored' || given === 'journal') return { ...extent, road: given };
  const linesMax = given === 'mixed' ? null : OUTSIDE_MAX + 1;
  const { rows } = await sql<{ account_id: string | null; lines: string }>`
    select account_id, count(*) as lines from (${linesOutside(extent.clocks, linesMax)}) x
    group by account_id`.execute(reader);
  const changed = rows.flatMap((row) => row.account_id ?? []);
  if (given === 'mixed') return { ...extent, road: 'mixed', changed };
  if (rows.length === 0) return { ...extent, road: 'stored' };
  const lines = rows.reduce((sum, row) => sum + Number(row.lines), 0);
  return lines > OUTSIDE_MAX || rows.length > CHANGED_MAX
    ? { ...extent, road: 'journal' }
    : { ...extent, road: 'mixed', changed };
}

/** The accounts of lines that the clocks leave out, null for lines of no account; at most so many of either kind. */
function linesOutside({ asOf, knownAt }: ClockSql, linesMax: number | null): RawBuilder<unknown> {
  const later = sql`(select l.account_id from ledger_read.journal_lines l
    where l.effective_on > ${asOf} limit ${linesMax}::bigint)`;
  if (knownAt === undefined) return later;
  return sql`${later} union all (select l.account_id from ledger_read.journal_lines l
    where l.recorded_at > ${knownAt} limit ${linesMax}::bigint)`;
}

/** Condition on a row of kept sums: it is exact for the clocks. */
export function keptIsExact(alias: string, { scope, changed }: Extent): RawBuilder<unknown> {
  const scoped = inScope(alias, scope);
  return changed === undefined
    ? scoped
    : sql`${scoped} and ${sql.raw(alias)}.account_id <> all (${changed}::text[])`;
}

/** Condition on a journal line: it counts for the clocks, and no kept sum stands for it. */
export function readFromJournal(alias: string, { clocks, scope, changed }: Extent): RawBuilder<unknown> {
  const within = sql`${withinClocks(alias, clocks)} and ${inScope(alias, scope)}`;
  return changed === undefined
    ? within
    : sql`${within} and ${sql.raw(alias)}.account_id = any (${changed}::text[])`;
}

/** Rows by the extent's road: the kept ones, those from the journal, or some of each. */
export function byRoad(
  { road }: Extent,
  kept: () => RawBuilder<unknown>,
  journal: () => RawBuilder<unknown>,
): RawBuilder<unknown> {
  switch (road) {
    case 'stored':
      return kept();
    case 'mixed':
      return sql`${kept()} union all ${journal()}`;
    case 'journal':
      return journal();
  }
}
