import type { Position } from '../../event-store/event-store.js';

/** A server that is busy with other people's streams shall not cost a write each time. */
const EVERY_MS = 1_000;

/**
 * Moves the checkpoint on past events of others: at once after a quiet time, so that nobody waits for it in vain, and
 * then once a second at the most.
 */
export class PassingBy {
  readonly #move: (to: Position) => Promise<void>;
  #to: Position | undefined;
  #movedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** @param move is to tell whoever it concerns when it fails */
  constructor(move: (to: Position) => Promise<void>) {
    this.#move = move;
  }

  /** Remembers how far there is nothing to write. */
  to(position: Position): void {
    this.#to = position;
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        // Its failure has been told.
        this.finish().catch(() => undefined);
      },
      Math.max(0, this.#movedAt + EVERY_MS - performance.now()),
    );
  }

  /** Moves the checkpoint as far as is known, now. */
  async finish(): Promise<void> {
    this.stop();
    if (this.#to === undefined) return;
    const to = this.#to;
    this.#to = undefined;
    this.#movedAt = performance.now();
    await this.#move(to);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
