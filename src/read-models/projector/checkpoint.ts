import { sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import type { Position } from '../../event-store/event-store.js';
import { LaterLeader } from './errors.js';

/** Where all live tables stand in the log. */
export interface Checkpoint {
  /** Undefined before the first event. */
  position: Position | undefined;
  /** Events passed up to there. */
  events: number;
  /** When the last of them was recorded. */
  recordedAt: string | undefined;
  /** The last of them, of whatever stream, as `markOf` has it. */
  lastEvent: string | undefined;
}

/** Where the tables stand before anything is written. */
export const NOTHING_PROJECTED: Checkpoint = {
  position: undefined,
  events: 0,
  recordedAt: undefined,
  lastEvent: undefined,
};

interface CheckpointRow {
  position: string | null;
  events: string;
  recorded_at: string | null;
  /** Missing in a schema of before it was remembered. */
  last_event?: string | null;
  /** Missing in a schema of before there were leaders. */
  leader_term?: string;
}

/** The checkpoint as it is now; undefined where no projector ever ran. */
export async function readCheckpoint(db: Queryable): Promise<Checkpoint | undefined> {
  const there = await sql<{ found: boolean }>`
    select to_regclass('ledger_internal.checkpoint') is not null as found`.execute(db);
  if (!there.rows[0]?.found) return undefined;
  const { rows } = await sql<CheckpointRow>`
    select * from ledger_internal.checkpoint`.execute(db);
  return rows[0] && checkpointOf(rows[0]);
}

/**
 * The checkpoint, kept by this transaction until it ends: who holds it is the one writer. Whatever else is read
 * afterwards is seen as it is while the lock is held.
 *
 * @param term that of the leader for whom it is done; left out where a command does it
 * @throws LaterLeader
 */
export async function lockCheckpoint(tx: Queryable, term?: number): Promise<Checkpoint> {
  const { rows } = await sql<CheckpointRow>`
    select * from ledger_internal.checkpoint for update`.execute(tx);
  const current = Number(rows[0]!.leader_term ?? 0);
  if (term !== undefined && current !== term) throw new LaterLeader(term, current);
  return checkpointOf(rows[0]!);
}

/** Begins the term of a leader: from then on all leaders of before are refused, whatever they have begun. */
export async function beginTerm(db: Queryable): Promise<number> {
  const { rows } = await sql<{ leader_term: string }>`
    update ledger_internal.checkpoint set leader_term = leader_term + 1 returning leader_term`.execute(db);
  return Number(rows[0]!.leader_term);
}

function checkpointOf({ position, events, recorded_at, last_event }: CheckpointRow): Checkpoint {
  return {
    position: position ?? undefined,
    events: Number(events),
    recordedAt: recorded_at ?? undefined,
    lastEvent: last_event ?? undefined,
  };
}

/** Moves the checkpoint, together with the rows written in the same transaction. */
export async function moveCheckpoint(
  tx: Queryable,
  { position, events, recordedAt, lastEvent }: Omit<Checkpoint, 'position'> & { position: Position },
): Promise<void> {
  await sql`
    update ledger_internal.checkpoint
    set position = ${position}::bigint, events = events + ${events}::bigint,
        recorded_at = coalesce(${recordedAt ?? null}::timestamptz, recorded_at), last_event = coalesce(${lastEvent ?? null}::text, last_event),
        updated_at = now()`.execute(tx);
}
