import { SnapshotFile } from './commands/snapshot-file.js';
import { SnapshotTable } from './commands/snapshot-table.js';
import { MemorySnapshots, type SnapshotStore } from './commands/snapshots.js';
import { openEventLog } from './composition-event-log.js';
import type { Config } from './config.js';
import type { Place } from './copy/place.js';
import type { Database } from './database/database.js';
import { openDatabase } from './database/open-database.js';
import type { EventStore } from './event-store/event-store.js';
import { type LogFinding, checkLog } from './event-store/embedded/check-log.js';
import { type FolderLock, acquireFolderLock } from './event-store/embedded/folder-lock.js';

/** Injection token of everything that is opened and has to be closed again. */
export const STORAGE = Symbol('Storage');

/** The event log and the read models' database of a process that writes, and the lock on their folder if they lie in one. */
export class Storage {
  private closed: Promise<void> | undefined;

  constructor(
    readonly store: EventStore,
    readonly database: Database | undefined,
    readonly snapshots: SnapshotStore,
    private readonly lock: FolderLock | undefined,
  ) {}

  /** Tells others where the holder of the folder listens. */
  listensAt(address: string): void {
    this.lock?.updateAddress(address);
  }

  /** Closes what is open, the event log last, and only then lets others take the folder. */
  close(): Promise<void> {
    this.closed ??= this.closeAll();
    return this.closed;
  }

  private async closeAll(): Promise<void> {
    try {
      this.snapshots.close();
    } finally {
      try {
        await this.database?.close();
      } finally {
        try {
          await this.store.close();
        } finally {
          this.lock?.release();
        }
      }
    }
  }
}

/**
 * Opens the event log and the database, and takes the data folder where one of them lies in it.
 *
 * @param withDatabase false for a process that only writes events
 * @throws FolderInUse, FolderUnusable, EventLogDamaged, StoreUnavailable, DatabaseUnavailable
 * @throws ConnectionStringUnusable, StoreAccessDenied
 */
export async function openStorage(
  config: Config,
  { withDatabase, warn }: { withDatabase: boolean; warn: (text: string) => void },
): Promise<Storage> {
  const usesFolder = config.eventStoreUrl === undefined || (withDatabase && config.databaseUrl === undefined);
  const lock = usesFolder ? acquireFolderLock(config.dataFolder) : undefined;
  let store: EventStore | undefined;
  try {
    // A quarter is for the clock of who writes and a quarter to spare: after the whole of it, nothing more is recorded.
    store = await openEventLog(
      placeOf(config),
      config.clockSkewMs > 0 ? { appendWithinMs: config.clockSkewMs / 2 } : {},
    );
    const database = withDatabase
      ? await openDatabase({ url: config.databaseUrl, folder: config.dataFolder, warn })
      : undefined;
    return new Storage(store, database, openSnapshots(config, database), lock);
  } catch (error) {
    await store?.close();
    lock?.release();
    throw error;
  }
}

/** Beside an event log in a folder, whose holder is the only one to write; else where all processes find them. */
function openSnapshots(config: Config, database: Database | undefined): SnapshotStore {
  if (config.eventStoreUrl === undefined) return new SnapshotFile(config.dataFolder);
  return database ? new SnapshotTable(database) : new MemorySnapshots();
}

/**
 * Opens the event log only to be read, beside whoever writes.
 *
 * @throws EventLogMissing, EventLogDamaged, StoreUnavailable, ConnectionStringUnusable, StoreAccessDenied
 */
export function openReadOnlyLog(config: Config): Promise<EventStore> {
  return openEventLog(placeOf(config), { readOnly: true });
}

/**
 * Checks the event log's file from the first event to the last, beside whoever writes; gives what is wrong. Undefined
 * where there is no file of ours: EventStoreDB checks its own.
 *
 * @throws EventLogMissing, StoreUnavailable
 */
export function checkEventLog(
  config: Config,
  onProgress?: (checked: number, total: number) => void,
): AsyncIterable<LogFinding> | undefined {
  if (config.eventStoreUrl !== undefined) return undefined;
  return checkLog({ folder: config.dataFolder, ...(onProgress ? { onProgress } : {}) });
}

function placeOf({ eventStoreUrl, dataFolder }: Config): Place {
  return eventStoreUrl === undefined ? { folder: dataFolder } : { url: eventStoreUrl };
}
