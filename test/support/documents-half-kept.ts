/* Keeps a document of which the second half never comes, and says when the first has come. */
import { setTimeout as delay } from 'node:timers/promises';
import { openFolderDocuments } from '../../src/remittances/documents/folder-documents.js';

const store = await openFolderDocuments(process.argv[2]!);
await store.keep(half());

async function* half(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(3_000_000, 7);
  // All but the last piece of it is written when more is asked for.
  console.log('half');
  await delay(600_000);
}
