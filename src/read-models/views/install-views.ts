import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import { lockSchemas } from '../../database/lock-schemas.js';
import { functionStatements } from './functions.js';
import { literal, statementsOf } from './view.js';
import { viewsFor } from './views.js';

const SCHEMA_COMMENT =
  'arledger: stable views and functions for reporting tools. Grant usage on this schema and select on its views.';

/**
 * Makes schema `ledger` with its views and functions, on top of `ledger_read` and `ledger_internal`, or brings it to
 * what this code defines. Can be repeated; all in one transaction (the caller's, if there is one), so that readers
 * always find every view. Where everything is there already nothing is touched: replacing a view would wait for its
 * readers, and they for us.
 */
export async function installViews(db: Queryable): Promise<void> {
  if (!db.isTransaction) {
    await db.transaction().execute(async (transaction) => {
      await lockSchemas(transaction);
      await installViews(transaction);
    });
    return;
  }
  const views = viewsFor(db);
  const statements = [...views.flatMap(statementsOf), ...functionStatements(db)];
  const digest = createHash('sha256').update(statements.join('\n')).digest('hex').slice(0, 16);
  const comment = `${SCHEMA_COMMENT} (definitions ${digest})`;
  if (await isInstalled(db, comment, views.length)) return;
  await sql`create schema if not exists ledger`.execute(db);
  for (const statement of statements) await sql.raw(statement).execute(db);
  await sql.raw(`comment on schema ledger is ${literal(comment)}`).execute(db);
}

/** Whether these definitions were installed, and none has gone with a table that it read from. */
async function isInstalled(db: Queryable, comment: string, views: number): Promise<boolean> {
  const { rows } = await sql<{ installed: boolean }>`
    select coalesce(obj_description(to_regnamespace('ledger'), 'pg_namespace') = ${comment}, false) and ${views} <= (
      select count(*) from pg_class where relnamespace = to_regnamespace('ledger') and relkind = 'v'
    ) as installed`.execute(db);
  return rows[0]!.installed;
}
