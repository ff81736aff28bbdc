/** Injection token of the clock. */
export const CLOCK = Symbol('Clock');

/** Where instants come from; the doors ask it, rules never do. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
