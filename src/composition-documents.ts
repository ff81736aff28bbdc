import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { openDatabaseDocuments } from './remittances/documents/database-documents.js';
import type { DocumentStore } from './remittances/documents/document-store.js';
import { openFolderDocuments } from './remittances/documents/folder-documents.js';

/**
 * The store of received files: in the PostgreSQL of DATABASE_URL, where all processes of a ledger have them, else in the
 * data folder. Embedded read models do not hold them: those are put aside and made anew when they do not open.
 *
 * @param database the open one; beside embedded read models, the caller holds the lock of the data folder
 * @throws DocumentsUnavailable
 */
export function openDocuments(
  { databaseUrl, dataFolder }: Config,
  database: Database,
): Promise<DocumentStore> {
  return databaseUrl === undefined ? openFolderDocuments(dataFolder) : openDatabaseDocuments(database);
}

/**
 * A store of files in a folder of its own, which goes with them when it is let go.
 *
 * @throws DocumentsUnavailable
 */
export async function openTemporaryDocuments(): Promise<DocumentStore & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'arledger-'));
  const documents = await openFolderDocuments(folder);
  return {
    keep: (source) => documents.keep(source),
    open: (sha256) => documents.open(sha256),
    erase: (sha256) => documents.erase(sha256),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
