import { isDeepStrictEqual } from 'node:util';
import type { AccountCommand } from '../ledger/commands.js';
import type { AccountEvent } from '../ledger/events.js';

/**
 * What a command came to: the account's revision and the log's position after it, its events, and every value of
 * theirs that the caller did not give in just that form (dates and currency left out, parties worked out, sources of
 * credit, the amount reversed).
 */
export interface Receipt {
  accountId: string;
  revision: number;
  /** Opaque; for `?waitFor=` of queries. */
  position: string;
  events: { id: string; type: string }[];
  [filledIn: string]: unknown;
}

/** How a command ended when it was not refused. */
export interface Outcome {
  /** False for a repeated command: nothing was appended, and the receipt is the first one's. */
  appended: boolean;
  receipt: Receipt;
}

/** The values of an event that its command does not hold, or holds in another form. */
export function filledIn(command: AccountCommand, event: AccountEvent): Record<string, unknown> {
  const given = command as unknown as Record<string, unknown>;
  const filled: Record<string, unknown> = {};
  const data = event.data as unknown as Record<string, unknown>;
  for (const name of Object.keys(data)) {
    const value = data[name];
    if (value !== given[name] && !isDeepStrictEqual(value, given[name])) filled[name] = value;
  }
  return filled;
}
