import { sql } from 'kysely';
import { arrayLiteral } from '../../database/array-literal.js';
import type { Queryable } from '../../database/database.js';
import { sqlStateOf } from '../../database/database-unavailable.js';
import { accountIdOf } from '../../event-store/codec.js';
import type { StoredEvent } from '../../event-store/event-store.js';

/** An event that cannot be projected, with the reason; neither holds data of the event. */
export interface DeadLetter {
  stored: StoredEvent;
  reason: string;
  /** The projection that could not take it; left out where no projection could. */
  projection?: string;
}

/** SQLSTATE classes with which PostgreSQL refuses a row for what is in it. All other errors are not an event's fault. */
const REFUSED: Readonly<Record<string, string>> = {
  '22': 'a value that PostgreSQL cannot store',
  '23': 'a row that breaks a constraint',
  '54': 'a value beyond a limit of PostgreSQL',
};

/** Why PostgreSQL refuses the rows of an event, or undefined for an error that says nothing against them. */
export function refusalOf(error: unknown): string | undefined {
  const state = sqlStateOf(error);
  const what = state === undefined ? undefined : REFUSED[state.slice(0, 2)];
  return what === undefined ? undefined : `${what} (${state})`;
}

/** `dead_letters` for the live tables, `dead_letters_beside` for a whole set that is built beside them. */
export type DeadLetterTable = 'dead_letters' | 'dead_letters_beside';

/** Sets events aside; an event that is there already stays as it is. */
export async function setAside(
  tx: Queryable,
  table: DeadLetterTable,
  letters: readonly DeadLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  const texts = (cell: (letter: DeadLetter) => string | undefined): string =>
    // What cannot be stored may sit in the name of the stream or of the type itself.
    arrayLiteral(letters.map((letter) => cell(letter)?.replaceAll('\0', '\uFFFD')));
  await sql`
    insert into ${sql.id('ledger_internal', table)}
      (position, account_id, stream, revision, event_type, projection, reason, recorded_at)
    select * from unnest(
      ${texts(({ stored }) => stored.position)}::bigint[],
      ${texts(({ stored }) => accountIdOf(stored.stream) ?? stored.stream)}::text[],
      ${texts(({ stored }) => stored.stream)}::text[],
      ${texts(({ stored }) => String(stored.revision))}::bigint[],
      ${texts(({ stored }) => stored.type)}::text[],
      ${texts(({ projection }) => projection)}::text[],
      ${texts(({ reason }) => reason)}::text[],
      ${texts(({ stored }) => recordedAtOf(stored))}::timestamptz[])
    on conflict do nothing`.execute(tx);
}

function recordedAtOf({ metadata }: StoredEvent): string | undefined {
  const { recordedAt } = metadata as { recordedAt?: unknown };
  if (typeof recordedAt !== 'string') return undefined;
  const instant = new Date(recordedAt);
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999 ? instant.toISOString() : undefined;
}

/** How many events are set aside. */
export async function countDeadLetters(db: Queryable): Promise<number> {
  const { rows } = await sql<{
    count: string;
  }>`select count(*) as count from ledger_internal.dead_letters`.execute(db);
  return Number(rows[0]!.count);
}

/** Positions of events that are set aside. */
export async function deadPositions(db: Queryable): Promise<Set<string>> {
  const { rows } = await sql<{ position: string }>`select position from ledger_internal.dead_letters`.execute(
    db,
  );
  return new Set(rows.map((row) => row.position));
}
