import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import { MemorySnapshots } from '../commands/snapshots.js';
import { Accounts } from '../commands/transact.js';
import type { EventStore } from '../event-store/event-store.js';
import { OverlayEventStore } from '../event-store/overlay-event-store.js';
import type { DocumentStore } from './documents/document-store.js';
import type { ClaimDirectory } from './posting/claim-directory.js';
import { RemittanceImport } from './posting/remittance-import.js';
import { StreamWriter } from './posting/stream-writer.js';
import type { Importing } from './remittances.js';

export interface RehearsalParts {
  store: EventStore;
  clock: Clock;
  timeZone: string;
  log: Logger;
  directory: ClaimDirectory;
  /** A store for the files of one rehearsal. */
  temporaryDocuments: () => Promise<DocumentStore & AsyncDisposable>;
}

/**
 * What imports files as it would for real, on top of the log as it is now: nothing of it is kept, and the files are
 * forgotten when it is let go. What it would post for one file, it knows for the next.
 */
export async function rehearsal(parts: RehearsalParts): Promise<Importing> {
  const { clock, timeZone, log, directory } = parts;
  const documents = await parts.temporaryDocuments();
  try {
    const store = await OverlayEventStore.over(parts.store);
    const importing = new RemittanceImport({
      store,
      writer: new StreamWriter({ store, clock }),
      accounts: new Accounts({ store, clock, timeZone, snapshots: new MemorySnapshots(), log }),
      documents,
      directory,
      // What earlier runs left to be done is left to the real ones.
      unfinished: {
        remittances: () => Promise.resolve([]),
        upTo: () => Promise.resolve(undefined),
        toTryAgain: () => Promise.resolve([]),
        statements: () => Promise.resolve([]),
        decisions: () => Promise.resolve([]),
      },
      clock,
      timeZone,
    });
    return {
      importFile: (source, options) => importing.importFile(source, options),
      [Symbol.asyncDispose]: async () => {
        await store.close();
        await documents[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await documents[Symbol.asyncDispose]();
    throw error;
  }
}
