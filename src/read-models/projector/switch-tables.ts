import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Projection } from '../../../projections/projection.js';
import { sqlStateOf } from '../../database/database-unavailable.js';
import type { Database, Queryable } from '../../database/database.js';
import { lockCheckpoint } from './checkpoint.js';
import { RebuildAbandoned } from './errors.js';
import { type BuiltTables, dropGeneration, isStillThere, liveOf, readGenerations } from './generations.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { shortTransaction } from '../../database/short-transaction.js';
import { pointViews } from './tables.js';

/** Makes the public views and functions on top of `ledger_read` and `ledger_internal`; must be repeatable. */
export type InstallViews = (db: Queryable) => Promise<void>;

/**
 * Shorter than PostgreSQL's `deadlock_timeout` of 1 s: should a reader and we wait for each other, we give up first, and
 * the reader never sees an error.
 */
const LOCK_ALL_WITHIN = '250ms';
const PAUSE_MS = 100;
const TRIES_MAX = 600;
/** lock_not_available, query_canceled, deadlock_detected */
const COULD_NOT_LOCK = ['55P03', '57014', '40P01'];

/** Lets tables built beside take the place of the live ones at once, and drops those. */
export async function switchTables(
  database: Database,
  projections: readonly Projection[],
  targets: readonly BuiltTables[],
  installViews: InstallViews,
): Promise<void> {
  await withoutBlockingReaders(() =>
    shortTransaction(database, async (tx) => {
      await lockSchemas(tx);
      await lockViews(tx);
      await lockCheckpoint(tx);
      await switchIn(tx, projections, targets, installViews);
    }),
  );
}

/** The same within a transaction that holds the checkpoint. */
export async function switchIn(
  tx: Queryable,
  projections: readonly Projection[],
  targets: readonly BuiltTables[],
  installViews: InstallViews,
): Promise<void> {
  const generations = await readGenerations(tx);
  for (const target of targets) {
    if (!isStillThere(generations, target)) throw new RebuildAbandoned();
    const { name, generation } = target;
    await pointViews(
      tx,
      projections.find((p) => p.name === name)!,
      generation,
    );
    const old = liveOf(generations, name);
    if (old) await dropGeneration(tx, name, old.generation);
    await sql`
      update ledger_internal.generations set state = 'live', position = null, lease_until = null
      where name = ${name} and generation = ${generation}`.execute(tx);
  }
  if (targets.length === projections.length) await replaceDeadLetters(tx);
  await installViews(tx);
}

/** A set of all projections brings its own list of what it could not take. */
async function replaceDeadLetters(tx: Queryable): Promise<void> {
  await sql`delete from ledger_internal.dead_letters`.execute(tx);
  await sql`insert into ledger_internal.dead_letters select * from ledger_internal.dead_letters_beside`.execute(
    tx,
  );
  await sql`delete from ledger_internal.dead_letters_beside`.execute(tx);
}

/**
 * Takes all views of ours, and the tables they read from, for this transaction alone, at once or not at all: from then
 * on it waits for no reader any more. To be called before the checkpoint is taken, since a projector waits for that with
 * these tables in use. See {@link withoutBlockingReaders}.
 */
export async function lockViews(tx: Queryable): Promise<void> {
  const { rows } = await sql<{ view: string }>`
    select format('%I.%I', schemaname, viewname) as view from pg_views
    where schemaname in ('ledger', 'ledger_read', 'ledger_internal') order by 1`.execute(tx);
  if (rows.length === 0) return;
  await sql.raw(`set local statement_timeout = '${LOCK_ALL_WITHIN}'`).execute(tx);
  await sql.raw(`lock table ${rows.map(({ view }) => view).join(', ')} in access exclusive mode`).execute(tx);
  await sql`set local statement_timeout to default`.execute(tx);
}

/**
 * Tries again, a little later, while readers hold what {@link lockViews} wants.
 *
 * @param signal gives up
 */
export async function withoutBlockingReaders<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!COULD_NOT_LOCK.includes(sqlStateOf(error) ?? '') || tries === TRIES_MAX) throw error;
      await delay(PAUSE_MS);
    }
  }
}
