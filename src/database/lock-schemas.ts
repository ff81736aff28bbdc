import { sql } from 'kysely';
import type { Queryable } from './database.js';

/**
 * Keeps others from changing schemas until the transaction ends: `create … if not exists` of two processes at once
 * would fail in one of them.
 */
export async function lockSchemas(db: Queryable): Promise<void> {
  await sql`select pg_advisory_xact_lock(7258041963)`.execute(db);
}
