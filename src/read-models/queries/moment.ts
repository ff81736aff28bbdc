import { sql } from 'kysely';
import type { Clock } from '../../clock.js';
import type { Queryable } from '../../database/database.js';
import { type Position, hasReached } from '../../event-store/event-store.js';
import { type CalendarDate, type Instant, dateIn } from '../../ledger/calendar.js';
import { ProjectionsBehind } from '../projector/errors.js';
import type { Standing } from '../projector/same-log.js';
import type { Clocks } from './clocks.js';
import { QuestionMalformed } from './refusals.js';
import { type Reader, readTogether } from './snapshot.js';

/** When a question is about, as it was asked. */
export interface AskedMoment {
  /** Effective date; left out, today in the entity's time zone. */
  asOf?: CalendarDate | undefined;
  /** Instant of recording, not in the future; left out, all that the projections hold. */
  knownAt?: Instant | undefined;
  /** A position that the projections must have reached first. */
  waitFor?: string | undefined;
}

/** When an answer is about; part of every answer. */
export interface Stamp {
  asOf: CalendarDate;
  /** As asked; else of the last event that the answer includes. */
  knownAt: Instant;
  /** How far the projections had come; absent before the first event. */
  position?: string;
}

/** One moment of the read models, and the clocks of a question about it. */
export interface Moment {
  reader: Reader;
  clocks: Clocks;
  stamp: Stamp;
}

/** How far the projections are; waits throw when it takes too long. */
export interface Progress {
  waitFor(position: Position): Promise<void>;
  /** Gives the position that the answer must include. */
  waitUntilKnown(knownAt: Instant): Promise<Position | undefined>;
  /** Throws when what was projected last is not in the event log. */
  requireSameLog(standing: Standing): Promise<void>;
}

/** Finds the moment that a question is about. */
export class Moments {
  constructor(
    private readonly db: Queryable,
    private readonly progress: Progress,
    private readonly clock: Clock,
    private readonly timeZone: string,
  ) {}

  /**
   * Waits for what was asked to be known, then reads, all from one snapshot.
   *
   * @throws QuestionMalformed when `knownAt` is in the future
   * @throws ReadModelsOfAnotherLog, which is made sure of in the snapshot that is read
   */
  async at<T>(asked: AskedMoment, read: (moment: Moment) => Promise<T>): Promise<T> {
    const now = this.clock.now();
    const knownAt = asked.knownAt === undefined ? undefined : new Date(asked.knownAt).toISOString();
    if (knownAt !== undefined && knownAt > now.toISOString()) {
      throw new QuestionMalformed([{ field: 'knownAt', message: 'must not be in the future' }]);
    }
    if (asked.waitFor !== undefined) await this.progress.waitFor(asked.waitFor);
    const settled = knownAt === undefined ? undefined : await this.progress.waitUntilKnown(knownAt);
    const clocks: Clocks = { asOf: asked.asOf ?? dateIn(this.timeZone, now), knownAt };
    return readTogether(this.db, async (reader) => {
      const { position, recordedAt, lastEvent } = await lastProjected(reader);
      await this.progress.requireSameLog({
        position: position ?? undefined,
        lastEvent: lastEvent ?? undefined,
      });
      for (const wanted of [asked.waitFor, settled]) requireReached(position ?? undefined, wanted);
      return read({
        reader,
        clocks,
        stamp: {
          asOf: clocks.asOf,
          knownAt: knownAt ?? recordedAt ?? now.toISOString(),
          ...(position !== null && { position }),
        },
      });
    });
  }
}

/** What was waited for may be gone again: somebody began the read models anew since. */
function requireReached(reached: Position | undefined, wanted: Position | undefined): void {
  if (wanted !== undefined && !hasReached(reached, wanted)) throw new ProjectionsBehind(wanted, reached);
}

async function lastProjected(
  reader: Reader,
): Promise<{ position: string | null; recordedAt: Instant | null; lastEvent: string | null }> {
  const { rows } = await sql<{
    position: string | null;
    recorded_at: Instant | null;
    last_event: string | null;
  }>`
    select min(p.position) as position, greatest(
      max(p.recorded_at), (select max(l.recorded_at) from ledger_read.journal_lines l)
    ) as recorded_at,
    (select last_event from ledger_internal.checkpoint)
    from ledger_internal.projections p`.execute(reader);
  const { position, recorded_at: recordedAt, last_event: lastEvent } = rows[0]!;
  return { position, recordedAt, lastEvent };
}
