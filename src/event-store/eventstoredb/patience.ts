import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '../event-store.js';
import { StoreAccessDenied } from './failures.js';

/** A leader that is elected anew is there again within a few seconds; who waits longer wants to know. */
const PATIENCE_MS = 5_000;
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 250;

/** Pauses between attempts, as long as it makes sense to try again. */
export class Patience {
  #failingSince: number | undefined;
  #pause = PAUSE_MS_MIN;

  constructor(private readonly ms = PATIENCE_MS) {}

  /** It went well: whatever fails from now on has the whole time again. */
  renew(): void {
    this.#failingSince = undefined;
    this.#pause = PAUSE_MS_MIN;
  }

  /**
   * Pauses after a failure, each time longer.
   *
   * @param waitingSince by `performance.now()`: since when somebody waits, where that is longer than since the failure
   * @throws the failure, when it has gone on for too long or will not pass by itself
   */
  async after(
    failure: unknown,
    { signal, waitingSince }: { signal?: AbortSignal; waitingSince?: number } = {},
  ): Promise<void> {
    if (!(failure instanceof StoreUnavailable) || failure instanceof StoreAccessDenied) throw failure;
    const now = performance.now();
    this.#failingSince ??= waitingSince ?? now;
    if (now - this.#failingSince + this.#pause > this.ms) throw failure;
    await delay(this.#pause, undefined, { signal }).catch(() => undefined); // Only the signal ends it early.
    this.#pause = Math.min(2 * this.#pause, PAUSE_MS_MAX);
  }
}
