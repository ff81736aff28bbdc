import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import type { Position } from '../../event-store/event-store.js';
import { dropTables } from './tables.js';

/** A set of tables of one projection. */
export interface Generation {
  name: string;
  generation: number;
  version: number;
  state: 'live' | 'beside' | 'building';
  position: Position | undefined;
  /** Whether whoever builds it has given no sign of life for too long. */
  abandoned: boolean;
}

/** All generations there are, by name and age. */
export async function readGenerations(db: Queryable): Promise<Generation[]> {
  const { rows } = await sql<Omit<Generation, 'position'> & { position: string | null }>`
    select name, generation, version, state, position, coalesce(lease_until < now(), false) as abandoned
    from ledger_internal.generations order by name, generation`.execute(db);
  return rows.map((row) => ({ ...row, position: row.position ?? undefined }));
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
