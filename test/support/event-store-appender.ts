/*
 * Appends from many callers at once until it is killed, and prints what was acknowledged:
 * `stream lastRevision id,id,…`, one append a line.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { acquireFolderLock } from '../../src/event-store/embedded/folder-lock.js';
import {
  type ExpectedRevision,
  type NewEvent,
  WrongExpectedRevision,
} from '../../src/event-store/event-store.js';

const CALLERS = 64;
const HOT_STREAM = 'account-hot';

const folder = process.argv[2]!;
acquireFolderLock(folder, { address: 'appender' });
const store = await openEmbeddedStore({ folder });
await Promise.all(Array.from({ length: CALLERS }, (_, caller) => appendForEver(caller)));

async function appendForEver(caller: number): Promise<never> {
  const revisions = new Map<string, ExpectedRevision>();
  for (;;) {
    const stream = caller < 8 ? HOT_STREAM : `account-${process.pid}-${caller}-${randomInt(20)}`;
    const events = together(randomInt(1, 6));
    try {
      const { revision } = await store.append(stream, revisions.get(stream) ?? 'no_stream', events);
      revisions.set(stream, revision);
      process.stdout.write(`${stream} ${revision} ${events.map((e) => e.id).join()}\n`);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      revisions.set(stream, error.actual);
    }
  }
}

// Each event says how many belong together, so that half an append would be found.
function together(size: number): NewEvent[] {
  const append = randomUUID();
  return Array.from({ length: size }, (_, part) => ({
    id: randomUUID(),
    type: 'NoteRecorded',
    data: { append, part, size, padding: 'x'.repeat(randomInt(400)) },
    metadata: { recordedAt: new Date().toISOString() },
  }));
}
