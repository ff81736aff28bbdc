import { setTimeout as delay } from 'node:timers/promises';
import { StoreUnavailable } from '../event-store/event-store.js';

/** A store that restarts or elects a leader is back within these; they begin anew with every success. */
const PAUSES_MS = [100, 300, 1_000, 2_000, 4_000, 8_000];

/** Lets a store that is away come back. */
export class Patience {
  #failures = 0;

  constructor(private readonly signal: AbortSignal) {}

  succeeded(): void {
    this.#failures = 0;
  }

  /** Waits, longer each time; throws the error when it is of another kind, or has come too often in a row. */
  async wait(error: unknown): Promise<void> {
    const pause = PAUSES_MS[this.#failures];
    if (!(error instanceof StoreUnavailable) || pause === undefined) throw error;
    this.#failures += 1;
    await delay(pause, undefined, { signal: this.signal });
  }
}
