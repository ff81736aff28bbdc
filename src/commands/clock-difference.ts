import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { describeError } from '../logging.js';

const MEASURE_EVERY_MS = 10_000;
/** While the last measurement said nothing, or that the clock is wrong. */
const MEASURE_AGAIN_MS = 1_000;

export interface ClockDifferenceOptions {
  clock: Clock;
  /** The clock to compare with; fails while it cannot be asked. */
  reference: () => Promise<Date>;
  allowedMs: number;
  /** In ms from any beginning; it never jumps. */
  monotonic: () => number;
  log: Logger;
}

/** How far the clock is from the reference, in ms; above 0 it is ahead. */
export interface Difference {
  differenceMs: number;
  /** The true difference is at most so far from this one. */
  uncertaintyMs: number;
  /** Whether it is surely no more than what is allowed. */
  isWithin: boolean;
  /** Whether the clock has been set since it was measured: then this follows from the monotonic clock. */
  isEstimated: boolean;
  measuredMsAgo: number;
}

/**
 * Follows how far a clock is from a reference. The reference is asked now and then; in between the monotonic clock tells
 * of every jump.
 */
export class ClockDifference {
  readonly #options: ClockDifferenceOptions;
  #measured: { differenceMs: number; uncertaintyMs: number; at: number; offset: number } | undefined;
  #attempt: { at: number; offset: number } | undefined;
  #measuring: Promise<void> | undefined;

  constructor(options: ClockDifferenceOptions) {
    this.#options = options;
  }

  /** What is known now; undefined before the first measurement that said something. */
  now(): Difference | undefined {
    const measured = this.#measured;
    if (!measured) return undefined;
    const { at, offset } = this.#reading();
    const { uncertaintyMs } = measured;
    const differenceMs = measured.differenceMs + offset - measured.offset;
    return {
      differenceMs,
      uncertaintyMs,
      isWithin: Math.abs(differenceMs) + uncertaintyMs <= this.#options.allowedMs,
      isEstimated: this.#isJump(offset - measured.offset),
      measuredMsAgo: at - measured.at,
    };
  }

  /**
   * Measures when it is time to, or when the clock was set.
   *
   * @returns the measurement under way, which never fails; undefined when there is none
   */
  measureWhenDue(): Promise<void> | undefined {
    if (!this.#measuring && this.#isDue()) {
      this.#measuring = this.#measure().finally(() => {
        this.#measuring = undefined;
      });
    }
    return this.#measuring;
  }

  #isDue(): boolean {
    if (!this.#attempt) return true;
    const { at, offset } = this.#reading();
    if (this.#isJump(offset - this.#attempt.offset)) return true;
    const isSettled = this.#measured?.at === this.#attempt.at && this.now()?.isWithin === true;
    return at - this.#attempt.at >= (isSettled ? MEASURE_EVERY_MS : MEASURE_AGAIN_MS);
  }

  async #measure(): Promise<void> {
    const { reference, allowedMs, monotonic, log } = this.#options;
    const { wall, at, offset } = this.#reading();
    this.#attempt = { at, offset };
    let instant: number;
    try {
      instant = (await reference()).getTime();
    } catch (error) {
      // Readiness names the database that is away; what was measured before still holds.
      log.debug({ err: describeError(error) }, 'the clock could not be compared');
      return;
    }
    // Asked for and answered somewhere within the round trip: its middle is wrong by half of it at most.
    const uncertaintyMs = (monotonic() - at) / 2;
    const differenceMs = wall + uncertaintyMs - instant;
    const isWithin = Math.abs(differenceMs) + uncertaintyMs <= allowedMs;
    const isBeyond = Math.abs(differenceMs) - uncertaintyMs > allowedMs;
    // After so long a round trip both may be true: that says nothing.
    if (!isWithin && !isBeyond) return;
    this.#measured = { differenceMs, uncertaintyMs, at, offset };
  }

  #reading(): { wall: number; at: number; offset: number } {
    const wall = this.#options.clock.now().getTime();
    const at = this.#options.monotonic();
    return { wall, at, offset: wall - at };
  }

  #isJump(ms: number): boolean {
    return Math.abs(ms) > this.#options.allowedMs / 10;
  }
}
