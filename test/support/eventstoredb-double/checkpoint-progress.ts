import type { EventFilter } from './event-filter.js';
import type { RecordedEvent } from './event-log.js';

/** Commit and prepare position, as a checkpoint names them. */
export type CheckpointPosition = [commit: number, prepare: number];

/** A page ends with so many events that the filter allows. */
const PAGE_EVENTS = 32;

/**
 * When a filtered subscription tells how far it has come, and where it says to be. While the server catches up it
 * looks through its log in pages. It names the last event of the page that the filter allowed, or else where the page
 * began, which is behind what it has looked at; it names nothing when it reaches the end of the log. Once it is live it
 * names the event that it looked at last.
 */
export class CheckpointProgress {
  readonly #filter: EventFilter;
  #sinceCheckpoint = 0;
  #lookedAt = 0;
  #allowed = 0;
  #position: CheckpointPosition;

  /** @param after where the subscription begins */
  constructor(filter: EventFilter, after: number) {
    this.#filter = filter;
    this.#position = after === 0 ? [0, 0] : behind(after);
  }

  /** An event of the past was looked at; gives the checkpoint to tell, if one is due. */
  lookInPage({ position }: RecordedEvent, allowed: boolean): CheckpointPosition | undefined {
    this.#lookedAt += 1;
    if (allowed) {
      this.#allowed += 1;
      this.#position = [position, position];
    }
    if (this.#lookedAt < this.#filter.window && this.#allowed < PAGE_EVENTS) return undefined;
    const reached = this.#position;
    this.endPage();
    this.#position = behind(position);
    if (this.#sinceCheckpoint < this.#filter.checkpointInterval) return undefined;
    this.#sinceCheckpoint %= this.#filter.checkpointInterval;
    return reached;
  }

  /** The page is at its end, full or because the log is. */
  endPage(): void {
    this.#sinceCheckpoint += this.#lookedAt;
    this.#lookedAt = 0;
    this.#allowed = 0;
  }

  /** An event was looked at as it was appended; gives the checkpoint to tell, if one is due. */
  lookLive({ position }: RecordedEvent): CheckpointPosition | undefined {
    this.#sinceCheckpoint += 1;
    if (this.#sinceCheckpoint < this.#filter.checkpointInterval) return undefined;
    this.#sinceCheckpoint = 0;
    return [position, position];
  }
}

/** Where a page begins that follows an event: the next place in the log, with nothing prepared. */
function behind(position: number): CheckpointPosition {
  return [position + 1, 0];
}
