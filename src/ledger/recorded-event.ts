import type { Instant } from './calendar.js';
import type { AccountEvent } from './events.js';

/** An event of an account's stream with all that was recorded about it. */
export interface RecordedEvent {
  accountId: string;
  event: AccountEvent;
  /** Place in the account's stream, from 0. */
  revision: number;
  /** Place in the whole log: a decimal integer as text, rising; it belongs to one store. */
  position: string;
  /** When it was recorded; never decreases along a stream. */
  recordedAt: Instant;
  /** Who sent the command, as far as is known. */
  actor?: string;
}
