import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import { readCheckpoint } from './checkpoint.js';
import { countDeadLetters } from './dead-letters.js';

/** How far a projection is, whichever process runs it. */
export interface StoredProjectionStatus {
  name: string;
  version: number;
  generation: number;
  position: string | undefined;
  /** Events passed up to there. */
  events: number;
  /** When the last of them was recorded. */
  recordedAt: string | undefined;
  /** Events that are in no projection because one could not take them: the same ones for all. */
  deadLetters: number;
}

/** The live projections as the database knows them; none where no projector ever ran. */
export async function projectionStatuses(db: Queryable): Promise<StoredProjectionStatus[]> {
  const checkpoint = await readCheckpoint(db);
  if (!checkpoint) return [];
  const { rows } = await sql<{ name: string; version: number; generation: number }>`
    select name, version, generation from ledger_internal.projections order by name`.execute(db);
  const deadLetters = await countDeadLetters(db);
  return rows.map((row) => ({ ...row, ...checkpoint, deadLetters }));
}
