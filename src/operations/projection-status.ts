import type { Position } from '../event-store/event-store.js';

/** Injection token of whoever can say how far the projections are; optional. */
export const PROJECTION_STATUS = Symbol('ProjectionStatusProvider');

/** How far one projection has come, whichever process runs it. */
export interface ProjectionStatus {
  name: string;
  /** Up to where events are in its tables; undefined before the first. */
  position: Position | undefined;
  /** Events set aside because a projection could not take them. */
  deadLetters: number;
}

export interface ProjectionStatusProvider {
  projectionStatus(): Promise<ProjectionStatus[]>;
}
