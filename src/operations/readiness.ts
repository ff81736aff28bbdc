import { Inject, Injectable, Optional } from '@nestjs/common';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../database/database.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { Metrics } from './metrics.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider, behind } from './projection-status.js';

/** A part that does not answer within this time counts as away. */
const ANSWER_MS_MAX = 2000;
/** Projections that are further behind than this would answer queries too late. */
const LAG_MAX = 10_000;

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

/** Whether the service can do its work: the store, the database, and how far the projections are behind. */
@Injectable()
export class ReadinessProbe {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    private readonly metrics: Metrics,
    @Optional() @Inject(DATABASE) private readonly database?: Database,
    @Optional() @Inject(PROJECTION_STATUS) private readonly projections?: ProjectionStatusProvider,
  ) {}

  async readiness(): Promise<Readiness> {
    const { database, projections } = this;
    const [store, ...others] = await Promise.all([
      check(() => this.storeCheck()),
      database && check(async () => (await sql`select 1`.execute(database), { ok: true })),
      projections && check(() => projectionCheck(this.store, projections)),
    ]);
    const checks = {
      store,
      ...(others[0] ? { database: others[0] } : {}),
      ...(others[1] ? { projections: others[1] } : {}),
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

async function projectionCheck(store: EventStore, projections: ProjectionStatusProvider): Promise<Check> {
  const all = await projections.projectionStatus();
  // Asked last, so that it is never before a place that the projections have reached, unless that is of another log.
  const head = await store.head();
  const lags = all.map(({ position }) => behind(head, position));
  const lag = Math.max(0, ...lags);
  const deadLetters = Math.max(0, ...all.map((one) => one.deadLetters));
  const trouble =
    (await projections.trouble()) ??
    (lags.some((one) => one < 0) ? 'ahead of the event log' : undefined) ??
    (lag > LAG_MAX ? 'too far behind the event log' : undefined);
  return {
    ok: trouble === undefined,
    ...(trouble === undefined ? {} : { reason: trouble }),
    lag,
    deadLetters,
  };
}

async function check(ask: () => Promise<Check>): Promise<Check> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Check>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, reason: `no answer within ${ANSWER_MS_MAX} ms` }),
      ANSWER_MS_MAX,
    );
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.name : 'failed' };
  } finally {
    clearTimeout(timer);
  }
}
