import { Inject, Injectable, Optional } from '@nestjs/common';
import { sql } from 'kysely';
import { DATABASE, type Database } from '../database/database.js';
import { EVENT_STORE, type EventStore, type Position } from '../event-store/event-store.js';
import { PROJECTION_STATUS, type ProjectionStatusProvider } from './projection-status.js';

/** A part that does not answer within this time counts as away. */
const ANSWER_MS_MAX = 2000;
/** Projections that are further behind than this would answer queries too late. */
const LAG_MAX = 10_000;

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
    @Optional() @Inject(DATABASE) private readonly database?: Database,
    @Optional() @Inject(PROJECTION_STATUS) private readonly projections?: ProjectionStatusProvider,
  ) {}

  async readiness(): Promise<Readiness> {
    const { database, projections } = this;
    const [store, ...others] = await Promise.all([
      check(async () => ({ ok: true, head: await this.store.head() })),
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
}

async function projectionCheck(store: EventStore, projections: ProjectionStatusProvider): Promise<Check> {
  const [head, all] = await Promise.all([store.head(), projections.projectionStatus()]);
  const lag = Math.max(0, ...all.map(({ position }) => behind(head, position)));
  const deadLetters = Math.max(0, ...all.map((one) => one.deadLetters));
  return { ok: lag <= LAG_MAX, lag, deadLetters };
}

/** How many positions lie between a place in the log and its head. */
export function behind(head: Position | undefined, position: Position | undefined): number {
  return Math.max(0, Number(BigInt(head ?? 0) - BigInt(position ?? 0)));
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
