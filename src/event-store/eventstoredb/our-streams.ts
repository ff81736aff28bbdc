import type { StoredEvent } from '../event-store.js';

/** How the ledger's streams begin; system streams and those of other applications are left alone. */
export const OUR_STREAMS: readonly string[] = ['account-', 'remittance-', 'control-', 'deposit-'];

/** Whether an event is of the ledger, or of streams that begin otherwise. */
export function isOurs({ stream }: StoredEvent, prefixes = OUR_STREAMS): boolean {
  return prefixes.some((prefix) => stream.startsWith(prefix));
}
