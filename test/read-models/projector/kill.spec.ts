import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { readCheckpoint } from '../../../src/read-models/projector/checkpoint.js';
import { onPostgres } from '../../support/database.js';
import { startChild } from '../../support/event-store-child.js';
import { randomHistory } from '../queries/random-history.js';
import { readModels } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const KILLS = Number(process.env['ARLEDGER_KILL_ROUNDS'] ?? 2);

/** Kills a projecting process a few times in the middle of its work, then goes on and compares. */
async function killedAgainAndAgain(url: string, open: (folder: string) => Promise<Database>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'arledger-killed-'));
  try {
    const store = await openEmbeddedStore({ folder });
    await fill(store);
    for (let kill = 0; kill < KILLS; kill++) {
      const { lines, process, ended } = startChild('database-projector.ts', [folder, url]);
      // Once it has begun to write, any moment will do.
      let batches = -1;
      for await (const line of lines) {
        expect(line).toMatch(/^at /);
        if (++batches === 1) break;
      }
      await delay(randomInt(60));
      process.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
    }
    const database = await open(folder);
    try {
      const at = (await readCheckpoint(database))?.position;
      expect(Number(at)).toBeGreaterThan(0);
      await readModels(database, store).projector.catchUp();
      const log = [];
      for await (const event of store.readAll()) log.push(event);
      expect(await differencesFromLog(database, projections, log)).toEqual([]);
      expect((await readCheckpoint(database))?.events).toBe(log.length);
    } finally {
      await database.close();
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(store: EventStore): Promise<void> {
  for (const { accountId, event, revision, recordedAt } of randomHistory(67, 8, 200)) {
    await store.append(accountStream(accountId), revision === 0 ? 'no_stream' : revision - 1, [
      { id: `${accountId}-${revision}`, ...encode(event), metadata: { recordedAt } },
    ]);
  }
}

it('a projector that is killed at any moment leaves no gap and nothing twice, in PGlite on disk', async () => {
  const warnings: string[] = [];
  await killedAgainAndAgain('', (folder) => openDatabase({ folder, warn: (text) => warnings.push(text) }));
  expect(warnings).toEqual([]);
});

onPostgres('a projector that is killed', (fresh) => {
  it('leaves no gap and nothing twice', async () => {
    const { url } = await fresh();
    await killedAgainAndAgain(url, () => openDatabase({ url, folder: '' }));
  });
});
