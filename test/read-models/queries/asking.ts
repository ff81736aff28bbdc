import { addDays } from '../../../src/ledger/calendar.js';
import { movementsOf } from '../../../src/ledger/movements.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import type { Database } from '../../../src/database/database.js';
import { Moments } from '../../../src/read-models/queries/moment.js';
import type { Clocks } from '../../../src/read-models/queries/clocks.js';
import type { Road } from '../../../src/read-models/queries/road.js';
import { DAYS, FIRST_DAY, type Random } from './random-history.js';

/** The end of random histories: what is recorded lies before, and some of it is effective later. */
export const TODAY = addDays(FIRST_DAY, DAYS);

/** Moments of a database whose projections are never behind, at the end of random histories. */
export function momentsOf(db: Database): Moments {
  const progress = {
    waitFor: async () => undefined,
    waitUntilKnown: async () => undefined,
    requireSameLog: async () => undefined,
  };
  return new Moments(db, progress, { now: () => new Date(`${TODAY}T00:00:00Z`) }, 'UTC');
}

/** Clocks before, within and after a history, often just between two events. */
export function randomClocks(random: Random, events: readonly RecordedEvent[]) {
  const asOf = addDays(FIRST_DAY, random.below(DAYS + 70) - 20);
  // A few lines only lie outside the clocks, or none.
  if (random.chance(0.2)) return { asOf: addDays(lastEffective(events), -random.below(4)) };
  if (random.chance(0.2)) return { asOf: '2027-01-01', knownAt: events.at(-1 - random.below(4))!.recordedAt };
  return random.chance(0.3) ? { asOf } : { asOf, knownAt: random.pick(events).recordedAt };
}

/** All roads that lead to an answer, beside the one that is taken. */
export function roadsFor({ knownAt }: Clocks): Road[] {
  return [...(knownAt === undefined ? (['by_share'] as const) : []), 'rolled_back', 'journal'];
}

function lastEffective(events: readonly RecordedEvent[]): string {
  const dates = events.flatMap(({ event }) => movementsOf(event).map((movement) => movement.effectiveOn));
  return dates.sort().at(-1)!;
}

/** In an order that does not depend on the database's. */
export function sorted<T>(rows: Iterable<T>): T[] {
  return Array.from(rows, (row) => [JSON.stringify(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}
