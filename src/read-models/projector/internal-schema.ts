import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import { SchemaNewer } from './errors.js';

/** Raised when an arledger of before could not work with what this one makes of `ledger_internal`. */
export const SCHEMA_VERSION = 2;

/**
 * Makes sure that `ledger_internal` is not of an arledger to come.
 *
 * @throws SchemaNewer
 */
export async function requireKnownSchema(db: Queryable): Promise<void> {
  const there = await sql<{ found: boolean }>`
    select to_regclass('ledger_internal.schema_version') is not null as found`.execute(db);
  if (!there.rows[0]?.found) return;
  const { rows } = await sql<{ version: number }>`
    select version from ledger_internal.schema_version`.execute(db);
  const version = rows[0]?.version ?? 0;
  if (version > SCHEMA_VERSION) throw new SchemaNewer(version, SCHEMA_VERSION);
}

/**
 * Creates what the projector keeps about itself, in `ledger_internal`; whatever is there already stays, and what an
 * earlier version did not have is added.
 *
 * - `schema_version`: one row, the version of all this; missing in a schema of before there was a second one.
 * - `checkpoint`: one row, the position in the log that all live tables stand at, and the last event in them, by which
 *   their log is known again. Whoever writes them holds its lock. `leader_term` counts the processes that have led: each
 *   raises it when it begins, and none writes after a later one has begun.
 * - `generations`: every set of tables there is. `live` ones are read; `beside` ones are written together with them, and
 *   checked before they take their place; `building` ones are on their way from the start of the log, at a position of
 *   their own, and belong to whom `built_by` names (in which term, where a leader builds them).
 * - `dead_letters`: events that could not be projected; `dead_letters_beside` for a set of tables built beside.
 * - `projections`: a view of the live ones for status and reports.
 *
 * @throws SchemaNewer
 */
export async function createInternalSchema(db: Queryable): Promise<void> {
  await requireKnownSchema(db);
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  'create schema if not exists ledger_internal',
  'create schema if not exists ledger_read',
  `create table if not exists ledger_internal.schema_version (
     only_row boolean primary key default true check (only_row),
     version integer not null
   )`,
  `insert into ledger_internal.schema_version (version) values (${SCHEMA_VERSION})
   on conflict (only_row) do update set version = excluded.version`,
  `create table if not exists ledger_internal.checkpoint (
     only_row boolean primary key default true check (only_row),
     position bigint,
     events bigint not null default 0,
     recorded_at timestamptz,
     last_event text,
     leader_term bigint not null default 0,
     updated_at timestamptz not null default now()
   )`,
  'alter table ledger_internal.checkpoint add column if not exists last_event text',
  'alter table ledger_internal.checkpoint add column if not exists leader_term bigint not null default 0',
  'insert into ledger_internal.checkpoint default values on conflict do nothing',
  `create table if not exists ledger_internal.generations (
     name text not null,
     generation integer not null,
     version integer not null,
     state text not null check (state in ('live', 'beside', 'building')),
     position bigint,
     events bigint not null default 0,
     lease_until timestamptz,
     built_by uuid,
     leader_term bigint,
     created_at timestamptz not null default now(),
     primary key (name, generation)
   )`,
  `alter table ledger_internal.generations
     add column if not exists built_by uuid, add column if not exists leader_term bigint`,
  `create unique index if not exists one_live_generation on ledger_internal.generations (name) where state = 'live'`,
  `create table if not exists ledger_internal.dead_letters (
     position bigint primary key,
     account_id text not null,
     stream text not null,
     revision bigint not null,
     event_type text not null,
     projection text,
     reason text not null,
     recorded_at timestamptz,
     found_at timestamptz not null default now()
   )`,
  'create index if not exists dead_letters_account on ledger_internal.dead_letters (account_id)',
  'create table if not exists ledger_internal.dead_letters_beside (like ledger_internal.dead_letters including all)',
  `create or replace view ledger_internal.projections as
   select g.name, g.version, g.generation, c.position, c.events, c.recorded_at, c.updated_at
   from ledger_internal.generations g cross join ledger_internal.checkpoint c
   where g.state = 'live'`,
];
