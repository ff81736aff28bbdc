import { UnreadableEvent, decodeBeside } from '../../event-store/codec.js';
import { EventLogDamaged, type StoredEvent } from '../../event-store/event-store.js';
import type { RecordedRemittanceEvent } from '../../ledger/recorded-event.js';

/**
 * Reads an event of a stream beside the accounts. What else stands there may hang on one that cannot be read: nothing is
 * done on a guess.
 *
 * @throws EventLogDamaged when it cannot be read
 */
export function readBeside(stored: StoredEvent): RecordedRemittanceEvent {
  try {
    return decodeBeside(stored);
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw new EventLogDamaged(`an event of a stream beside the accounts cannot be read: ${error.message}`, {
      cause: error,
    });
  }
}
