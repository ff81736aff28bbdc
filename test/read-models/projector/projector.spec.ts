import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { StoreUnavailable } from '../../../src/event-store/event-store.js';
import { readCheckpoint } from '../../../src/read-models/projector/checkpoint.js';
import { ProjectionsBehind } from '../../../src/read-models/projector/errors.js';
import { ProjectionProgress, waitUntilKnown } from '../../../src/read-models/projector/progress.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { ReadModelsOfAnotherLog } from '../../../src/read-models/queries/refusals.js';
import { FaultyConnections } from '../../support/database-faults.js';
import { onEachDatabase, onPostgres } from '../../support/database.js';
import { randomFrom, randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const seeded = { seed: Number(process.env['ARLEDGER_SEED'] ?? Date.now() % 1_000_000), verbose: 1 as const };

onEachDatabase('the projector', (fresh) => {
  it('writes what the folds say, whatever the history and the size of batches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), fc.integer({ min: 1, max: 250 }), async (seed, batchSize) => {
        const { database } = await fresh();
        const log = new LogInMemory(randomHistory(seed, 4, 40));
        await readModels(database, log, { batchSize }).projector.catchUp();
        expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
      }),
      { ...seeded, numRuns: 4 },
    );
  });

  it('goes on where an earlier one stopped, and passes streams of others over', async () => {
    const { database } = await fresh();
    const history = randomHistory(7, 5, 40);
    const log = new LogInMemory(history.slice(0, 60));
    log.put({ stream: 'order-1', type: 'OrderPlaced' });
    await readModels(database, log, { batchSize: 10 }).projector.catchUp();
    expect((await readCheckpoint(database))?.position).toBe(await log.head());

    log.record(history.slice(60));
    log.put({ stream: '$settings', type: '$metadata' });
    const { projector } = readModels(database, log, { batchSize: 10 });
    await projector.catchUp();
    const accounts = log.events.filter(({ stream }) => stream.startsWith('account-'));
    expect(await differencesFromLog(database, projections, accounts)).toEqual([]);
    expect(await projector.status()).toMatchObject({
      caughtUp: true,
      position: await log.head(),
      events: log.events.length,
      lagEvents: 0,
      lagSeconds: 0,
      deadLetters: 0,
    });
  });

  it('follows the log live, tells those who wait, and says where it is', async () => {
    const { database, another } = await fresh();
    const history = randomHistory(11, 3, 30);
    const log = new LogInMemory(history.slice(0, 40));
    const { projector, progress } = readModels(database, log);
    projector.start();
    await progress.waitFor((await log.head())!, 10_000);
    log.record(history.slice(40));
    const head = (await log.head())!;
    // Also by somebody who is not told of the projector's progress, as in another process.
    await Promise.all([
      progress.waitFor(head, 10_000),
      new ProjectionProgress(another(), log).waitFor(head, 10_000),
    ]);
    expect(await projector.status()).toMatchObject({
      running: true,
      caughtUp: true,
      position: head,
      lagEvents: 0,
    });
    await projector.stop();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);

    log.record(randomHistory(12, 1, 5));
    expect(await projector.status()).toMatchObject({
      running: false,
      caughtUp: false,
      lagEvents: log.events.length - history.length,
    });
    await expect(progress.waitFor((await log.head())!, 250)).rejects.toThrow(ProjectionsBehind);
  });

  it('answers for an instant only when nothing can be added to it', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(13, 2, 10));
    const { projector, progress } = readModels(database, log);
    const now = Date.parse('2026-05-01T00:00:00.000Z');
    const started = performance.now();
    const clock = { now: () => new Date(now + performance.now() - started) };
    const rule = { store: log, progress, clock, clockSkewMs: 300 };
    await expect(waitUntilKnown(rule, new Date(now - 1000), 200)).rejects.toThrow(ProjectionsBehind);
    await projector.catchUp();
    await waitUntilKnown(rule, new Date(now), 5_000);
    expect(performance.now() - started).toBeGreaterThanOrEqual(300);
    await expect(waitUntilKnown(rule, new Date(now + 60_000), 100)).rejects.toThrow(ProjectionsBehind);
  });

  it('leaves no gap and nothing twice when the database fails in any moment', async () => {
    const random = randomFrom(seeded.seed);
    const { through, database } = await fresh();
    const faults = new FaultyConnections();
    const faulty = through(faults.over);
    const log = new LogInMemory();
    const { projector, progress, logged } = readModels(faulty, log, { batchSize: 9 });
    await projector.catchUp();
    log.record(randomHistory(seeded.seed, 4, 60));
    projector.start();
    while (!(await projector.status()).caughtUp) {
      const failures = faults.failures;
      faults.failOnce({ afterStatements: random.below(90), carriedOut: random.chance(0.5) });
      await until(async () => faults.failures > failures || (await projector.status()).caughtUp);
    }
    await progress.waitFor((await log.head())!, 20_000);
    await projector.stop();
    expect(logged.length).toBeGreaterThan(0);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('goes on when the store comes back, and says in between what is wrong', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(17, 2, 20));
    log.failNextRead = new StoreUnavailable('the store is away');
    const { projector, progress } = readModels(database, log);
    projector.start();
    await until(async () => (await projector.status()).lastError === 'the store is away');
    await progress.waitFor((await log.head())!, 10_000);
    await until(async () => (await projector.status()).lastError === undefined);
    await projector.stop();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('writes nothing twice when two run on one database', async () => {
    const { database, another } = await fresh();
    const history = randomHistory(19, 5, 60);
    const log = new LogInMemory(history.slice(0, 100));
    const rivals = [database, another()].map((own) => readModels(own, log, { batchSize: 7 }));
    for (const { projector } of rivals) projector.start();
    for (let from = 100; from < history.length; from += 10) {
      log.record(history.slice(from, from + 10));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await Promise.all(rivals.map(({ progress }) => progress.waitFor(log.events.at(-1)!.position, 20_000)));
    await Promise.all(rivals.map(({ projector }) => projector.stop()));
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    expect((await readCheckpoint(database))?.events).toBe(log.events.length);
  });

  it('begins anew when tables are gone, and not when they hold more than the log', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(23, 3, 20));
    await readModels(database, log).projector.catchUp();
    await sql`drop schema journal_1 cascade`.execute(database);
    await readModels(database, log).projector.catchUp();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);

    const other = new LogInMemory(randomHistory(24, 1, 5));
    await expect(readModels(database, other).projector.catchUp()).rejects.toThrow(ReadModelsOfAnotherLog);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);

    // Somebody said that this is right.
    const models = readModels(database, other);
    await rebuild(models);
    await models.projector.catchUp();
    expect(await differencesFromLog(database, projections, other.events)).toEqual([]);
  });
});

onPostgres('the projector', (fresh) => {
  it('survives that the server ends all its sessions, again and again', async () => {
    const { database, another } = await fresh();
    const history = randomHistory(29, 5, 80);
    const log = new LogInMemory(history.slice(0, 50));
    const { projector, progress } = readModels(database, log, { batchSize: 5 });
    const killer = another();
    projector.start();
    for (let from = 50; from < history.length; from += 50) {
      log.record(history.slice(from, from + 50));
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`.execute(killer);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await progress.waitFor((await log.head())!, 20_000);
    await projector.stop();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });
});
