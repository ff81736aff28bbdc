import type { Clock } from '../clock.js';
import type { EventStore, Position } from '../event-store/event-store.js';
import type { ProjectionStatus } from './projection-status.js';

/** How far a projection is behind the log. */
export interface ProjectionLag {
  /** Events that wait, estimated; negative for a projection of a place that the log does not have. */
  events: number;
  /** How long the first of them has waited, since it was recorded or at least since it was seen; 0 when none waits. */
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

/** Where the lags are asked from. */
export interface ProjectionLagsOptions {
  store: EventStore;
  clock: Clock;
  /** In ms from any beginning; it never jumps. */
  monotonic?: () => number;
}

/**
 * How far projections are behind. The log is asked for the first event that waits, so that a quiet night before it does
 * not count. It need not know when it was recorded, and clocks differ: it has waited at least since it was first seen
 * to wait.
 */
export class ProjectionLags {
  readonly #store: EventStore;
  readonly #clock: Clock;
  readonly #monotonic: () => number;
  /** Where each projection that is behind stands, and since when it was seen there, in ms of the monotonic clock. */
  readonly #seen = new Map<string, { position: Position | undefined; since: number }>();

  constructor({ store, clock, monotonic = () => performance.now() }: ProjectionLagsOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#monotonic = monotonic;
  }

  /**
   * The lags of projections, in their order.
   *
   * @throws StoreUnavailable
   */
  async of(statuses: readonly ProjectionStatus[]): Promise<ProjectionLag[]> {
    // Asked after the projections, so that it is never before a place that they have reached, unless that is of another log.
    const head = await this.#store.head();
    const waitingSince = new Map<Position | undefined, Promise<string | undefined>>();
    return Promise.all(
      statuses.map(async (status) => {
        const { name, position } = status;
        const events = eventsBehind(head, status);
        if (events <= 0) {
          this.#seen.delete(name);
          return { events, seconds: 0 };
        }
        const seenMs = this.#seenWaitingMs(name, position);
        const first = waitingSince.get(position) ?? firstRecordedAfter(this.#store, position);
        waitingSince.set(position, first);
        const recordedAt = await first;
        const ageMs = recordedAt === undefined ? 0 : this.#clock.now().getTime() - Date.parse(recordedAt);
        return { events, seconds: (ageMs > seenMs ? ageMs : seenMs) / 1000 };
      }),
    );
  }

  /** How long the first event after a place has been known to wait for a projection. */
  #seenWaitingMs(name: string, position: Position | undefined): number {
    const now = this.#monotonic();
    const seen = this.#seen.get(name);
    if (seen && seen.position === position) return now - seen.since;
    this.#seen.set(name, { position, since: now });
    return 0;
  }
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
