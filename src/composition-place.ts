import type { Place } from './copy/place.js';
import type { EventStore } from './event-store/event-store.js';
import { openEmbeddedStore } from './event-store/embedded/embedded-event-store.js';
import { acquireFolderLock } from './event-store/embedded/folder-lock.js';
import { openEventStoreDb } from './event-store/eventstoredb/eventstoredb-event-store.js';

/** The event log of a place, until it is closed. */
export interface OpenPlace {
  store: EventStore;
  close(): Promise<void>;
}

/**
 * Opens the event log of a place. A folder that is written to is made when there is none, and held as a service holds
 * it; one that is only read is read beside whoever writes.
 *
 * @throws EventLogMissing, EventLogDamaged, FolderInUse, FolderUnusable
 * @throws ConnectionStringUnusable, StoreUnavailable
 */
export async function openPlace(place: Place, { readOnly }: { readOnly: boolean }): Promise<OpenPlace> {
  if ('url' in place) return closing(await openEventStoreDb(place));
  const { folder } = place;
  if (readOnly) return closing(await openEmbeddedStore({ folder, readOnly }));
  const lock = acquireFolderLock(folder);
  try {
    return closing(await openEmbeddedStore({ folder }), () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

function closing(store: EventStore, andThen: () => void = () => undefined): OpenPlace {
  return { store, close: () => store.close().finally(andThen) };
}
