import { type RawBuilder, sql } from 'kysely';
import { type ClockSql, type Clocks, clockSql } from './clocks.js';
import type { Scope } from './scope.js';
import type { Reader } from './snapshot.js';

/**
 * How figures for two clocks are found. All roads give the same answer; they differ in what they read:
 *
 * - `kept`: the sums kept for every share and account. Exact when no journal line lies outside the clocks.
 * - `by_share`: the kept sums of shares that nothing happened to since; the lines of those that were open around the day.
 *   Exact without `knownAt`; its cost follows what was open, however long ago.
 * - `rolled_back`: the kept sums, less the lines that lie outside: what is open, and what came later.
 * - `journal`: the lines that lie within.
 */
export type Road = 'kept' | 'by_share' | 'rolled_back' | 'journal';

/** What figures are about, and how they are found. */
export interface Extent {
  road: Road;
  clocks: ClockSql;
  scope: Scope;
}

/**
 * The extent of a question, by the cheapest road as far as that can be told from the first and the last days of the
 * journal; each is exact.
 *
 * @param given a road to take whatever it costs
 */
export async function extentOf(reader: Reader, clocks: Clocks, scope: Scope, given?: Road): Promise<Extent> {
  const extent = { clocks: clockSql(clocks), scope };
  if (given !== undefined) return { ...extent, road: given };
  const later = await shareOutside(reader, extent.clocks);
  if (later === 0) return { ...extent, road: 'kept' };
  // The lines of a few accounts are found by them, not by their days.
  if (scope.accountIds !== undefined) return { ...extent, road: 'journal' };
  if (clocks.knownAt === undefined) return { ...extent, road: 'by_share' };
  return { ...extent, road: later <= 0.5 ? 'rolled_back' : 'journal' };
}

/** How much of the time that the journal covers lies outside the clocks, from 0, where none of its lines does, to 1. */
async function shareOutside(reader: Reader, { asOf, knownAt }: ClockSql): Promise<number> {
  const shareAfter = (column: string, end: RawBuilder<unknown>): RawBuilder<number> => {
    const [first, last] = ['min', 'max'].map(
      (of) => sql`(select ${sql.raw(of)}(l.${sql.id(column)})::timestamptz from ledger_read.journal_lines l)`,
    );
    const seconds = (from: unknown, to: unknown) => sql`extract(epoch from ${to}::timestamptz - ${from})`;
    return sql<number>`(case when ${last} > ${end}::timestamptz
      then least(1, ${seconds(end, last)} / greatest(1, ${seconds(first, last)})) else 0 end)::float8`;
  };
  const { rows } = await sql<{ effective: number; recorded: number }>`
    select ${shareAfter('effective_on', asOf)} as effective,
      ${knownAt === undefined ? sql`0::float8` : shareAfter('recorded_at', knownAt)} as recorded`.execute(
    reader,
  );
  const { effective, recorded } = rows[0]!;
  return Math.max(effective, recorded);
}

/** Rows by the extent's road. */
export function byRoad({ road }: Extent, ways: Record<Road, () => RawBuilder<unknown>>): RawBuilder<unknown> {
  return ways[road]();
}
