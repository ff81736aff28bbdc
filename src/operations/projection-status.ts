import type { Position } from '../event-store/event-store.js';

/** Injection token of whoever can say how far the projections are; optional. */
export const PROJECTION_STATUS = Symbol('ProjectionStatusProvider');

/** How far one projection has come, whichever process runs it. */
export interface ProjectionStatus {
  name: string;
  /** Up to where events are in its tables; undefined before the first. */
  position: Position | undefined;
  /** Events up to there. */
  events: number;
  /** Events set aside because a projection could not take them. */
  deadLetters: number;
}

export interface ProjectionStatusProvider {
  projectionStatus(): Promise<ProjectionStatus[]>;
  /** Why what they hold is not to be relied on, in a word without data; undefined when all goes well. */
  trouble(): Promise<string | undefined>;
  /** Whether it is this process that runs them, of all that could. */
  leading?(): boolean;
}
