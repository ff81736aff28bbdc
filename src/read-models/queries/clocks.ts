import { type RawBuilder, sql } from 'kysely';
import type { CalendarDate, Instant } from '../../ledger/calendar.js';

/** The two clocks of an answer. */
export interface Clocks {
  /** Effective date: what counts later is left out. */
  asOf: CalendarDate;
  /** What was recorded later is left out; undefined: all that the projections hold. */
  knownAt?: Instant | undefined;
}

/** The clocks as SQL: bound values in a query, names of parameters in the body of a function. */
export interface ClockSql {
  asOf: RawBuilder<unknown>;
  knownAt: RawBuilder<unknown> | undefined;
}

/** The clocks as bound values. */
export function clockSql({ asOf, knownAt }: Clocks): ClockSql {
  return {
    asOf: sql`${asOf}::date`,
    knownAt: knownAt === undefined ? undefined : sql`${knownAt}::timestamptz`,
  };
}

/** Condition on a row that has `effective_on` and `recorded_at`: it counts, and was known. */
export function withinClocks(alias: string, { asOf, knownAt }: ClockSql): RawBuilder<unknown> {
  const row = sql.raw(alias);
  const counts = sql`${row}.effective_on <= ${asOf}`;
  return knownAt === undefined ? counts : sql`(${counts} and ${row}.recorded_at <= ${knownAt})`;
}

/** Condition on a row that has `effective_on` and `recorded_at`: it counts later, or became known later. */
export function outsideClocks(alias: string, { asOf, knownAt }: ClockSql): RawBuilder<unknown> {
  const row = sql.raw(alias);
  const later = sql`${row}.effective_on > ${asOf}`;
  return knownAt === undefined ? later : sql`(${later} or ${row}.recorded_at > ${knownAt})`;
}

/** Condition on a row that has `recorded_at`: it was known. */
export function wasKnown(alias: string, { knownAt }: ClockSql): RawBuilder<unknown> {
  return knownAt === undefined ? sql`true` : sql`${sql.raw(alias)}.recorded_at <= ${knownAt}`;
}
