import type { Clock } from '../../src/clock.js';
import { ClockGuard, type ClockGuardOptions } from '../../src/commands/clock-guard.js';
import { silent } from './accounts-on-a-log.js';

export const SKEW_MS = 2000;
export const ALLOWED_MS = SKEW_MS / 4;

/** A machine's clock, its monotonic clock, and a reference on another machine; time passes when it is told to. */
export class DrivenClocks implements Clock {
  /** In ms that the clock is ahead of the reference. */
  aheadMs: number;
  asked = 0;
  /** How the next questions to the reference go. */
  roundTrip: { thereMs: number; backMs: number } | 'fails' | 'never' = { thereMs: 0, backMs: 0 };
  #trueMs = Date.parse('2026-03-01T10:00:00.000Z');
  #monotonicMs = 5000;

  constructor(aheadMs = 0) {
    this.aheadMs = aheadMs;
  }

  now(): Date {
    return new Date(this.#trueMs + this.aheadMs);
  }

  /** The right time, of the reference. */
  right(): Date {
    return new Date(this.#trueMs);
  }

  pass(ms: number): void {
    this.#trueMs += ms;
    this.#monotonicMs += ms;
  }

  /** Time passes for this machine by so much more than it does: both of its clocks run fast. */
  drift(ms: number): void {
    this.aheadMs += ms;
    this.#monotonicMs += ms;
  }

  readonly monotonic = (): number => this.#monotonicMs;

  readonly reference = async (): Promise<Date> => {
    this.asked += 1;
    if (this.roundTrip === 'fails') throw new Error('the database is away');
    if (this.roundTrip === 'never') return new Promise(() => undefined);
    const { thereMs, backMs } = this.roundTrip;
    this.pass(thereMs);
    const instant = this.right();
    this.pass(backMs);
    return instant;
  };

  guard(options: Partial<ClockGuardOptions> = {}): ClockGuard {
    return new ClockGuard({
      clock: this,
      log: silent,
      clockSkewMs: SKEW_MS,
      reference: this.reference,
      monotonic: this.monotonic,
      ...options,
    });
  }
}
