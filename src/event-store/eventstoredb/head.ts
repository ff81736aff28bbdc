import { type Position, hasReached } from '../event-store.js';
import type { Connection } from './connection.js';
import { isOurs } from './our-streams.js';
import { readLogOnce } from './read.js';

/** So many events are looked through at first; then more at once, as long as none of them was ours. */
const LOOK_BACK = 1;
const LOOK_BACK_FURTHER = 32;
const LOOK_BACK_MAX = 4_096;

/**
 * Where the last event of ours is in a log that others write too: looked for from the end backwards, as far as it was
 * not looked through before.
 */
export class Head {
  readonly #connection: Connection;
  /** Everything up to here was looked through, for events of ours up to `#last`. */
  #looked: Position | undefined;
  #last: Position | undefined;
  #now: Promise<Position | undefined> | undefined;
  #next: Promise<Position | undefined> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Told of an event of ours that is in the log. */
  sees(position: Position | undefined): void {
    if (position !== undefined && !hasReached(this.#last, position)) this.#last = position;
  }

  /**
   * The position of the last event of ours, as of a moment after it was asked for: all who ask while somebody is
   * looking share the next look.
   *
   * @throws what a read throws
   */
  find(): Promise<Position | undefined> {
    this.#next ??= this.#afterThisLook();
    return this.#next;
  }

  async #afterThisLook(): Promise<Position | undefined> {
    await this.#now?.catch(() => undefined); // Its own callers hear of that.
    this.#now = this.#next;
    this.#next = undefined;
    return this.#look();
  }

  async #look(): Promise<Position | undefined> {
    const known = latest(this.#looked, this.#last);
    let end: Position | undefined;
    for await (const { position, isOwn } of this.#backwards()) {
      end ??= position;
      // A log that ends before what was seen is another one, restored from a backup: nothing of the old counts.
      if (end === position && known !== undefined && !hasReached(position, known)) {
        this.#looked = this.#last = undefined;
      }
      if (isOwn) this.sees(position);
      if (isOwn || hasReached(this.#looked, position)) break;
    }
    if (end === undefined) this.#last = undefined;
    this.#looked = end;
    return this.#last;
  }

  async *#backwards(): AsyncGenerator<{ position: Position; isOwn: boolean }> {
    let from: Position | undefined;
    for (let limit = LOOK_BACK; ; limit = Math.min(limit * LOOK_BACK_FURTHER, LOOK_BACK_MAX)) {
      let read = 0;
      for await (const event of readLogOnce(this.#connection, { from, direction: 'backwards', limit })) {
        yield { position: event.position, isOwn: isOurs(event) };
        from = event.position;
        read += 1;
      }
      if (read < limit) return;
    }
  }
}

function latest(a: Position | undefined, b: Position | undefined): Position | undefined {
  return b === undefined || hasReached(a, b) ? a : b;
}
