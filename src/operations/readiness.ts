import { Inject, Injectable, Optional } from '@nestjs/common';
import { sql } from 'kysely';
import { ClockGuard } from '../commands/clock-guard.js';
import { DATABASE, type Database } from '../database/database.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { STOPPING } from '../stopping.js';
import { NoAnswer, answerInTime } from '../answer-in-time.js';
import { Metrics } from './metrics.js';
import { ProjectionLags } from './projection-lag.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider } from './projection-status.js';

/** Projections that are further behind than this, in either measure, would answer queries too late. */
const LAG_EVENTS_MAX = 10_000;
const LAG_SECONDS_MAX = 60;

/** A refused append says nothing any more after so long: nobody may have tried again. */
const REFUSAL_COUNTS_S = 10;

export interface Check {
  ok: boolean;
  [fact: string]: unknown;
}

export interface Readiness {
  status: 'ready' | 'not_ready';
  checks: Record<string, Check>;
}

/**
 * Whether the service can do its work: the store, the database, and how far the projections are behind; and whether it
 * still wants any, for one that stops says so before it takes no more.
 */
@Injectable()
export class ReadinessProbe {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly metrics: Metrics,
    private readonly lags: ProjectionLags,
    @Inject(STOPPING) private readonly stopping: AbortController,
    @Optional() @Inject(DATABASE) private readonly database?: Database,
    @Optional() @Inject(PROJECTION_STATUS) private readonly projections?: ProjectionStatusProvider,
    @Optional() private readonly clockGuard?: ClockGuard,
  ) {}

  async readiness(): Promise<Readiness> {
    const { database, projections, stopping } = this;
    const [store, ...others] = await Promise.all([
      check(() => this.storeCheck()),
      database && check(async () => (await sql`select 1`.execute(database), { ok: true })),
      projections && check(() => projectionCheck(projections, this.lags)),
    ]);
    const checks = {
      ...(stopping.signal.aborted ? { service: { ok: false, reason: 'the service stops' } } : {}),
      store,
      ...(others[0] ? { database: others[0] } : {}),
      ...(others[1] ? { projections: others[1] } : {}),
      ...(this.clockGuard ? { clock: { ...this.clockGuard.status() } } : {}),
    };
    const ready = Object.values(checks).every(({ ok }) => ok);
    return { status: ready ? 'ready' : 'not_ready', checks };
  }

  /** A store that cannot append, for its disk is full, may well know where its end is. */
  private async storeCheck(): Promise<Check> {
    const head = await this.store.head();
    return this.metrics.secondsSinceRefusal() < REFUSAL_COUNTS_S
      ? { ok: false, reason: 'the last append was refused', head }
      : { ok: true, head };
  }
}

async function projectionCheck(
  projections: ProjectionStatusProvider,
  projectionLags: ProjectionLags,
): Promise<Check> {
  const all = await projections.projectionStatus();
  const lags = await projectionLags.of(all);
  const lagEvents = Math.max(0, ...lags.map(({ events }) => events));
  const lagSeconds = Math.max(0, ...lags.map(({ seconds }) => seconds));
  const deadLetters = Math.max(0, ...all.map((one) => one.deadLetters));
  const trouble =
    (await projections.trouble()) ??
    (lags.some(({ events }) => events < 0) ? 'ahead of the event log' : undefined) ??
    (lagEvents > LAG_EVENTS_MAX || lagSeconds > LAG_SECONDS_MAX ? 'too far behind the event log' : undefined);
  return {
    ok: trouble === undefined,
    ...(trouble === undefined ? {} : { reason: trouble }),
    lagEvents,
    lagSeconds,
    deadLetters,
    ...(projections.leading ? { leading: projections.leading() } : {}),
  };
}

async function check(ask: () => Promise<Check>): Promise<Check> {
  try {
    return await answerInTime(ask());
  } catch (error) {
    if (error instanceof NoAnswer) return { ok: false, reason: error.message };
    return { ok: false, reason: error instanceof Error ? error.name : 'failed' };
  }
}
