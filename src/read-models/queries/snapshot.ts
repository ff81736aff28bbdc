import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { sqlStateOf } from '../../database/database-unavailable.js';
import type { Queryable } from '../../database/database.js';
import { ReadModelsNotReady } from './refusals.js';

/** What a query reads from: everything it asks of one reader belongs to one moment. */
export type Reader = Queryable;

const VIEWS = projections.flatMap(({ tables }) => tables.map(({ name }) => sql.id('ledger_read', name)));

/**
 * Reads from one snapshot of the read models, so that figures, revisions and positions in an answer belong together.
 *
 * All tables are locked before the snapshot is taken: without that, tables could be switched in between two statements
 * whose rows the snapshot does not see. A rebuild waits for the moment it takes.
 *
 * @throws ReadModelsNotReady
 */
export async function readTogether<T>(db: Queryable, read: (reader: Reader) => Promise<T>): Promise<T> {
  const transaction = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  try {
    return await transaction.execute(async (reader) => {
      await sql`lock table ${sql.join(VIEWS)} in access share mode`.execute(reader);
      return read(reader);
    });
  } catch (error) {
    if (MISSING.includes(sqlStateOf(error) ?? '')) throw new ReadModelsNotReady({ cause: error });
    throw error;
  }
}

/** SQLSTATE of a schema, table or column that is not there: a new service has not made them, or not anew. */
const MISSING = ['3F000', '42P01', '42703'];
