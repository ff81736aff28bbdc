import type { Place } from './copy/place.js';
import { openEmbeddedStore } from './event-store/embedded/embedded-event-store.js';
import { acquireFolderLock } from './event-store/embedded/folder-lock.js';
import type { EventStore } from './event-store/event-store.js';
import { openEventStoreDb } from './event-store/eventstoredb/eventstoredb-event-store.js';

export interface OpenOptions {
  /** Of a folder: read beside whoever writes, and nothing is made there. */
  readOnly?: boolean;
  /** Of a server: an append is not sent any more so long after it was asked for. */
  appendWithinMs?: number;
}

/**
 * Opens the event log of a place; the lock of a folder is the caller's to hold.
 *
 * @throws EventLogMissing, EventLogDamaged, StoreUnavailable, ConnectionStringUnusable, StoreAccessDenied
 */
export function openEventLog(
  place: Place,
  { readOnly = false, appendWithinMs }: OpenOptions = {},
): Promise<EventStore> {
  return 'url' in place
    ? openEventStoreDb({ url: place.url, ...(appendWithinMs === undefined ? {} : { appendWithinMs }) })
    : openEmbeddedStore({ folder: place.folder, readOnly });
}

/** The event log of a place, until it is closed. */
export interface OpenPlace {
  store: EventStore;
  close(): Promise<void>;
}

/**
 * Opens the event log of a place. A folder that is written to is made when there is none, and held as a service holds
 * it; one that is only read is read beside whoever writes.
 *
 * @throws FolderInUse, FolderUnusable, and what `openEventLog` throws
 */
export async function openPlace(place: Place, { readOnly }: { readOnly: boolean }): Promise<OpenPlace> {
  const lock = 'folder' in place && !readOnly ? acquireFolderLock(place.folder) : undefined;
  try {
    const store = await openEventLog(place, { readOnly });
    return { store, close: () => store.close().finally(() => lock?.release()) };
  } catch (error) {
    lock?.release();
    throw error;
  }
}
