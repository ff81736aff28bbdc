import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';

/**
 * Creates what the projector keeps about itself, in `ledger_internal`; whatever is there already stays.
 *
 * - `checkpoint`: one row, the position in the log that all live tables stand at, and the last event in them, by which
 *   their log is known again. Whoever writes them holds its lock.
 * - `generations`: every set of tables there is. `live` ones are read; `beside` ones are written together with them, and
 *   checked before they take their place; `building` ones are on their way from the start of the log, at a position of
 *   their own.
 * - `dead_letters`: events that could not be projected; `dead_letters_beside` for a set of tables built beside.
 * - `projections`: a view of the live ones for status and reports.
 */
export async function createInternalSchema(db: Queryable): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}

const STATEMENTS = [
  'create schema if not exists ledger_internal',
  'create schema if not exists ledger_read',
  `create table if not exists ledger_internal.checkpoint (
     only_row boolean primary key default true check (only_row),
     position bigint,
     events bigint not null default 0,
     recorded_at timestamptz,
     last_event text,
     updated_at timestamptz not null default now()
   )`,
  'alter table ledger_internal.checkpoint add column if not exists last_event text',
  'insert into ledger_internal.checkpoint default values on conflict do nothing',
  `create table if not exists ledger_internal.generations (
     name text not null,
     generation integer not null,
     version integer not null,
     state text not null check (state in ('live', 'beside', 'building')),
     position bigint,
     events bigint not null default 0,
     lease_until timestamptz,
     created_at timestamptz not null default now(),
     primary key (name, generation)
   )`,
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
