import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '../../../projections/projection.js';
import type { Clock } from '../../clock.js';
import { DatabaseUnavailable } from '../../database/database-unavailable.js';
import type { Database } from '../../database/database.js';
import {
  type EventStore,
  type Position,
  StoreUnavailable,
  hasReached,
} from '../../event-store/event-store.js';
import { QueryRefused, ReadModelsOfAnotherLog } from '../queries/refusals.js';
import { lockCheckpoint, moveCheckpoint, readCheckpoint } from './checkpoint.js';
import { countDeadLetters, setAside } from './dead-letters.js';
import { CheckpointMoved, ProjectionsDiffer } from './errors.js';
import { dropGeneration, liveOf, readGenerations, type Generation } from './generations.js';
import { prepare } from './prepare.js';
import type { ProjectionProgress } from './progress.js';
import { upgrade } from './rebuild.js';
import { markOf } from './same-log.js';
import { type FoldedStep, foldStep, readItems, writeStep } from './step.js';
import type { InstallViews } from './switch-tables.js';
import { analyzeTables } from './tables.js';
import { RunningSums, writeBatch } from './write-rows.js';

/** Injection token of the projector. */
export const PROJECTOR = Symbol('Projector');

const BATCH_SIZE = 2_000;
/** Tables are analysed when they have caught up, and again when they have doubled; fewer events need no plan. */
const ANALYZED_FROM = 1_000;
const BACKOFF_MS_MIN = 100;
const BACKOFF_MS_MAX = 10_000;
/** What only a person can mend is said again after so long, though it is looked at more often. */
const SAID_AGAIN_MS = 60_000;

/** Where the projector tells people what it does; facts hold no data of events. */
export interface ProjectorLog {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
}

export interface ProjectorOptions {
  database: Database;
  store: EventStore;
  projections: readonly Projection[];
  installViews: InstallViews;
  progress: ProjectionProgress;
  clock: Clock;
  log: ProjectorLog;
  batchSize?: number;
}

/** How the projections of this process are doing, for health and metrics. */
export interface ProjectorStatus {
  running: boolean;
  /** Whether everything that was in the log when it last looked is projected. */
  caughtUp: boolean;
  position: Position | undefined;
  /** Events passed up to there. */
  events: number;
  /** When the last of them was recorded. */
  recordedAt: string | undefined;
  /** Events that wait, estimated from positions; 0 when caught up. */
  lagEvents: number;
  /** Age of the last event projected; 0 when caught up. */
  lagSeconds: number;
  deadLetters: number;
  /** Projections that are being built anew because of their version; reports answer from the old tables meanwhile. */
  rebuilding: readonly string[];
  /** Why the last attempt failed; left out while it goes well. */
  lastError?: string;
}

