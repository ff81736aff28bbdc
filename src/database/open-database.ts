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
  /** Whether a query still gets an answer is looked into when it has waited so long. */
  silentAfterMs?: number;
  /** Told in one line when read models that did not open were put aside. */
  warn?: (text: string) => void;
}

const IN_MEMORY = 'memory://';
/** PGlite wants some 40 MB for a new folder; with less than this, its failure to open says nothing about the folder. */
const ROOM_MIN = 64 * 1024 * 1024;

/**
 * Opens the database of the read models and asks it whether it can be written, so that a wrong URL, or a user without
 * the rights, shows at once and not as projections that never come. Embedded read models
 * that do not open (damaged, not ours, of another version) are put aside in `read-models.unusable` and made anew: they
 * hold nothing that the event log does not. Not so when the disk is full: then they are as good as ever.
 *
 * @throws DatabaseUnavailable when PostgreSQL does not answer or cannot be written, or the disk is full
 */
export async function openDatabase({ url, folder, silentAfterMs, warn }: DatabaseOptions): Promise<Database> {
  if (url !== undefined) {
    requireKnownSslMode(url);
    const database = new Database(postgresPool(url, silentAfterMs));
    try {
      await requireWritable(database);
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

/** `allow` is taken as any other that is not known would be: it wants TLS. */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/** The library would take a misspelt mode for one that wants TLS. */
function requireKnownSslMode(url: string): void {
  const mode = URL.canParse(url) ? new URL(url).searchParams.get('sslmode') : null;
  if (mode === null || SSL_MODES.includes(mode)) return;
  throw new DatabaseUnavailable(`sslmode in DATABASE_URL must be one of ${SSL_MODES.join(', ')}`);
}

/**
 * Schemas are made when read models are built anew; besides, PostgreSQL wants the right to make one even of who makes
 * sure that it is there.
 */
async function requireWritable(database: Database): Promise<void> {
  const { rows } = await sql<{ readOnly: boolean; mayCreate: boolean; foreign: string | null }>`
    select current_setting('transaction_read_only') = 'on' as "readOnly",
      has_database_privilege(current_database(), 'CREATE') as "mayCreate",
      (select string_agg(nspname, ', ' order by nspname) from pg_namespace
        where nspname in ('ledger', 'ledger_documents', 'ledger_internal', 'ledger_read')
          and not (has_schema_privilege(oid, 'USAGE') and has_schema_privilege(oid, 'CREATE'))) as foreign`.execute(
    database,
  );
  const { readOnly, mayCreate, foreign } = rows[0]!;
  if (readOnly) {
    throw new DatabaseUnavailable(
      'the database of DATABASE_URL is read-only, or a standby: it accepts no writes',
    );
  }
  if (!mayCreate) {
    throw new DatabaseUnavailable(
      'permission denied: the user of DATABASE_URL needs the right CREATE on its database, to make schemas in it',
    );
  }
  if (foreign !== null) {
    throw new DatabaseUnavailable(
      `permission denied: the user of DATABASE_URL needs the rights USAGE and CREATE on the schemas ${foreign}`,
    );
  }
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
