import { afterAll, describe, it } from '@jest/globals';
import { sql } from 'kysely';
import { type ConnectionPool, Database } from '../../src/database/database.js';
import { openPGlite } from '../../src/database/pglite.js';
import { postgresPool } from '../../src/database/postgres.js';
import { newDatabase, noPostgres } from './database-server.js';

/** A database of a test's own, empty. */
export interface FreshDatabase {
  database: Database;
  /** Another door to the same database, as another process would have; PGlite has but one. */
  another: () => Database;
  /** The same database through connections that were made to behave in some way. */
  through: (wrap: (pool: ConnectionPool) => ConnectionPool) => Database;
  /** URL for other processes; empty for PGlite. */
  url: string;
}

export type Fresh = () => Promise<FreshDatabase>;
export type Driver = 'PGlite' | 'PostgreSQL';

/** Runs the same suite on PGlite and, where there is one, on PostgreSQL. */
export function onEachDatabase(name: string, suite: (fresh: Fresh, driver: Driver) => void): void {
  describe(`${name}, on PGlite`, () => suite(freshOnPGlite(), 'PGlite'));
  onPostgres(name, (fresh) => suite(fresh, 'PostgreSQL'));
}

/** Runs a suite on PostgreSQL; where there is none, one skipped test says so. */
export function onPostgres(name: string, suite: (fresh: Fresh) => void): void {
  const missing = noPostgres();
  describe(`${name}, on PostgreSQL`, () => {
    if (missing === undefined) suite(freshOnPostgres());
    else it.skip(missing, () => undefined);
  });
}

/** One PGlite for the whole file, since it takes seconds and 500 MB; emptied for every test. */
function freshOnPGlite(): Fresh {
  let shared: ConnectionPool | undefined;
  afterAll(async () => {
    await shared?.end();
  });
  return async () => {
    const pool = (shared ??= await openPGlite('memory://'));
    const database = new Database(pool);
    await emptied(database);
    return { database, another: () => database, through: (wrap) => new Database(wrap(pool)), url: '' };
  };
}

async function emptied(database: Database): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select nspname as name from pg_namespace
    where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`.execute(database);
  for (const { name } of rows) await sql`drop schema if exists ${sql.id(name)} cascade`.execute(database);
}

function freshOnPostgres(): Fresh {
  const cleanUp: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const step of cleanUp.reverse()) await step();
  });
  return async () => {
    const { url, remove } = await newDatabase();
    cleanUp.push(remove);
    const through: FreshDatabase['through'] = (wrap) => {
      const database = new Database(wrap(postgresPool(url)));
      cleanUp.push(() => database.close());
      return database;
    };
    const another = (): Database => through((pool) => pool);
    return { database: another(), another, through, url };
  };
}