/**
 * Follows the log and writes the tables of all projections: rows and checkpoint in one transaction, so that being
 * stopped anywhere leaves no gap and nothing twice. Whatever else goes wrong is tried again, for ever, a little later.
 *
 * An event that cannot be projected is set aside and makes its account not trustworthy; the rest goes on. Tables that
 * were made of another log are not touched: whenever it begins, and whenever somebody else has written, it makes sure.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #sums = new RunningSums();
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #prepared = false;
  #position: Position | undefined;
  #lastEvent: string | undefined;
  #events = 0;
  /** Events when the tables were analysed, as far as this process knows. */
  #analyzedAt = 0;
  #recordedAt: string | undefined;
  #caughtUp = false;
  #deadLetters = 0;
  #rebuilding: readonly string[] = [];
  #lastError: string | undefined;
  #trouble: string | undefined;
  #saidAt = -Infinity;

  constructor(options: ProjectorOptions) {
    this.#options = options;
  }

  /** Begins to follow the log, in the background. */
  start(): void {
    if (this.#running) return;
    this.#stopping = new AbortController();
    this.#running = this.#keepFollowing(this.#stopping.signal);
  }

  /** Finishes the batch under way and stops. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
  }

  /** Brings the tables up to the end of the log, once, and returns; for commands that run without the service. */
  async catchUp(): Promise<void> {
    const head = await this.#options.store.head();
    const stopping = new AbortController();
    await this.#follow(stopping.signal, () => {
      if (head === undefined || hasReached(this.#position, head)) stopping.abort();
    });
  }

  /** How it is going; asks the store where its end is. */
  async status(): Promise<ProjectorStatus> {
    // A store that is away is no reason to say nothing: the lag is then unknown, not none.
    const head = await this.#options.store.head().catch(() => undefined);
    const behind = head !== undefined && !hasReached(this.#position, head);
    return {
      running: this.#running !== undefined && !this.#stopping.signal.aborted,
      caughtUp: this.#caughtUp && !behind,
      position: this.#position,
      events: this.#events,
      recordedAt: this.#recordedAt,
      lagEvents: behind ? this.#eventsUpTo(head) : 0,
      lagSeconds: behind ? this.#lagSeconds() : 0,
      deadLetters: this.#deadLetters,
      rebuilding: this.#rebuilding,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  /** Why the last attempt failed, in a word that holds no data; undefined while it goes well. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  /** Positions are no counts in every store, but they grow with the events: as many for each as up to now. */
  #eventsUpTo(head: Position): number {
    if (this.#position === undefined || this.#events === 0) return Number(head);
    const perEvent = Math.max(1, Number(this.#position) / this.#events);
    return Math.ceil(Number(BigInt(head) - BigInt(this.#position)) / perEvent);
  }

  #lagSeconds(): number {
    if (this.#recordedAt === undefined) return 0;
    return Math.max(0, (this.#options.clock.now().getTime() - Date.parse(this.#recordedAt)) / 1000);
  }

  async #keepFollowing(signal: AbortSignal): Promise<void> {
    let pause = BACKOFF_MS_MIN;
    while (!signal.aborted) {
      try {
        await this.#follow(signal, () => {
          pause = BACKOFF_MS_MIN;
          this.#lastError = undefined;
          this.#trouble = undefined;
        });
      } catch (error) {
        this.#caughtUp = false;
        if (error instanceof CheckpointMoved) {
          // Another one is at work: go on from where it is.
          await delay(BACKOFF_MS_MIN, undefined, { signal }).catch(() => undefined);
          continue;
        }
        // What was prepared is still there when only a connection was lost.
        this.#prepared &&= error instanceof DatabaseUnavailable || error instanceof StoreUnavailable;
        this.#lastError = error instanceof Error ? error.message : String(error);
        this.#trouble =
          error instanceof QueryRefused ? error.code : error instanceof Error ? error.name : 'failed';
        this.#tell(error, pause);
        await delay(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, BACKOFF_MS_MAX);
      }
    }
  }

  #tell(error: unknown, pause: number): void {
    const { log } = this.#options;
    if (!(error instanceof ReadModelsOfAnotherLog)) {
      log.warn({ error: this.#lastError, retryInMs: pause }, 'projector stopped, will go on');
      return;
    }
    if (performance.now() - this.#saidAt < SAID_AGAIN_MS) return;
    this.#saidAt = performance.now();
    log.warn({ error: this.#lastError }, 'projector stopped: nothing is written or answered');
  }

  /**
   * Follows the log from the checkpoint until told to stop; `onBatch` is called after every batch that was written, and
   * at the start where none waits.
   */
  async #follow(signal: AbortSignal, onBatch: () => void): Promise<void> {
    if (!this.#prepared) await this.#prepare();
    await this.#takeUpCheckpoint();
    const head = await this.#options.store.head();
    if (head === undefined || hasReached(this.#position, head)) onBatch();
    const { store, projections, batchSize = BATCH_SIZE } = this.#options;
    let writing: Promise<void> = Promise.resolve();
    try {
      for await (const batch of store.subscribeToAll({
        ...(this.#position === undefined ? {} : { after: this.#position }),
        signal,
        batchSize,
      })) {
        const step = await foldStep(projections, {
          items: await readItems(batch.events),
          to: batch.checkpoint,
        });
        await writing;
        writing = writeStep(projections, step, (part) => this.#write(part)).then(() => {
          this.#caughtUp = batch.caughtUp;
          onBatch();
        });
        // While more waits, the next batch is folded as this one is written, and fails in its place.
        writing.catch(() => undefined);
        if (batch.caughtUp) {
          await writing;
          await this.#analyzeWhenGrown();
        }
      }
    } finally {
      await writing;
    }
  }

  async #analyzeWhenGrown(): Promise<void> {
    if (this.#events < Math.max(ANALYZED_FROM, 2 * this.#analyzedAt)) return;
    const { database, projections } = this.#options;
    const generations = await readGenerations(database);
    for (const projection of projections) {
      const live = liveOf(generations, projection.name);
      if (live) await analyzeTables(database, projection, live.generation);
    }
    this.#analyzedAt = this.#events;
  }

  async #prepare(): Promise<void> {
    const { database, store, projections, installViews, progress, log } = this.#options;
    await progress.requireSameLog();
    const { outdated } = await prepare(database, projections, installViews);
    if (outdated.length > 0) {
      this.#rebuilding = outdated.map(({ name }) => name);
      log.info({ projections: this.#rebuilding }, 'building projections anew for their new version');
      await upgrade({ database, store, projections, installViews }, outdated);
      this.#rebuilding = [];
    }
    this.#prepared = true;
  }

  async #takeUpCheckpoint(): Promise<void> {
    const { database, progress } = this.#options;
    this.#sums.forget();
    const checkpoint = await readCheckpoint(database);
    try {
      await progress.sameLog.require(checkpoint);
    } catch (error) {
      progress.tell(undefined);
      throw error;
    }
    this.#position = checkpoint?.position;
    this.#lastEvent = checkpoint?.lastEvent;
    this.#events = checkpoint?.events ?? 0;
    // Never analysed by this process, or begun anew: what an earlier one filled, it has analysed.
    this.#analyzedAt = Math.min(this.#analyzedAt || this.#events, this.#events);
    this.#recordedAt = checkpoint?.recordedAt;
    this.#deadLetters = await countDeadLetters(database);
    progress.tell(this.#position);
  }

  async #write(step: FoldedStep): Promise<void> {
    const { database, projections, progress, log } = this.#options;
    const last = step.items.at(-1);
    const lastEvent = last && markOf(last.stored);
    try {
      await database.transaction().execute(async (tx) => {
        const there = await lockCheckpoint(tx);
        if (there.position !== this.#position || there.lastEvent !== this.#lastEvent) {
          throw new CheckpointMoved(this.#position, there.position);
        }
        const targets: Generation[] = [];
        for (const generation of await readGenerations(tx)) {
          if (generation.state === 'building') continue;
          if (generation.abandoned) await dropGeneration(tx, generation.name, generation.generation);
          else targets.push(generation);
        }
        requireSameVersions(projections, targets);
        await writeBatch(tx, targets, step.folded, this.#sums);
        await setAside(tx, 'dead_letters', step.dead);
        if (targets.some(({ state }) => state === 'beside'))
          await setAside(tx, 'dead_letters_beside', step.dead);
        await moveCheckpoint(tx, {
          position: step.to,
          events: step.items.length,
          recordedAt: step.recordedAt,
          lastEvent,
        });
      });
    } catch (error) {
      this.#sums.forget();
      throw error;
    }
    this.#position = step.to;
    this.#lastEvent = lastEvent ?? this.#lastEvent;
    progress.sameLog.knows(this.#lastEvent);
    this.#events += step.items.length;
    this.#recordedAt = step.recordedAt ?? this.#recordedAt;
    this.#deadLetters += step.dead.length;
    for (const { stored, reason, projection } of step.dead) {
      log.warn(
        {
          revision: stored.revision,
          position: stored.position,
          type: stored.type,
          projection,
          reason,
        },
        'event set aside: it cannot be projected',
      );
    }
    progress.tell(step.to);
  }
}

function requireSameVersions(projections: readonly Projection[], targets: readonly Generation[]): void {
  const differing = projections.filter(
    ({ name, version }) =>
      !targets.some((target) => target.name === name && target.state === 'live') ||
      targets.some((target) => target.name === name && target.version !== version),
  );
  if (differing.length > 0) throw new ProjectionsDiffer(differing.map(({ name }) => name));
}
