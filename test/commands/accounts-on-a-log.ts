import { Writable } from 'node:stream';
import { pino } from 'pino';
import { MemorySnapshots } from '../../src/commands/snapshots.js';
import { Accounts, type AccountsOptions } from '../../src/commands/transact.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { EventMetadata, EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { inNewFolder } from '../support/event-store-folder.js';

export const NOW = '2026-03-01T10:00:00.000Z';
export const silent = pino({ level: 'silent' });

/** One event log in a folder of its own. */
export async function onALog(use: (store: EventStore) => Promise<void>): Promise<void> {
  await inNewFolder(async (folder) => {
    const store = await openEmbeddedStore({ folder });
    try {
      await use(store);
    } finally {
      await store.close();
    }
  });
}

/** The accounts as one process sees them: with a cache of its own. */
export function accountsOn(store: EventStore, options: Partial<AccountsOptions> = {}): Accounts {
  return new Accounts({
    store,
    clock: { now: () => new Date(NOW) },
    timeZone: 'UTC',
    snapshots: new MemorySnapshots(),
    log: silent,
    ...options,
  });
}

/** A log whose lines can be read. */
export function readableLog(): { log: pino.Logger; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const to = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { log: pino({ level: 'debug', base: null, timestamp: false }, to), lines };
}

export async function eventsOf(store: EventStore, stream: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of store.readStream(stream)) events.push(event);
  return events;
}

/** Appends what no command of ours would. */
export async function appendForeign(
  store: EventStore,
  stream: string,
  event: { id: string; type: string; data: unknown; metadata?: Partial<EventMetadata> },
): Promise<void> {
  const last = (await eventsOf(store, stream)).at(-1);
  const metadata = { recordedAt: NOW, ...event.metadata };
  await store.append(stream, last?.revision ?? 'no_stream', [{ ...event, metadata }]);
}

/** The methods of a store, so that some can be replaced. */
export function proxied(store: EventStore): EventStore {
  return {
    append: (...given) => store.append(...given),
    readStream: (...given) => store.readStream(...given),
    readAll: (...given) => store.readAll(...given),
    subscribeToAll: (...given) => store.subscribeToAll(...given),
    head: () => store.head(),
    close: () => store.close(),
  };
}
