import { afterEach, expect, it } from '@jest/globals';
import { projections } from '../../../projections/all.js';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore, StoredEvent } from '../../../src/event-store/event-store.js';
import { openEventStoreDb } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { temporaryFolder } from '../../command-line/temporary-folder.js';
import { onEachDatabase } from '../../support/database.js';
import { startDouble } from '../../support/eventstoredb-double/double.js';
import { randomHistory } from '../queries/random-history.js';
import { readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

/** A log as several hold it: those who append, who projects, and who builds anew, as another process would. */
interface Held {
  writers: readonly EventStore[];
  projected: EventStore;
  rebuilt: EventStore;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function kept<T extends EventStore>(store: T): T {
  closing.push(() => store.close());
  return store;
}

async function held(log: 'embedded' | 'EventStoreDB', folder: string): Promise<Held> {
  if (log === 'embedded') {
    // One process writes, whatever its callers do side by side.
    const store = kept(await openEmbeddedStore({ folder }));
    const rebuilt = kept(await openEmbeddedStore({ folder, readOnly: true }));
    return { writers: [store], projected: store, rebuilt };
  }
  const double = await startDouble();
  closing.push(() => double.stop());
  const open = async () => kept(await openEventStoreDb({ url: double.url }));
  return { writers: [await open(), await open()], projected: await open(), rebuilt: await open() };
}

/** Every account has a writer of its own, who waits for nobody. */
function byAccount(history: readonly RecordedEvent[]): RecordedEvent[][] {
  return [...Map.groupBy(history, ({ accountId }) => accountId).values()];
}

/** Appends events one by one; before the last few it waits until a rebuild is under way. */
async function append(
  store: EventStore,
  events: readonly RecordedEvent[],
  rebuilding: Promise<unknown>,
): Promise<void> {
  for (const [i, { accountId, event, revision, recordedAt }] of events.entries()) {
    if (i === events.length - 20) await rebuilding;
    await store.append(accountStream(accountId), revision === 0 ? 'no_stream' : revision - 1, [
      { id: idOf(accountId, revision), ...encode(event), metadata: { recordedAt } },
    ]);
  }
}

function idOf(accountId: string, revision: number): string {
  return `00000000-0000-4000-8000-${accountId.slice(1).padStart(6, '0')}${String(revision).padStart(6, '0')}`;
}

onEachDatabase('writers side by side', (fresh) => {
  const folder = temporaryFolder();
  it.each(['embedded', 'EventStoreDB'] as const)(
    'are all in the tables, projected meanwhile and built anew meanwhile: %s',
    async (kind) => {
      const { database, another } = await fresh();
      const { writers, projected, rebuilt } = await held(kind, folder);
      const history = randomHistory(113, 12, 60);
      const live = readModels(database, projected, { batchSize: 20 });
      live.projector.start();
      const { promise: rebuilding, resolve: isRebuilding } = Promise.withResolvers<undefined>();
      const written = Promise.all(
        byAccount(history).map((events, i) => append(writers[i % writers.length]!, events, rebuilding)),
      );
      await until(async () => (await live.projector.status()).events > 100);
      for (let round = 0; round < 2; round++) {
        const result = await rebuild(readModels(another(), rebuilt), undefined, {
          onProgress: () => isRebuilding(undefined),
        });
        expect(result.flatMap(({ differences }) => differences)).toEqual([]);
      }
      await written;
      await live.progress.waitFor((await projected.head())!, 30_000);
      await live.projector.stop();

      const log: StoredEvent[] = [];
      for await (const event of projected.readAll()) log.push(event);
      const ids = history.map(({ accountId, revision }) => `${accountStream(accountId)} ${revision}`);
      expect(log.map(({ stream, revision }) => `${stream} ${revision}`).sort()).toEqual(ids.sort());
      // Any order but the log's own would have passed events by: they were recorded in another one.
      expect(log.some((event, i) => recordedAtOf(event) < recordedAtOf(log[i - 1] ?? event))).toBe(true);
      expect(await differencesFromLog(database, projections, log)).toEqual([]);
    },
  );
});

function recordedAtOf({ metadata }: StoredEvent): string {
  return metadata['recordedAt'] as string;
}
