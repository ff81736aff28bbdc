import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import type { Position } from '../../event-store/event-store.js';
import { dropTables } from './tables.js';
import type { Target } from './write-rows.js';

/** A set of tables of one projection. */
export interface Generation {
  name: string;
  generation: number;
  version: number;
  state: 'live' | 'beside' | 'building';
  position: Position | undefined;
  /** Who builds it; undefined for what was live from the start. */
  builtBy: string | undefined;
  /** Whether whoever builds it has given no sign of life for too long, or built it as a leader of before. */
  abandoned: boolean;
}

interface GenerationRow extends Omit<Generation, 'position' | 'builtBy'> {
  position: string | null;
  built_by: string | null;
}

/** All generations there are, by name and age. */
export async function readGenerations(db: Queryable): Promise<Generation[]> {
  const { rows } = await sql<GenerationRow>`
    select g.name, g.generation, g.version, g.state, g.position, g.built_by,
      coalesce(g.lease_until < now() or g.state <> 'live' and g.leader_term < c.leader_term, false) as abandoned
    from ledger_internal.generations g cross join ledger_internal.checkpoint c
    order by g.name, g.generation`.execute(db);
  return rows.map(({ position, built_by, ...row }) => ({
    ...row,
    position: position ?? undefined,
    builtBy: built_by ?? undefined,
  }));
}

/** Tables that are built beside the live ones, and who does it: others may have taken their number since. */
export interface BuiltTables extends Target {
  builtBy: string;
}

/** Whether tables are still there that somebody builds. */
export function isStillThere(generations: readonly Generation[], built: BuiltTables): boolean {
  return generations.some(
    ({ name, generation, builtBy }) =>
      name === built.name && generation === built.generation && builtBy === built.builtBy,
  );
}

/** The live generation of a projection. */
export function liveOf(generations: readonly Generation[], name: string): Generation | undefined {
  return generations.find((generation) => generation.name === name && generation.state === 'live');
}

/** Drops the tables of a generation and forgets it. */
export async function dropGeneration(tx: Queryable, name: string, generation: number): Promise<void> {
  await dropTables(tx, name, generation);
  await sql`
    delete from ledger_internal.generations where name = ${name} and generation = ${generation}`.execute(tx);
}
