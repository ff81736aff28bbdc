import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projections } from '../../projections/all.js';
import { systemClock } from '../../src/clock.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { accountStream, encode } from '../../src/event-store/codec.js';
import {
  type EmbeddedEventStore,
  openEmbeddedStore,
} from '../../src/event-store/embedded/embedded-event-store.js';
import type { NewEvent } from '../../src/event-store/event-store.js';
import { ProjectionProgress } from '../../src/read-models/projector/progress.js';
import { Projector } from '../../src/read-models/projector/projector.js';
import { rebuild } from '../../src/read-models/projector/rebuild.js';
import { verify } from '../../src/read-models/projector/verify.js';
import { installViews } from '../../src/read-models/views/install-views.js';
import { newDatabase, noPostgres } from '../support/database-server.js';
import { randomHistory } from '../read-models/queries/random-history.js';

/*
 * How fast the projections are filled and rebuilt, from a log on disk. Run it with
 *   npm test -- --testMatch '**\/test/bench/projector.bench.ts'
 */

const ACCOUNTS = 2_000;
const STEPS = Number(process.env['BENCH_STEPS'] ?? 56);

let folder: string;
let store: EmbeddedEventStore;
let events = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arledger-bench-'));
  store = await openEmbeddedStore({ folder });
  events = await fill(store);
}, 600_000);

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Appends a random history, each account's events in some pieces. */
async function fill(log: EmbeddedEventStore): Promise<number> {
  const streams = new Map<string, NewEvent[]>();
  for (const { accountId, event, revision, recordedAt } of randomHistory(1, ACCOUNTS, STEPS)) {
    const stream = accountStream(accountId);
    const pending = streams.get(stream) ?? [];
    streams.set(stream, pending);
    pending.push({ id: `${accountId}-${revision}`, ...encode(event), metadata: { recordedAt } });
  }
  let count = 0;
  for (let from = 0; ; from += 10) {
    const appends = [...streams].flatMap(([stream, all]) => {
      const piece = all.slice(from, from + 10);
      count += piece.length;
      return piece.length > 0 ? [log.append(stream, from === 0 ? 'no_stream' : from - 1, piece)] : [];
    });
    if (appends.length === 0) return count;
    await Promise.all(appends);
  }
}

describe.each(['PGlite', 'PostgreSQL'])('the projections of a log, on %s', (driver) => {
  const test = driver === 'PostgreSQL' && noPostgres() !== undefined ? it.skip : it;

  test('are filled, rebuilt and verified', async () => {
    const url = driver === 'PostgreSQL' ? (await newDatabase()).url : undefined;
    const database = await openDatabase({ url, folder });
    try {
      await measure(driver, database);
    } finally {
      await database.close();
    }
  }, 600_000);
});

async function measure(driver: string, database: Database): Promise<void> {
  const readModels = { database, store, projections, installViews };
  const projector = new Projector({
    ...readModels,
    progress: new ProjectionProgress(database, store),
    clock: systemClock,
    log: { info: () => undefined, warn: console.warn },
  });
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `${driver}: ${what} ${events} events in ${seconds.toFixed(1)} s = ${Math.round(events / seconds)}/s`,
    );
    return result;
  };
  await timed('first fill,', () => projector.catchUp());
  const results = await timed('rebuild, compare, switch,', () => rebuild(readModels));
  console.log(`${driver}: built beside at ${results[0]?.eventsPerSecond} events/s`);
  expect(results.flatMap(({ differences }) => differences)).toEqual([]);
  expect(await timed('verify,', () => verify(readModels))).toEqual([]);
}
