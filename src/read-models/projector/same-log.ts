import { type EventStore, type StoredEvent, StreamDeleted } from '../../event-store/event-store.js';
import { ReadModelsOfAnotherLog } from '../queries/refusals.js';
import type { Checkpoint } from './checkpoint.js';

/** Where read models stand, as far as it says whose they are. */
export type Standing = Pick<Checkpoint, 'position' | 'lastEvent'>;

/**
 * What the checkpoint remembers of the last event projected. Ids of events follow from their content, so that the
 * same command sent again after a restore has its id again: the instant of recording tells the two apart. As JSON, so
 * that PostgreSQL takes whatever name a stream has.
 */
export function markOf({ stream, revision, id, position, metadata }: StoredEvent): string {
  const { recordedAt } = metadata as { recordedAt?: unknown };
  return JSON.stringify({ stream, revision, id, position, recordedAt });
}

/**
 * Tells whether read models were made of this log: it must still hold the last event that is in them. They can be of
 * another one when `events.db` was restored or replaced, or when two ledgers share a database.
 */
export class SameLog {
  readonly #store: EventStore;
  /** Found in this log before, or written from it by this process: not looked up again. */
  #known: string | undefined;

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Remembers an event that this process took from the log. */
  knows(mark: string | undefined): void {
    this.#known = mark;
  }

  /** `unknown` where an earlier schema did not remember: the projector begins anew then. */
  async standing({ position, lastEvent }: Standing): Promise<'same' | 'another' | 'unknown'> {
    if (position === undefined) return 'same';
    if (lastEvent === undefined) return 'unknown';
    if (lastEvent === this.#known) return 'same';
    if (!(await this.#has(lastEvent))) return 'another';
    this.#known = lastEvent;
    return 'same';
  }

  async #has(mark: string): Promise<boolean> {
    const { stream, revision } = JSON.parse(mark) as StoredEvent;
    try {
      for await (const stored of this.#store.readStream(stream, { from: revision, limit: 1 })) {
        return markOf(stored) === mark;
      }
      return false;
    } catch (error) {
      // Of a stream that was deleted, another log would know nothing at all.
      if (error instanceof StreamDeleted) return true;
      throw error;
    }
  }

  /**
   * Lets read models pass that are of this log, hold nothing, or are about to be made anew.
   *
   * @throws ReadModelsOfAnotherLog
   */
  async require(standing: Standing | undefined): Promise<void> {
    if (standing && (await this.standing(standing)) === 'another') {
      throw new ReadModelsOfAnotherLog(standing.position);
    }
  }
}
