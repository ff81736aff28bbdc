import type { EventStore, Position, StoredEvent } from '../event-store/event-store.js';
import { Patience } from './patience.js';

/**
 * Every event of a log in its order, up to the end of it; goes on where it was when the store was away for a moment.
 *
 * @throws the reason of the signal once it is aborted
 */
export async function* wholeLog(store: EventStore, signal: AbortSignal): AsyncGenerator<StoredEvent, void> {
  const patience = new Patience(signal);
  let after: Position | undefined;
  for (;;) {
    try {
      for await (const event of store.readAll({ after })) {
        signal.throwIfAborted();
        patience.succeeded();
        after = event.position;
        yield event;
      }
      return;
    } catch (error) {
      await patience.wait(error);
    }
  }
}
