import type { Instant } from './calendar.js';
import type { AccountEvent } from './events.js';
import type { RemittanceEvent } from './remittance-events.js';

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

/** An event of a stream beside the accounts: of a remittance, a control account or a deposit. */
export interface RecordedRemittanceEvent extends Omit<RecordedEvent, 'accountId' | 'event'> {
  stream: string;
  event: RemittanceEvent;
}

/** An event of the ledger, whichever stream it is of. */
export type AnyRecordedEvent = RecordedEvent | RecordedRemittanceEvent;

/** Whether an event is of an account, not of what stands beside the accounts. */
export function isOfAccount(recorded: AnyRecordedEvent): recorded is RecordedEvent {
  return 'accountId' in recorded;
}
