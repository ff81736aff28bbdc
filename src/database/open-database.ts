import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type ConnectionPool, Database } from './database.js';
import { PGliteDoesNotOpen, openPGlite } from './pglite.js';
import { postgresPool } from './postgres.js';

export interface DatabaseOptions {
  /** URL of a PostgreSQL; left out, PGlite in the folder. */
  url?: string | undefined;
  /** The data folder; PGlite lies in `read-models` in it. `memory://` keeps it in memory (for tests). */
  folder: string;
  /** Told in one line when read models that did not open were put aside. */
  warn?: (text: string) => void;
}

const IN_MEMORY = 'memory://';

/**
 * Opens the database of the read models and asks it one thing, so that a wrong URL shows at once. Embedded read models
 * that do not open (damaged, not ours, of another version) are put aside in `read-models.unusable` and made anew: they
 * hold nothing that the event log does not.
 *
 * @throws DatabaseUnavailable when PostgreSQL does not answer
 */
export async function openDatabase({ url, folder, warn }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) {
    const database = new Database(postgresPool(url));
    try {
      await sql`select 1`.execute(database);
    } catch (error) {
      await database.close();
      throw error;
    }
    return database;
  }
  if (folder === IN_MEMORY) return new Database(await openPGlite(IN_MEMORY));
  await mkdir(folder, { recursive: true });
  return new Database(await openOrMakeAnew(join(folder, 'read-models'), warn));
}

async function openOrMakeAnew(path: string, warn: DatabaseOptions['warn']): Promise<ConnectionPool> {
  try {
    const found = await lstat(path).catch(() => undefined);
    if (found && !found.isDirectory()) throw new PGliteDoesNotOpen(path, 'not a folder');
    return await openPGlite(path);
  } catch (error) {
    if (!(error instanceof PGliteDoesNotOpen)) throw error;
    const aside = `${path}.unusable`;
    await rm(aside, { recursive: true, force: true });
    await rename(path, aside);
    warn?.(`${error.message}; put aside as ${aside}, made anew from the event log`);
    return openPGlite(path);
  }
}
