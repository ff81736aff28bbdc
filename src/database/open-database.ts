import { lstat, mkdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { type ConnectionPool, Database } from './database.js';
import { DISK_IS_FULL, DatabaseUnavailable } from './database-unavailable.js';
import { PGliteDoesNotOpen, openPGlite, saysNoSpace } from './pglite.js';
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
/** PGlite wants some 40 MB for a new folder; with less than this, its failure to open says nothing about the folder. */
const ROOM_MIN = 64 * 1024 * 1024;

/**
 * Opens the database of the read models and asks it one thing, so that a wrong URL shows at once. Embedded read models
 * that do not open (damaged, not ours, of another version) are put aside in `read-models.unusable` and made anew: they
 * hold nothing that the event log does not. Not so when the disk is full: then they are as good as ever.
 *
 * @throws DatabaseUnavailable when PostgreSQL does not answer, or the disk is full
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
  const found = await lstat(path).catch(() => undefined);
  try {
    if (found && !found.isDirectory()) throw new PGliteDoesNotOpen(path, 'not a folder');
    return await openPGlite(path);
  } catch (error) {
    if (!(error instanceof PGliteDoesNotOpen)) throw error;
    if (saysNoSpace(error.message) || (await roomAt(dirname(path))) < ROOM_MIN) {
      // What was begun now is half of a folder, and would be taken for damaged.
      if (!found) await rm(path, { recursive: true, force: true });
      throw new DatabaseUnavailable(
        `${DISK_IS_FULL}: the read models in ${path} do not open; make room, then start again`,
        { cause: error },
      );
    }
    const aside = `${path}.unusable`;
    await rm(aside, { recursive: true, force: true });
    await rename(path, aside);
    warn?.(`${error.message}; put aside as ${aside}, made anew from the event log`);
    return openPGlite(path);
  }
}

async function roomAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
