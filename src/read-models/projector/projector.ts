import { setTimeout as delay } from 'node:timers/promises';
import type { Projection } from '../../../projections/projection.js';
import type { Clock } from '../../clock.js';
import { DatabaseUnavailable, sqlStateOf } from '../../database/database-unavailable.js';
import type { Database } from '../../database/database.js';
import {
  type EventStore,
  type Position,
  StoreUnavailable,
  type SubscriptionBatch,
  hasReached,
} from '../../event-store/event-store.js';
import { eventsBehind } from '../../operations/projection-lag.js';
import { QueryRefused, ReadModelsOfAnotherLog } from '../queries/refusals.js';
import { inBatchSpan } from './batch-span.js';
import { type Checkpoint, beginTerm, readCheckpoint } from './checkpoint.js';
import { countDeadLetters } from './dead-letters.js';
import { CheckpointMoved, LaterLeader, ProjectionsDiffer, ProjectionsNewer, SchemaNewer } from './errors.js';
import { liveOf, readGenerations } from './generations.js';
import { type Lead, type Leadership, leadershipOn } from './leadership.js';
import { LiveTables } from './live-tables.js';
import { PassingBy } from './passing-by.js';
import { prepare } from './prepare.js';
import type { ProjectionProgress } from './progress.js';
import { upgrade } from './rebuild.js';
import { type FoldedStep, foldStep, readItems, writeStep } from './step.js';
import type { InstallViews } from './switch-tables.js';
import { analyzeTables } from './tables.js';

/** Injection token of the projector. */
export const PROJECTOR = Symbol('Projector');

const BATCH_SIZE = 2_000;
/**
 * A batch of a few events costs as much as one of a hundred: under load one is written so often, or as soon as somebody
 * in this process waits for it.
 */
const GATHER_MS = 50;
/** Tables are analysed when they have caught up, and again when they have doubled; fewer events need no plan. */
const ANALYZED_FROM = 1_000;
const BACKOFF_MS_MIN = 100;
/** Short enough that somebody leads again within seconds of the database's return. */
const BACKOFF_MS_MAX = 3_000;
/** A process that is older than the tables lets newer ones lead for so long before it looks again. */
const STAND_BACK_MS = 10_000;
/** How often a leader who has nothing to write looks whether the tables are as it left them. */
const LOOK_AROUND_MS = 1_000;
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
  /** Which process projects; left out, they agree on it in the database. */
  leadership?: Leadership;
  batchSize?: number;
  /** How long after a batch the next one may keep those waiting who do not ask for it. */
  gatherMs?: number;
}

