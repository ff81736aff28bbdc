/** Injection token of the clock. */
export const CLOCK = Symbol('Clock');

/** Injection token of the clock that questions are asked by: the same on all processes, as far as that is known. */
export const SHARED_CLOCK = Symbol('SharedClock');

/** Where instants come from; the doors ask it, rules never do. */
export interface Clock {
  now(): Date;
}

/** The clock that questions are asked by. */
export interface SharedClock extends Clock {
  /** An answer was given that holds all there will ever be of what was recorded up to an instant. */
  settle(instant: Date): void;
}

export const systemClock: Clock = { now: () => new Date() };
