import type { Position } from '../event-store/event-store.js';

/** What a plan came to. */
export interface Posted<T> {
  /** What the plan made of the account as it was when this was decided for good. */
  result: T;
  /**
   * Whether the events of the plan were appended; then they are in the log once, also where another process had
   * appended just the same at the same revision. False when there was nothing to append.
   */
  appended: boolean;
  /** The account's afterwards; -1 for an account without events. */
  revision: number;
  /** Of the last event appended. */
  position?: Position;
  /** Those appended, in their order. */
  events: { id: string; type: string }[];
}
