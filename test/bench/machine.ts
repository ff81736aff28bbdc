import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/open-database.js';
import { newDatabase, noPostgres } from '../support/database-server.js';

const SYNCED_MS = 500;

/** What figures were taken on, for the head of the table. */
export interface Machine {
  date: string;
  cpu: string;
  cores: number;
  memoryGb: number;
  node: string;
  sqlite: string;
  pglite: string;
  /** Version, or why there is none. */
  postgresql: string;
  /** Of the last minute, before the first measure. */
  load: number;
  /** How often a second the disk confirms 4 KiB in the folder of the logs: what one writer alone can be durable. */
  syncsPerSecond: number;
}

/**
 * Asks the machine.
 *
 * @param folder where logs and databases will be written
 */
export async function describeMachine(folder: string): Promise<Machine> {
  return {
    load: loadavg()[0]!,
    syncsPerSecond: syncsIn(folder),
    date: new Date().toISOString().slice(0, 16).replace('T', ' '),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    pglite: `${versionOf('@electric-sql/pglite')} (PostgreSQL ${await serverVersion(undefined)})`,
    postgresql: await postgresql(),
  };
}

function syncsIn(folder: string): number {
  const path = join(folder, 'synced');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(4096, 1);
  const start = performance.now();
  let syncs = 0;
  for (; performance.now() - start < SYNCED_MS; syncs += 1) {
    writeSync(file, page);
    fdatasyncSync(file);
  }
  closeSync(file);
  rmSync(path);
  return Math.round((syncs * 1000) / (performance.now() - start));
}

async function postgresql(): Promise<string> {
  const missing = noPostgres();
  if (missing !== undefined) return missing;
  const { url, remove } = await newDatabase();
  try {
    return await serverVersion(url);
  } finally {
    await remove();
  }
}

async function serverVersion(url: string | undefined): Promise<string> {
  const database = await openDatabase({ url, folder: 'memory://' });
  try {
    const { rows } = await sql<{ server_version: string }>`show server_version`.execute(database);
    return rows[0]!.server_version.split(' ')[0]!;
  } finally {
    await database.close();
  }
}

/** Version of an installed package. */
function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  for (let folder = dirname(require.resolve(name)); ; folder = dirname(folder)) {
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
      if (found['name'] === name) return found['version']!;
    } catch (error) {
      // The packages' files lie at different depths below their package.json.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || folder === dirname(folder)) throw error;
    }
  }
}
