import type { EventStore, Position } from '../event-store/event-store.js';
import type { ProjectionStatus } from './projection-status.js';

/** How far a projection is behind the log. */
export interface ProjectionLag {
  /** Events that wait, estimated; negative for a projection of a place that the log does not have. */
  events: number;
  /** How long the first of them has waited since it was recorded; 0 when none waits. */
  seconds: number;
}

/**
 * How many events lie between what a projection has taken and the end of the log. Positions count events in one store
 * and bytes in another, so it is an estimate: as many positions for an event as up to now. It is never 0 while
 * positions differ, and before the first event each position counts for one.
 */
export function eventsBehind(
  head: Position | undefined,
  { position, events }: { position: Position | undefined; events: number },
): number {
  const positions = Number(BigInt(head ?? 0) - BigInt(position ?? 0));
  const perEvent = events > 0 ? Math.max(1, Number(position ?? 0) / events) : 1;
  return Math.sign(positions) * Math.ceil(Math.abs(positions) / perEvent);
}

/**
 * How far projections are behind, in their order. The log is asked for the first event that waits, so that a quiet
 * night before it does not count.
 *
 * @throws StoreUnavailable
 */
export async function projectionLags(
  store: EventStore,
  statuses: readonly ProjectionStatus[],
  now: Date,
): Promise<ProjectionLag[]> {
  // Asked after the projections, so that it is never before a place that they have reached, unless that is of another log.
  const head = await store.head();
  const waitingSince = new Map<Position | undefined, Promise<string | undefined>>();
  return Promise.all(
    statuses.map(async (status) => {
      const { position } = status;
      const events = eventsBehind(head, status);
      if (events <= 0) return { events, seconds: 0 };
      const first = waitingSince.get(position) ?? firstRecordedAfter(store, position);
      waitingSince.set(position, first);
      const recordedAt = await first;
      const age = recordedAt === undefined ? 0 : (now.getTime() - Date.parse(recordedAt)) / 1000;
      // Other people's events know no instant, and clocks differ.
      return { events, seconds: age > 0 ? age : 0 };
    }),
  );
}

async function firstRecordedAfter(
  store: EventStore,
  position: Position | undefined,
): Promise<string | undefined> {
  for await (const { metadata } of store.readAll({
    ...(position === undefined ? {} : { after: position }),
    limit: 1,
  })) {
    return metadata.recordedAt;
  }
  return undefined;
}
