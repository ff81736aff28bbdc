import { sql } from 'kysely';
import type { Projection } from '../../../projections/projection.js';
import type { Database, Queryable } from '../../database/database.js';
import type { Position } from '../../event-store/event-store.js';
import { beginTerm, lockCheckpoint } from './checkpoint.js';
import { requireNotNewer } from './newer.js';
import { type Generation, dropGeneration, liveOf, readGenerations } from './generations.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { shortTransaction } from '../../database/short-transaction.js';
import { createInternalSchema } from './internal-schema.js';
import { type InstallViews, lockViews, withoutBlockingReaders } from './switch-tables.js';
import { createIndexes, createTables, pointViews, tablesExist } from './tables.js';

export interface Prepared {
  position: Position | undefined;
  /** Projections whose tables are of an earlier version or missing: to be built anew before going on. */
  outdated: Projection[];
  /** The term that began with it, for a leader. */
  term: number | undefined;
}

export interface PrepareOptions {
  /** Whether to drop what is there and begin with empty tables. */
  anew?: boolean;
  /** Whether it is a leader who begins its term. */
  leading?: boolean;
  signal?: AbortSignal;
}

/**
 * Brings the database to what this code expects, as far as that goes at once: schemas, the tables of every projection
 * when nothing has been projected yet, views. Can be repeated, by several processes at a time.
 *
 * Until outdated projections are built anew the old tables and views stay as they are, so that reports answer.
 *
 * @throws ProjectionsNewer, SchemaNewer when a newer version has been at work here
 */
export async function prepare(
  database: Database,
  projections: readonly Projection[],
  installViews: InstallViews,
  options: PrepareOptions = {},
): Promise<Prepared> {
  return withoutBlockingReaders(
    () => shortTransaction(database, (tx) => prepareIn(tx, projections, installViews, options)),
    options.signal,
  );
}

async function prepareIn(
  tx: Queryable,
  projections: readonly Projection[],
  installViews: InstallViews,
  { anew = false, leading = false }: PrepareOptions,
): Promise<Prepared> {
  await lockSchemas(tx);
  await lockViews(tx);
  await createInternalSchema(tx);
  const checkpoint = await lockCheckpoint(tx);
  let { position } = checkpoint;
  // First of all, so that what an earlier leader was building counts as abandoned.
  const term = leading ? await beginTerm(tx) : undefined;
  let generations = await readGenerations(tx);
  for (const { name, generation, abandoned } of generations) {
    if (abandoned) await dropGeneration(tx, name, generation);
  }
  if (!anew)
    requireNotNewer(
      projections,
      generations.filter(({ state }) => state === 'live'),
    );

  const fresh = position === undefined && !isCurrent(projections, generations);
  // Written by a schema that did not remember the last event: nobody can say of which log.
  const unknown = position !== undefined && checkpoint.lastEvent === undefined;
  if (anew || fresh || unknown || (await someTablesAreGone(tx, projections, generations))) {
    await startOver(tx, projections);
    position = undefined;
    generations = await readGenerations(tx);
  }

  for (const { name, generation, state } of generations) {
    // Nobody writes it from now on. Before that, it may be a newer leader's.
    if (leading && state === 'live' && !projections.some((p) => p.name === name)) {
      await dropGeneration(tx, name, generation);
    }
  }
  const outdated = projections.filter(({ name, version }) => liveOf(generations, name)?.version !== version);
  if (outdated.length === 0) {
    for (const projection of projections) {
      await pointViews(tx, projection, liveOf(generations, projection.name)!.generation);
    }
    await installViews(tx);
  }
  return { position, outdated, term };
}

function isCurrent(projections: readonly Projection[], generations: readonly Generation[]): boolean {
  return projections.every(({ name, version }) => liveOf(generations, name)?.version === version);
}

async function someTablesAreGone(
  tx: Queryable,
  projections: readonly Projection[],
  generations: readonly Generation[],
): Promise<boolean> {
  for (const projection of projections) {
    const live = liveOf(generations, projection.name);
    if (live?.version !== projection.version) continue;
    if (!(await tablesExist(tx, projection, live.generation))) return true;
  }
  return false;
}

/** Drops everything and begins with empty tables: the log holds all that was in them. */
async function startOver(tx: Queryable, projections: readonly Projection[]): Promise<void> {
  for (const { name, generation } of await readGenerations(tx)) await dropGeneration(tx, name, generation);
  await sql`delete from ledger_internal.dead_letters`.execute(tx);
  await sql`delete from ledger_internal.dead_letters_beside`.execute(tx);
  await sql`update ledger_internal.checkpoint set position = null, events = 0, recorded_at = null,
    last_event = null`.execute(tx);
  for (const projection of projections) {
    await createTables(tx, projection, 1);
    await createIndexes(tx, projection, 1);
    await sql`
      insert into ledger_internal.generations (name, generation, version, state)
      values (${projection.name}, 1, ${projection.version}, 'live')`.execute(tx);
  }
}
