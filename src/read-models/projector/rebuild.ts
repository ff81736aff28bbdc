import type { Projection } from '../../../projections/projection.js';
import type { Database, Queryable } from '../../database/database.js';
import type { EventStore } from '../../event-store/event-store.js';
import { BesideTables, type BuildProgress, type Built, PoisonInPart } from './build-beside.js';
import { readCheckpoint } from './checkpoint.js';
import { type TableDifference, compareTables } from './compare.js';
import { UnknownProjection } from './errors.js';
import { liveOf, readGenerations } from './generations.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { prepare } from './prepare.js';
import { SameLog } from './same-log.js';
import {
  type InstallViews,
  lockViews,
  switchIn,
  switchTables,
  withoutBlockingReaders,
} from './switch-tables.js';

export interface ReadModels {
  database: Database;
  store: EventStore;
  projections: readonly Projection[];
  installViews: InstallViews;
}

export interface RebuildOptions {
  onProgress?: (progress: BuildProgress) => void;
  /** The term of the leader that does it; left out where a command does. */
  term?: number;
  /** Gives up, soon, and leaves nothing behind. */
  signal?: AbortSignal;
}

export interface RebuiltProjection {
  projection: string;
  /** Events read from the log. */
  events: number;
  eventsPerSecond: number;
  /** What the tables before did not agree on; empty where they were of another version. */
  differences: TableDifference[];
}

/**
 * Builds projections anew beside the live ones, compares the two row by row, and lets the new ones take their place,
 * while the projector goes on and readers read. Works beside the service in a process of its own on PostgreSQL.
 *
 * Read models of another log are dropped, and filled again from the start of this one by the projector.
 * Some projections are widened to all when one of them meets an event that it can no longer project.
 *
 * @param names left out, all projections
 * @throws UnknownProjection, RebuildUnderWay, ProjectionsNewer, SchemaNewer, LaterLeader
 */
export async function rebuild(
  readModels: ReadModels,
  names?: readonly string[],
  { onProgress, term, signal }: RebuildOptions = {},
): Promise<RebuiltProjection[]> {
  const { database, projections, installViews } = readModels;
  const known = projections.map(({ name }) => name);
  for (const name of names ?? []) if (!known.includes(name)) throw new UnknownProjection(name, known);
  await dropThoseOfAnotherLog(readModels);
  const { outdated } = await prepare(database, projections, installViews, { signal });
  // Those of an earlier version have to come along: the live tables move on only when all of them are of this one.
  const wanted = projections.filter((p) => !names?.length || names.includes(p.name) || outdated.includes(p));
  return retriedWithAll(readModels, wanted, async (chosen) => {
    const beside = await BesideTables.begin(readModels.database, readModels.store, chosen, {
      all: chosen.length === projections.length,
      term,
      signal,
    });
    try {
      const built = await beside.build(onProgress);
      await beside.analyze();
      const differences = await takeOver(readModels, chosen, outdated, beside, signal);
      return chosen.map(({ name }) => resultOf(name, built, differences));
    } catch (error) {
      await beside.drop();
      throw error;
    } finally {
      beside.release();
    }
  });
}

/**
 * Drops read models that were made of another log: there is nothing to compare with, and the projector begins from the
 * start of this one.
 *
 * @returns whether they were
 */
export async function dropThoseOfAnotherLog({
  database,
  store,
  projections,
  installViews,
}: ReadModels): Promise<boolean> {
  const checkpoint = await readCheckpoint(database);
  if (!checkpoint || (await new SameLog(store).standing(checkpoint)) !== 'another') return false;
  await prepare(database, projections, installViews, { anew: true });
  return true;
}

/** Builds projections of an earlier version, or that did not exist, up to where the live ones stand, and switches. */
export async function upgrade(
  readModels: ReadModels,
  outdated: readonly Projection[],
  options: RebuildOptions,
): Promise<void> {
  await rebuild(
    readModels,
    outdated.map(({ name }) => name),
    options,
  );
}

async function takeOver(
  { database, projections, installViews }: ReadModels,
  chosen: readonly Projection[],
  outdated: readonly Projection[],
  beside: BesideTables,
  signal: AbortSignal | undefined,
): Promise<TableDifference[]> {
  if (outdated.length > 0) {
    // No projector can write tables of two versions, so there is nothing to compare with and no time in between.
    await withoutBlockingReaders(
      () => beside.join((tx) => switchIn(tx, projections, beside.targets, installViews), lockAll),
      signal,
    );
    return [];
  }
  await beside.join((tx) => beside.writtenTogether(tx));
  const differences: TableDifference[] = [];
  const generations = await readGenerations(database);
  for (const target of beside.targets) {
    const projection = chosen.find(({ name }) => name === target.name)!;
    differences.push(
      ...(await compareTables(database, projection, liveOf(generations, target.name)!, target)),
    );
  }
  await switchTables(database, projections, beside.targets, installViews);
  return differences;
}

async function lockAll(tx: Queryable): Promise<void> {
  await lockSchemas(tx);
  await lockViews(tx);
}

async function retriedWithAll<T>(
  { projections }: ReadModels,
  wanted: readonly Projection[],
  build: (chosen: readonly Projection[]) => Promise<T>,
): Promise<T> {
  try {
    return await build(wanted);
  } catch (error) {
    if (!(error instanceof PoisonInPart)) throw error;
    return build(projections);
  }
}

function resultOf(name: string, built: Built, differences: readonly TableDifference[]): RebuiltProjection {
  return {
    projection: name,
    events: built.events,
    eventsPerSecond: Math.round(built.events / Math.max(built.seconds, 0.001)),
    differences: differences.filter(({ projection }) => projection === name),
  };
}
