import { setTimeout as after } from 'node:timers/promises';
import { Random } from '../../../src/generator/random.js';
import type { Address } from './addresses.js';
import type { Refusal } from './refusals.js';

/** What can go wrong where. `drop` cuts the connection of the call, and so every call on it; `hang` never answers. */
export interface FaultsByPoint {
  /**
   * An append. Those that end in `_after` are durable in the log; after all others nothing was written. In a batch,
   * `not_leader` and `wrong_credentials` end the call with all that is under way on it, as the server does.
   */
  append:
    | Refusal
    | 'drop_before'
    | 'drop_after'
    | 'hang_before'
    | 'hang_after'
    | 'timeout_after'
    | 'deadline_exceeded_after'
    | 'wrong_revision';
  /** A read of a stream or of the log; see {@link FaultOptions.afterEvents}. */
  read: Refusal | 'drop' | 'hang';
  /** The opening of a subscription. */
  subscribe: Refusal | 'drop' | 'hang';
  /**
   * An event that is due on a subscription: the subscription ends in its place with an error, without one (`end`), is
   * silent from there on with the connection open, or gives some of what it gave before once more after it.
   */
  delivery: Refusal | 'drop' | 'end' | 'silence' | 'duplicates';
}

export type FaultPoint = keyof FaultsByPoint;

export interface FaultOptions {
  /** So often it happens; once, unless given. */
  times?: number;
  /** So many go well before it. */
  skip?: number;
  /** A read gives so many events first, or all when it has no more. */
  afterEvents?: number;
  /** Whom `not_leader` names as the leader; left out, whom the double takes for it. */
  leader?: Address;
}

/** How often faults happen, as a share from 0 to 1 of the calls, or of the events delivered. */
export type FaultRates = { [P in FaultPoint]?: Partial<Record<FaultsByPoint[P], number>> };

/** A fault that is due now. */
export interface DueFault<P extends FaultPoint> {
  kind: FaultsByPoint[P];
  afterEvents: number;
  leader?: Address;
}

interface Planned extends Required<Pick<FaultOptions, 'times' | 'skip' | 'afterEvents'>> {
  kind: string;
  leader?: Address;
}

/** A read that fails by chance has given at most so many events. */
const CHANCE_AFTER_EVENTS_MAX = 40;

/** What goes wrong in a double, when, and what did. */
export class Faults {
  readonly #planned = new Map<FaultPoint, Planned[]>();
  readonly #happened = new Map<string, number>();
  #rates: FaultRates = {};
  #random = new Random(0);
  #delayMs: [least: number, most: number] = [0, 0];

  /** Plans a fault for what comes next at a point; several follow each other. */
  next<P extends FaultPoint>(point: P, kind: FaultsByPoint[P], options: FaultOptions = {}): void {
    const { times = 1, skip = 0, afterEvents = 0, leader } = options;
    const planned = this.#planned.get(point) ?? [];
    planned.push({ kind, times, skip, afterEvents, leader });
    this.#planned.set(point, planned);
  }

  /**
   * Delays every answer from now on, by a time within bounds in milliseconds when two are given. What an append wrote
   * is in the log before.
   */
  always({ delayMs }: { delayMs: number | [least: number, most: number] }): void {
    this.#delayMs = typeof delayMs === 'number' ? [delayMs, delayMs] : delayMs;
  }

  /** Draws faults at random from now on, the same for the same seed and the same order of calls. */
  seeded(seed: number, rates: FaultRates): void {
    this.#random = new Random(seed);
    this.#rates = rates;
  }

  /** From now on all goes well. What happened stays counted. */
  clear(): void {
    this.#planned.clear();
    this.#rates = {};
    this.#delayMs = [0, 0];
  }

  /** How often a fault has happened. */
  count<P extends FaultPoint>(point: P, kind: FaultsByPoint[P]): number {
    return this.#happened.get(`${point} ${kind}`) ?? 0;
  }

  /** Everything that has happened, e.g. `{ 'append drop_after': 2 }`. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#happened);
  }

  /** For the double: the fault that is due now, which is thereby counted. */
  draw<P extends FaultPoint>(point: P): DueFault<P> | undefined {
    const due = this.#nextPlanned(point) ?? this.#byChance(point);
    if (due === undefined) return undefined;
    const key = `${point} ${due.kind}`;
    this.#happened.set(key, (this.#happened.get(key) ?? 0) + 1);
    return due;
  }

  /** For the double: waits as long as an answer is to be delayed. */
  async delay(): Promise<void> {
    const [least, most] = this.#delayMs;
    if (most > 0) await after(this.#random.between(least, most));
  }

  #nextPlanned<P extends FaultPoint>(point: P): DueFault<P> | undefined {
    const planned = this.#planned.get(point);
    const first = planned?.[0];
    if (planned === undefined || first === undefined) return undefined;
    if (first.skip > 0) {
      first.skip -= 1;
      return undefined;
    }
    first.times -= 1;
    if (first.times <= 0) planned.shift();
    const { kind, afterEvents, leader } = first;
    return { kind: kind as FaultsByPoint[P], afterEvents, leader };
  }

  #byChance<P extends FaultPoint>(point: P): DueFault<P> | undefined {
    const rates = Object.entries((this.#rates[point] ?? {}) as Record<string, number>);
    if (rates.length === 0) return undefined;
    let left = this.#random.next() / 2 ** 32;
    for (const [kind, rate] of rates) {
      if (left < rate) {
        return {
          kind: kind as FaultsByPoint[P],
          afterEvents: this.#random.between(0, CHANCE_AFTER_EVENTS_MAX),
        };
      }
      left -= rate;
    }
    return undefined;
  }
}
