import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { UnreadableEvent, decodeAny } from '../event-store/codec.js';
import type { StoredEvent } from '../event-store/event-store.js';
import { ClockGuard } from './clock-guard.js';

/**
 * Starts the guard of this process's clock: held against that of PostgreSQL, which all processes share, and against the
 * last event of the log. An embedded database has this process's own clock, which says nothing; that is told where
 * others may write to the same log.
 *
 * @param lastEvent the last event of the log, where the store can tell
 */
export async function startClockGuard({
  config,
  clock,
  log,
  database,
  lastEvent,
}: {
  config: Config;
  clock: Clock;
  log: Logger;
  database: Database | undefined;
  lastEvent: StoredEvent | undefined;
}): Promise<ClockGuard> {
  if (config.eventStoreUrl !== undefined && config.databaseUrl === undefined) {
    log.warn(
      'several processes need DATABASE_URL: without it each has read models of its own, and no clock to be held against',
    );
  }
  const guard = new ClockGuard({
    clock,
    log,
    clockSkewMs: config.clockSkewMs,
    reference: database && config.databaseUrl !== undefined ? () => clockOf(database) : undefined,
    newestRecordedAt: lastEvent && recordedAtOf(lastEvent),
    acceptBehindLog: config.acceptClockBehindLog,
  });
  await guard.start();
  return guard;
}

async function clockOf(database: Database): Promise<Date> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(database);
  return new Date(rows[0]!.now);
}

/** Undefined for an event that no command of ours wrote: its instant may be anything. */
function recordedAtOf(stored: StoredEvent): Date | undefined {
  try {
    return new Date(decodeAny(stored).recordedAt);
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}
