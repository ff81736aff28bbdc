import type { EntryRef } from './account.js';
import type { CalendarDate } from './calendar.js';
import type { AccountEvent } from './events.js';
import type { Rejection } from './rejection.js';

/** What a rule decides: new events, nothing because the command was carried out before, or a refusal with its reason. */
export type Decision = { accepted: AccountEvent[] } | { already: EntryRef } | { rejected: Rejection };

/** What a rule may know beside the account's state. */
export interface DecisionContext {
  /** The entity's calendar date now: what `effectiveOn` means when the caller leaves it out. */
  today: CalendarDate;
  /** An earlier event by its entry id; holds those that `recordedEventsNeeded` named. */
  recorded: (entryId: string) => AccountEvent | undefined;
}

export const accept = (...events: AccountEvent[]): Decision => ({ accepted: events });
export const reject = (rejection: Rejection): Decision => ({ rejected: rejection });

/** A rejection found while working out the parts of a decision. */
export type Refusal = { rejected: Rejection };
export const isRefusal = (value: object): value is Refusal => 'rejected' in value;