/** How the projections are doing, for health and metrics. */
export interface ProjectorStatus {
  /** Whether this process projects, or is there to do so when it gets the lead. */
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
 * stopped anywhere leaves no gap and nothing twice. Where several processes share a database one of them leads and does
 * it. Whatever else goes wrong is tried again, for ever, a little later, and by whoever gets the lead then.
 *
 * An event that cannot be projected is set aside and makes its account not trustworthy; the rest goes on. Tables that
 * were made of another log are not touched: whenever it begins, and whenever somebody else has written, it makes sure.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #leadership: Leadership;
  readonly #tables: LiveTables;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  /** Until it lets go of it, or loses it, which it may not have noticed yet. */
  #lead: Lead | undefined;
  #prepared = false;
  /** Events when the tables were analysed, as far as this process knows. */
  #analyzedAt = 0;
  #caughtUp = false;
  #rebuilding: readonly string[] = [];
  #lastError: string | undefined;
  #trouble: string | undefined;
  #saidAt = -Infinity;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#leadership = options.leadership ?? leadershipOn(options.database);
    this.#tables = new LiveTables(options.database, options.projections);
  }

  /** Stands for the lead and, having it, follows the log, in the background. */
  start(): void {
    if (this.#running) return;
    this.#stopping = new AbortController();
    this.#running = this.#keepLeading(this.#stopping.signal);
  }

  /** Finishes the batch under way, gives up tables that it was building anew, and lets another one lead. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#running = undefined;
  }

  /**
   * Brings the tables up to the end of the log, once, and returns; for whoever knows that nobody else projects, since it
   * does not stand for the lead: it takes it, again and again should somebody else have it.
   */
  async catchUp(): Promise<void> {
    const head = await this.#options.store.head();
    const reached = new AbortController();
    while (!reached.signal.aborted) {
      try {
        await this.#follow(reached.signal, (position) => {
          if (head === undefined || hasReached(position, head)) reached.abort();
        });
      } catch (error) {
        if (!(error instanceof LaterLeader)) throw error;
      }
    }
  }

  /** Whether it is this process that projects. */
  leading(): boolean {
    return this.#lead?.lost.aborted === false;
  }

  /** How it is going, whoever projects; asks the store where its end is. */
  async status(): Promise<ProjectorStatus> {
    const { position, events, recordedAt, deadLetters } = await this.#standing();
    // A store that is away is no reason to say nothing: the lag is then unknown, not none.
    const head = await this.#options.store.head().catch(() => undefined);
    const behind = head !== undefined && !hasReached(position, head);
    return {
      running: this.#running !== undefined && !this.#stopping.signal.aborted,
      caughtUp:
        !behind && this.#trouble === undefined && (this.leading() ? this.#caughtUp : head !== undefined),
      position,
      events,
      recordedAt,
      lagEvents: behind ? eventsBehind(head, { position, events }) : 0,
      lagSeconds: behind ? this.#ageOf(recordedAt) : 0,
      deadLetters,
      rebuilding: this.#rebuilding,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }

  /** Why the last attempt failed, in a word that holds no data; undefined while it goes well. */
  trouble(): string | undefined {
    return this.#trouble;
  }

  /** Where the tables are: a leader knows, others look. */
  async #standing(): Promise<Checkpoint & { deadLetters: number }> {
    const known = { ...this.#tables.standing, deadLetters: this.#tables.deadLetters };
    if (this.leading()) return known;
    const { database } = this.#options;
    try {
      const there = await readCheckpoint(database);
      return there ? { ...there, deadLetters: await countDeadLetters(database) } : known;
    } catch (error) {
      // What was seen last is better than nothing while the database is away.
      if (error instanceof DatabaseUnavailable) return known;
      throw error;
    }
  }

  #ageOf(recordedAt: string | undefined): number {
    if (recordedAt === undefined) return 0;
    return Math.max(0, (this.#options.clock.now().getTime() - Date.parse(recordedAt)) / 1000);
  }

  async #keepLeading(stopping: AbortSignal): Promise<void> {
    let pause = BACKOFF_MS_MIN;
    while (!stopping.aborted) {
      try {
        await this.#prepareAhead(stopping);
        // It is well when it gets on, and when another one does.
        await this.#followInLead(stopping, () => {
          pause = BACKOFF_MS_MIN;
          this.#lastError = undefined;
          this.#trouble = undefined;
        });
      } catch (error) {
        // An upgrade that was given up.
        if (error === stopping.reason) return;
        // What was prepared is still there when only a connection was lost.
        this.#prepared &&= error instanceof DatabaseUnavailable || error instanceof StoreUnavailable;
        this.#lastError = error instanceof Error ? error.message : String(error);
        this.#trouble =
          error instanceof QueryRefused ? error.code : error instanceof Error ? error.name : 'failed';
        if (isOutdated(error)) pause = STAND_BACK_MS;
        this.#tell(error, pause);
        // Meanwhile somebody else may lead, who is perhaps better off.
        await delay(pause, undefined, { signal: stopping }).catch(() => undefined);
        pause = isOutdated(error) ? BACKOFF_MS_MIN : Math.min(pause * 2, BACKOFF_MS_MAX);
      }
    }
  }

  #tell(error: unknown, pause: number): void {
    const { log } = this.#options;
    // What comes of it is told: tables are built anew, or this process is too old.
    if (error instanceof ProjectionsDiffer) return;
    if (!(error instanceof ReadModelsOfAnotherLog) && !isOutdated(error)) {
      log.warn({ error: this.#lastError, retryInMs: pause }, 'projector stopped, will go on');
      return;
    }
    if (performance.now() - this.#saidAt < SAID_AGAIN_MS) return;
    this.#saidAt = performance.now();
    log.warn(
      { error: this.#lastError },
      isOutdated(error)
        ? 'projector stopped: this process is too old to write'
        : 'projector stopped: nothing is written or answered',
    );
  }

  /**
   * Whoever stands for the lead brings the database to what this code expects before it has to lead: readers can keep
   * it waiting for that. What is to be built anew waits for the lead.
   */
  async #prepareAhead(signal: AbortSignal): Promise<void> {
    const { database, projections, installViews, progress } = this.#options;
    if (this.#prepared || !database.isShared) return;
    await progress.requireSameLog();
    const { outdated } = await prepare(database, projections, installViews, { signal });
    this.#prepared = outdated.length === 0;
  }

  /** Waits for the lead and follows the log as long as it has it. */
  async #followInLead(stopping: AbortSignal, onWell: () => void): Promise<void> {
    const { database, log } = this.#options;
    const lead = await this.#leadership.lead(stopping, onWell);
    if (!lead) return;
    const until = AbortSignal.any([stopping, lead.lost]);
    this.#lead = lead;
    try {
      if (database.isShared) log.info({}, 'this process leads the projections');
      while (!until.aborted) {
        try {
          await this.#follow(until, onWell);
        } catch (error) {
          if (error === until.reason || lead.lost.aborted) break;
          if (!(error instanceof CheckpointMoved || error instanceof LaterLeader)) throw error;
          // A command is at work: go on from where it is.
          await delay(BACKOFF_MS_MIN, undefined, { signal: until }).catch(() => undefined);
        }
      }
      if (lead.lost.aborted) log.warn({}, 'the lead of the projections is lost');
    } finally {
      this.#lead = undefined;
      this.#caughtUp = false;
      await lead.release();
    }
  }

  /**
   * Follows the log from the checkpoint until told to stop, in a term of its own; `onBatch` is told how far it is after
   * every batch that was written or passed by, and at the start where none waits.
   */
  async #follow(signal: AbortSignal, onBatch: (position: Position | undefined) => void): Promise<void> {
    const { store, projections, progress, batchSize = BATCH_SIZE, gatherMs = GATHER_MS } = this.#options;
    this.#caughtUp = false;
    const failed = new AbortController();
    let writing: Promise<void> = Promise.resolve();
    const inTurn = (write: () => Promise<void>): Promise<void> => {
      writing = writing.then(write);
      // Nobody may be waiting for it: then it ends the subscription.
      writing.catch((error: unknown) => failed.abort(error));
      return writing;
    };
    const passingBy = new PassingBy((to) =>
      inTurn(async () => {
        if (!hasReached(this.#tables.standing.position, to)) await this.#passBy(to);
      }),
    );
    try {
      await this.#begin(signal);
      const head = await store.head();
      let passed = this.#tables.standing.position;
      this.#caughtUp = head === undefined || hasReached(passed, head);
      if (this.#caughtUp) onBatch(passed);
      const ending = AbortSignal.any([signal, failed.signal]);
      void this.#lookAround(ending).catch((error: unknown) => failed.abort(error));
      for await (const batch of store.subscribeToAll({
        ...(passed === undefined ? {} : { after: passed }),
        signal: ending,
        batchSize,
      })) {
        // What is delivered again has been written, or is about to be.
        const events = notYet(passed, batch);
        const to = further(passed, batch.checkpoint);
        passed = to;
        const step =
          events.length === 0
            ? undefined
            : await foldStep(projections, { items: await readItems(events), to });
        await writing;
        const begunAt = performance.now();
        void inTurn(async () => {
          const write = (part: FoldedStep) => this.#write(part);
          if (step) await inBatchSpan(events, () => writeStep(projections, step, write));
          else passingBy.to(to);
          this.#caughtUp = batch.caughtUp;
          onBatch(to);
        });
        // While more waits, the next batch is folded as this one is written.
        if (batch.caughtUp) {
          await writing;
          await this.#analyzeWhenGrown();
          if (step) await progress.untilAwaited(begunAt + gatherMs - performance.now(), ending);
        }
      }
      failed.signal.throwIfAborted();
      await passingBy.finish();
    } finally {
      passingBy.stop();
      await writing.finally(() => progress.fallSilent());
    }
  }

  /** Somebody may begin anew, or take the lead, while there is nothing to write. */
  async #lookAround(ending: AbortSignal): Promise<void> {
    if (!this.#options.database.isShared) return;
    const pause = () => delay(LOOK_AROUND_MS, undefined, { signal: ending }).catch(() => undefined);
    await pause();
    while (!ending.aborted) {
      await this.#tables.requireWhereLeft();
      await pause();
    }
  }

  async #analyzeWhenGrown(): Promise<void> {
    const { events } = this.#tables.standing;
    if (events < Math.max(ANALYZED_FROM, 2 * this.#analyzedAt)) return;
    const { database, projections } = this.#options;
    const generations = await readGenerations(database);
    for (const projection of projections) {
      const live = liveOf(generations, projection.name);
      if (live) await analyzeTables(database, projection, live.generation).catch(unlessGone);
    }
    this.#analyzedAt = events;
  }

  /** Begins a term, with tables that are as this code wants them, and takes up the checkpoint. */
  async #begin(signal: AbortSignal): Promise<void> {
    const { database, progress } = this.#options;
    try {
      await progress.requireSameLog();
      const term = this.#prepared ? await beginTerm(database) : await this.#prepare(signal);
      await this.#tables.takeUp(term);
      await progress.sameLog.require(this.#tables.standing);
    } catch (error) {
      this.#rebuilding = [];
      throw error;
    }
    const { position, events } = this.#tables.standing;
    // Never analysed by this process, or begun anew: what an earlier one filled, it has analysed.
    this.#analyzedAt = Math.min(this.#analyzedAt || events, events);
    progress.tell(position);
  }

  async #prepare(signal: AbortSignal): Promise<number> {
    const { database, store, projections, installViews, log } = this.#options;
    const { outdated, term } = await prepare(database, projections, installViews, { leading: true, signal });
    if (outdated.length > 0) {
      this.#rebuilding = outdated.map(({ name }) => name);
      log.info({ projections: this.#rebuilding }, 'building projections anew for their new version');
      await upgrade({ database, store, projections, installViews }, outdated, { term: term!, signal });
      this.#rebuilding = [];
    }
    this.#prepared = true;
    return term!;
  }

  async #passBy(to: Position): Promise<void> {
    await this.#tables.passBy(to);
    this.#options.progress.tell(to);
  }

  async #write(step: FoldedStep): Promise<void> {
    const { progress, log } = this.#options;
    await this.#tables.write(step);
    progress.sameLog.knows(this.#tables.standing.lastEvent);
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

function notYet(passed: Position | undefined, { events }: SubscriptionBatch): SubscriptionBatch['events'] {
  return events.filter(({ position }) => !hasReached(passed, position));
}

function further(passed: Position | undefined, to: Position): Position {
  return passed !== undefined && hasReached(passed, to) ? passed : to;
}

/** Tables that were switched out meanwhile: those in their place have been analysed. */
function unlessGone(error: unknown): void {
  if (!['3F000', '42P01'].includes(sqlStateOf(error) ?? '')) throw error;
}

/** What only a newer process can go on from. */
function isOutdated(error: unknown): boolean {
  return error instanceof ProjectionsNewer || error instanceof SchemaNewer;
}
