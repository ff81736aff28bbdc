import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock, SharedClock } from '../clock.js';
import { ClockDifference } from './clock-difference.js';
import { type ClockFault, ClockOutOfStep } from './refusals.js';

/**
 * The part of `clockSkewMs` that one process's clock may differ from the reference: two then differ by half of it, and
 * the other half is left for the append itself.
 */
const ALLOWED_PART = 4;
const LOOK_EVERY_MS = 1_000;
const LOG_EVERY_MS = 60_000;
/** A command waits so long to hear whether a clock that was set is right now. */
const DOUBT_MS_MAX = 1_000;

export interface ClockGuardOptions {
  clock: Clock;
  log: Logger;
  /** Once an instant is so long ago, nothing may be recorded for it any more. */
  clockSkewMs: number;
  /** The clock that all processes share; left out where there is none. */
  reference?: (() => Promise<Date>) | undefined;
  /** When the newest event that is known of was recorded. */
  newestRecordedAt?: Date | undefined;
  /** Whether the operator takes it that answers for the time between the clock and the log may change. */
  acceptBehindLog?: boolean | undefined;
  /** In ms from any beginning; it never jumps. */
  monotonic?: () => number;
}

/** Whether this process may record events by its clock; a check of readiness. */
export interface ClockStatus {
  ok: boolean;
  reason?: string;
  /** Above 0 the clock is ahead; left out while it was not compared. */
  differenceMs?: number;
  allowedMs?: number;
  comparedSecondsAgo?: number;
  /** When the process records events again by itself. */
  until?: string;
}

/**
 * Keeps `recordedAt` to what queries for a `knownAt` rely on: that nothing is recorded any more for an instant that is
 * `clockSkewMs` ago on any process. So this process's clock must agree with the reference that all processes share, and
 * must not have gone back behind what was recorded, or answered for, before.
 *
 * A reference that cannot be asked stops nobody: what was measured before and the monotonic clock tell of jumps, and
 * before the first measurement there is nothing to hold against the clock.
 *
 * It is also the clock that questions are asked by: that of the reference, as far as it is known, so that a process
 * whose clock is wrong still answers rightly.
 */
export class ClockGuard implements SharedClock {
  readonly #options: ClockGuardOptions;
  readonly #monotonic: () => number;
  readonly #allowedMs: number;
  readonly #difference: ClockDifference | undefined;
  /** The latest instant that something was recorded at or answered for, as far as this process knows. */
  #latest: number;
  #loggedAt = -Infinity;
  #isOut = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: ClockGuardOptions) {
    const { clock, log, clockSkewMs, reference, monotonic = () => performance.now() } = options;
    this.#options = options;
    this.#monotonic = monotonic;
    this.#allowedMs = clockSkewMs / ALLOWED_PART;
    this.#latest = options.newestRecordedAt?.getTime() ?? -Infinity;
    // No two clocks agree to the millisecond: an allowance of 0 says that no other process writes.
    if (reference && clockSkewMs > 0) {
      this.#difference = new ClockDifference({
        clock,
        reference,
        allowedMs: this.#allowedMs,
        monotonic,
        log,
      });
    }
  }

  /** Compares once, then goes on doing so until `onModuleDestroy`. */
  async start(): Promise<void> {
    await this.#compared();
    this.look();
    this.#looking = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Named as Nest calls it at shutdown; commands under way are still held to what was measured last. */
  onModuleDestroy(): void {
    clearInterval(this.#looking);
  }

  /** Compares when it is time to, and logs what is wrong, or that nothing is any more. */
  look(): void {
    void this.#difference?.measureWhenDue();
    const { fault } = this.#check();
    if (fault) this.#logNowAndThen(fault);
    else if (this.#isOut) this.#options.log.info('the clock is in step again: commands are taken');
    this.#isOut = fault !== undefined;
  }

  /**
   * The instant to record an event at; to be used before anything else is waited for.
   *
   * @param lastRecordedAt when the last event of the account was recorded, in ms since 1970
   * @throws ClockOutOfStep when nothing may be recorded by this clock
   */
  async recordingInstant(lastRecordedAt: number): Promise<Date> {
    const measuring = this.#difference?.measureWhenDue();
    if (measuring && this.#difference?.now()?.isEstimated && this.#check().fault) await this.#compared();
    const { now, fault } = this.#check(lastRecordedAt);
    if (fault) {
      this.#logNowAndThen(fault);
      throw new ClockOutOfStep(fault);
    }
    this.#latest = Math.max(this.#latest, now.getTime());
    return now;
  }

  /** The time that all processes agree on, as far as this one knows it. */
  now(): Date {
    const wall = this.#options.clock.now().getTime();
    return new Date(Math.floor(wall - (this.#difference?.now()?.differenceMs ?? 0)));
  }

  /**
   * Holds commands to an answer: nothing may be recorded any more for an instant that is so much earlier. Not each time
   * that a question is asked: a reference that is days ahead for a moment would stop commands for days.
   */
  settle(instant: Date): void {
    this.#latest = Math.max(this.#latest, instant.getTime());
  }

  /** Whether events are recorded by this clock, and why not. */
  status(): ClockStatus {
    const difference = this.#difference?.now();
    const { fault } = this.#check();
    return {
      ok: fault === undefined,
      ...(fault ? { reason: REASONS[fault.comparedWith] } : {}),
      ...(difference
        ? {
            differenceMs: Math.round(difference.differenceMs),
            allowedMs: this.#allowedMs,
            comparedSecondsAgo: Math.round(difference.measuredMsAgo / 1000),
          }
        : {}),
      ...(fault?.comparedWith === 'event_log' ? { until: fault.until } : {}),
    };
  }

  #check(lastRecordedAt = -Infinity): { now: Date; fault: ClockFault | undefined } {
    const now = this.#options.clock.now();
    return { now, fault: this.#apartFromReference() ?? this.#behindLog(now.getTime(), lastRecordedAt) };
  }

  #apartFromReference(): ClockFault | undefined {
    const difference = this.#difference?.now();
    if (!difference || difference.isWithin) return undefined;
    return {
      comparedWith: 'database',
      differenceMs: Math.round(difference.differenceMs),
      allowedMs: this.#allowedMs,
    };
  }

  #behindLog(now: number, lastRecordedAt: number): ClockFault | undefined {
    const { clockSkewMs, acceptBehindLog } = this.#options;
    const latest = Math.max(this.#latest, lastRecordedAt);
    if (acceptBehindLog || now >= latest - clockSkewMs) return undefined;
    return {
      comparedWith: 'event_log',
      differenceMs: now - latest,
      allowedMs: clockSkewMs,
      until: new Date(latest - clockSkewMs).toISOString(),
    };
  }

  async #compared(): Promise<void> {
    const measuring = this.#difference?.measureWhenDue();
    if (measuring) await Promise.race([measuring, delay(DOUBT_MS_MAX, undefined, { ref: false })]);
  }

  #logNowAndThen(fault: ClockFault): void {
    const now = this.#monotonic();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    this.#options.log.warn(fault, 'the clock is out of step: commands are refused');
  }
}

const REASONS: Readonly<Record<ClockFault['comparedWith'], string>> = {
  database: "the clock differs from the database's",
  event_log: 'the clock is behind what was recorded or asked before',
};
