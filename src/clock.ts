/** Injection token of the clock. */
export const CLOCK = Symbol('Clock');

/** Injection token of the clock that questions are asked by: the same on all processes, as far as that is known. */
export const SHARED_CLOCK = Symbol('SharedClock');

/** Where instants come from; the doors ask it, rules never do. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
