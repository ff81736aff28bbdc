import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { type EventStore, type Position, hasReached } from '../../event-store/event-store.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';
import { ProjectionsBehind } from './errors.js';
import { SameLog } from './same-log.js';

/** How often the checkpoint is looked up while somebody waits and another process projects. */
const POLL_MS = 40;
/** And while the projector of this process tells of its progress. */
const POLL_WHILE_TOLD_MS = 250;

interface Waiter {
  position: Position;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * How far the projections are, for those who wait for it: told by the projector of this process while it leads, looked
 * up in the database else. What was told or seen earlier is not relied on: another leader may have begun anew since.
 */
export class ProjectionProgress {
  /** Whether what is there is of the log at all: all who wait or answer ask it. */
  readonly sameLog: SameLog;
  readonly #database: Database;
  readonly #waiters = new Set<Waiter>();
  /** Undefined while the projector of this process does not lead. */
  #told: { position: Position | undefined } | undefined;
  /** Seen last, by whatever way. */
  #seen: Position | undefined;
  #polling = false;
  #onWaiting: () => void = () => undefined;

  constructor(database: Database, store: EventStore) {
    this.sameLog = new SameLog(store);
    this.#database = database;
  }

  /** For the projector: all live projections stand here now; undefined when they begin anew. */
  tell(position: Position | undefined): void {
    this.#told = { position };
    this.#see(position);
  }

  /** For the projector: it does not lead any more, so that others may move what it has told. */
  fallSilent(): void {
    this.#told = undefined;
  }

  /** For the projector: resolves as soon as somebody waits for it, at the latest after so long, or when told to stop. */
  async untilAwaited(msMax: number, signal: AbortSignal): Promise<void> {
    if (this.#waiters.size > 0 || signal.aborted || msMax <= 0) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => resolve(undefined);
    const timer = setTimeout(end, msMax);
    signal.addEventListener('abort', end);
    this.#onWaiting = end;
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }

  #see(position: Position | undefined): void {
    this.#seen = position;
    for (const waiter of this.#waiters) {
      if (hasReached(position, waiter.position)) waiter.resolve();
    }
  }

  /**
   * Makes sure that what is there now is of the log.
   *
   * @throws ReadModelsOfAnotherLog
   */
  async requireSameLog(): Promise<void> {
    await this.sameLog.require(await readCheckpoint(this.#database));
  }

  /**
   * Resolves when all live projections have reached a position.
   *
   * @throws ProjectionsBehind when they have not within the time
   * @throws ReadModelsOfAnotherLog, DatabaseUnavailable, and the reason of the signal
   */
  async waitFor(position: Position, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (hasReached(this.#told?.position, position)) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = { position, resolve: () => resolve(undefined), reject };
    const timer = setTimeout(() => reject(new ProjectionsBehind(position, this.#seen)), timeoutMs);
    const stop = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', stop);
    this.#waiters.add(waiter);
    this.#onWaiting();
    if (!this.#polling) void this.#poll();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      this.#waiters.delete(waiter);
    }
  }

  /** One look at the checkpoint serves all who wait. */
  async #poll(): Promise<void> {
    this.#polling = true;
    try {
      while (this.#waiters.size > 0) {
        const checkpoint = await readCheckpoint(this.#database);
        await this.sameLog.require(checkpoint);
        this.#see(reachedBy(checkpoint));
        await delay(this.#told ? POLL_WHILE_TOLD_MS : POLL_MS, undefined, { ref: false });
      }
    } catch (error) {
      for (const waiter of this.#waiters)
        waiter.reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#polling = false;
    }
  }
}

/** Events without a last one are of a schema that did not remember it: about to be made anew, they have reached nothing. */
function reachedBy(checkpoint: Checkpoint | undefined): Position | undefined {
  if (!checkpoint || (checkpoint.lastEvent === undefined && checkpoint.events > 0)) return undefined;
  return checkpoint.position;
}

export interface KnownAtRule {
  store: EventStore;
  progress: ProjectionProgress;
  clock: Clock;
  /** How far the clocks of writing processes may differ. */
  clockSkewMs: number;
}

/**
 * Waits until nothing can be added any more to what was recorded up to an instant, and all of it is projected: until
 * then the same question could be answered in two ways.
 *
 * @returns the position that an answer must include
 * @throws ProjectionsBehind when that takes longer than the time
 */
export async function waitUntilKnown(
  { store, progress, clock, clockSkewMs }: KnownAtRule,
  knownAt: Date,
  timeoutMs: number,
): Promise<Position | undefined> {
  const until = performance.now() + timeoutMs;
  const young = knownAt.getTime() + clockSkewMs - clock.now().getTime();
  if (young > 0) {
    await delay(Math.min(young, timeoutMs));
    // Timers may fire a little early; and it may not have been time enough.
    while (knownAt.getTime() + clockSkewMs > clock.now().getTime()) {
      if (performance.now() >= until) throw new ProjectionsBehind();
      await delay(1);
    }
  }
  const head = await promptHead(store, clockSkewMs / 4, until);
  if (head !== undefined) await progress.waitFor(head, Math.max(1, until - performance.now()));
  return head;
}

/**
 * The head of a store that answers promptly. One that was held up may have appends before it that were held up as well
 * and are not in its answer yet: it is asked again.
 */
async function promptHead(store: EventStore, promptMs: number, until: number): Promise<Position | undefined> {
  for (;;) {
    const asked = performance.now();
    const head = await store.head();
    const answered = performance.now();
    if (promptMs === 0 || answered - asked <= promptMs) return head;
    if (answered + promptMs >= until) throw new ProjectionsBehind();
    await delay(promptMs);
  }
}
