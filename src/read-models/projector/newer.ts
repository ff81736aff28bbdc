import { sql } from 'kysely';
import type { Projection } from '../../../projections/projection.js';
import type { Queryable } from '../../database/database.js';
import { ProjectionsNewer } from './errors.js';
import type { Generation } from './generations.js';
import { requireKnownSchema } from './internal-schema.js';

/**
 * Makes sure that no live tables are of newer projections than these.
 *
 * @throws ProjectionsNewer
 */
export function requireNotNewer(
  projections: readonly Projection[],
  live: readonly Pick<Generation, 'name' | 'version'>[],
): void {
  const newer = live.filter(
    ({ name, version }) => version > (projections.find((p) => p.name === name)?.version ?? version),
  );
  if (newer.length > 0) throw new ProjectionsNewer(newer.map(({ name }) => name));
}

/**
 * Makes sure, for whoever does not project itself, that what is in the database is not newer than this code.
 *
 * @throws ProjectionsNewer, SchemaNewer
 */
export async function requireNothingNewer(db: Queryable, projections: readonly Projection[]): Promise<void> {
  await requireKnownSchema(db);
  const there = await sql<{ found: boolean }>`
    select to_regclass('ledger_internal.generations') is not null as found`.execute(db);
  if (!there.rows[0]?.found) return;
  const { rows } = await sql<{ name: string; version: number }>`
    select name, version from ledger_internal.generations where state = 'live'`.execute(db);
  requireNotNewer(projections, rows);
}
