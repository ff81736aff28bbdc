import { sql } from 'kysely';
import type { Database, DatabaseTransaction } from './database.js';

/** No step of such a transaction keeps the database waiting for long. */
const STANDING_STILL_MAX = '5s';

/**
 * Does work in one transaction. Should this process stand still in the middle of it, a PostgreSQL that others use too
 * takes everything back after a few seconds, so that nobody waits for its locks for ever.
 *
 * @throws DatabaseUnavailable, also when that has happened; what the work throws
 */
export function shortTransaction<T>(
  database: Database,
  work: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return database.transaction().execute(async (tx) => {
    if (database.isShared) {
      await sql.raw(`set local idle_in_transaction_session_timeout = '${STANDING_STILL_MAX}'`).execute(tx);
    }
    return work(tx);
  });
}
