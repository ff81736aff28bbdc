import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { journal } from '../../../projections/journal.js';
import { DatabaseUnavailable } from '../../../src/database/database-unavailable.js';
import type { Database } from '../../../src/database/database.js';
import { shortTransaction } from '../../../src/database/short-transaction.js';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { type EventStore, StoreUnavailable } from '../../../src/event-store/event-store.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { BesideTables } from '../../../src/read-models/projector/build-beside.js';
import { beginTerm, lockCheckpoint, readCheckpoint } from '../../../src/read-models/projector/checkpoint.js';
import {
  LaterLeader,
  ProjectionsBehind,
  RebuildAbandoned,
} from '../../../src/read-models/projector/errors.js';
import { readGenerations } from '../../../src/read-models/projector/generations.js';
import { type Lead, leadershipOn } from '../../../src/read-models/projector/leadership.js';
import { LiveTables } from '../../../src/read-models/projector/live-tables.js';
import { prepare } from '../../../src/read-models/projector/prepare.js';
import { foldStep, readItems } from '../../../src/read-models/projector/step.js';
import { onEachDatabase, onPostgres } from '../../support/database.js';
import { startChild } from '../../support/event-store-child.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { type TestReadModels, readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const HISTORY = randomHistory(31, 5, 60);
/** A leader that has gone is replaced within this; one that hangs, when the server has given it up as well. */
const TAKEN_OVER_WITHIN_MS = 4_000;
const TAKEN_OVER_FROM_HANGING_WITHIN_MS = 10_000;

const never = new AbortController().signal;

/** Ends the session of whoever leads, as soon as somebody does. */
async function endSessionOfLeader(database: Database): Promise<void> {
  await until(async () => {
    const { rows } = await sql<{ ended: boolean }>`
      select pg_terminate_backend(pid) as ended from pg_locks
      where locktype = 'advisory' and granted and objsubid = 2
        and database = (select oid from pg_database where datname = current_database())`.execute(database);
    expect(rows.length).toBeLessThan(2);
    return rows[0]?.ended === true;
  }, TAKEN_OVER_WITHIN_MS);
}

const started: TestReadModels[] = [];

/** Projectors that are stopped whatever becomes of the test. */
function models(...given: Parameters<typeof readModels>): TestReadModels {
  const made = readModels(...given);
  started.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map(({ projector }) => projector.stop()));
});

async function eventsOf(store: EventStore) {
  const events = [];
  for await (const event of store.readAll()) events.push(event);
  return events;
}

async function stepOf(log: LogInMemory, from: number, to: number) {
  const items = await readItems(log.events.slice(from, to));
  return foldStep(projections, { items, to: log.events[to - 1]!.position });
}

const leading = (all: readonly TestReadModels[]) => all.filter(({ projector }) => projector.leading());

onPostgres('the lead', (fresh) => {
  it('is with one, and passes on when it is released or its session ends', async () => {
    const { another, database } = await fresh();
    const [first, second] = [leadershipOn(another()), leadershipOn(another())];
    const lead = await first.lead(never);
    let next: Lead | undefined;
    const waiting = second.lead(never).then((won) => (next = won));
    const stopping = new AbortController();
    const gaveUp = leadershipOn(another()).lead(stopping.signal);
    stopping.abort();
    expect(await gaveUp).toBeUndefined();
    expect({ lost: lead!.lost.aborted, next }).toEqual({ lost: false, next: undefined });

    await lead!.release();
    await waiting;
    expect(next!.lost.aborted).toBe(false);

    await endSessionOfLeader(database);
    const again = await first.lead(never);
    await until(() => next!.lost.aborted, TAKEN_OVER_WITHIN_MS);
    expect(again!.lost.aborted).toBe(false);
    await next!.release();
    expect(again!.lost.aborted).toBe(false);
    await again!.release();
  });

  it('of one database says nothing about another one', async () => {
    const leads = await Promise.all(
      [await fresh(), await fresh()].map(({ database }) => leadershipOn(database).lead(never)),
    );
    for (const lead of leads) await lead!.release();
  });

  it('is taken over within seconds when sessions end, again and again; no gap, nothing twice', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 100));
    const all = [1, 2, 3].map(() => models(another(), log, { batchSize: 7 }));
    for (const { projector } of all) projector.start();
    for (let from = 100; from < HISTORY.length; from += 50) {
      await until(() => leading(all).length === 1, TAKEN_OVER_WITHIN_MS);
      log.record(HISTORY.slice(from, from + 25));
      await endSessionOfLeader(database);
      log.record(HISTORY.slice(from + 25, from + 50));
    }
    const head = (await log.head())!;
    await Promise.all(all.map(({ progress }) => progress.waitFor(head, 20_000)));
    await Promise.all(all.map(({ projector }) => projector.stop()));
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    expect(await readCheckpoint(database)).toMatchObject({ position: head, events: log.events.length });
  });

  it('passes on at once when the leader is told to stop, which finishes what it has begun', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 100));
    const [one, other] = [models(another(), log), models(another(), log)];
    one.projector.start();
    await until(() => one.projector.leading());
    other.projector.start();
    await one.progress.waitFor((await log.head())!, 10_000);
    await one.projector.stop();
    expect(one.projector.leading()).toBe(false);
    await until(() => other.projector.leading(), TAKEN_OVER_WITHIN_MS);
    log.record(HISTORY.slice(100));
    // On the one that does not lead any more.
    await one.progress.waitFor((await log.head())!, 10_000);
    expect(await one.projector.status()).toMatchObject({
      running: false,
      caughtUp: true,
      events: log.events.length,
      lagEvents: 0,
    });
    await other.projector.stop();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('passes to one that is better off, and the other is well as long as that one leads', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY);
    const cutOff = new LogInMemory(HISTORY);
    cutOff.subscribeToAll = () => {
      throw new StoreUnavailable('the store is away');
    };
    const [unlucky, other] = [models(another(), cutOff), models(another(), log)];
    unlucky.projector.start();
    await until(() => unlucky.projector.trouble() === 'StoreUnavailable');
    other.projector.start();
    await unlucky.progress.waitFor((await log.head())!, 20_000);
    expect(leading([unlucky, other])).toEqual([other]);
    await until(() => unlucky.projector.trouble() === undefined);
    await other.projector.stop();
    await until(() => unlucky.projector.trouble() === 'StoreUnavailable');
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('is taken from a process that hangs, which writes nothing when it wakes up', async () => {
    const { another, database, url } = await fresh();
    const folder = await mkdtemp(join(tmpdir(), 'arledger-hanging-'));
    const store = await openEmbeddedStore({ folder });
    const append = async (history: readonly RecordedEvent[]): Promise<void> => {
      for (const { accountId, event, revision, recordedAt } of history) {
        await store.append(accountStream(accountId), revision === 0 ? 'no_stream' : revision - 1, [
          { id: `${accountId}-${revision}`, ...encode(event), metadata: { recordedAt } },
        ]);
      }
    };
    const child = startChild('database-projector.ts', [folder, url]);
    const here = models(another(), store, { batchSize: 7 });
    try {
      await append(HISTORY.slice(0, 100));
      // It says where it is only while it leads.
      expect((await child.lines.next()).value).toMatch(/^at /);
      here.projector.start();
      child.process.kill('SIGSTOP');
      const stoppedAt = performance.now();
      await append(HISTORY.slice(100, 150));
      await until(() => here.projector.leading(), TAKEN_OVER_FROM_HANGING_WITHIN_MS);
      expect(performance.now() - stoppedAt).toBeGreaterThan(1_000);
      await here.progress.waitFor((await store.head())!, 10_000);

      child.process.kill('SIGCONT');
      for (let from = 150; from < HISTORY.length; from += 10) await append(HISTORY.slice(from, from + 10));
      await here.progress.waitFor((await store.head())!, 10_000);
      expect(here.projector.leading()).toBe(true);
      expect(here.logged.filter((line) => !line.startsWith('this process leads'))).toEqual([]);
      expect(await differencesFromLog(database, projections, await eventsOf(store))).toEqual([]);
      expect((await readCheckpoint(database))?.events).toBe(HISTORY.length);
    } finally {
      child.process.kill('SIGKILL');
      await child.ended;
      await here.projector.stop();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is not kept by a transaction that stands still', async () => {
    const { another, database } = await fresh();
    await models(database, new LogInMemory(HISTORY.slice(0, 10))).projector.catchUp();
    const held = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    const paused = shortTransaction(another(), async (tx) => {
      await lockCheckpoint(tx);
      held.resolve(undefined);
      await goOn.promise;
      await sql`update ledger_internal.checkpoint set events = 0`.execute(tx);
    });
    await held.promise;
    await beginTerm(database);
    goOn.resolve(undefined);
    await expect(paused).rejects.toThrow(DatabaseUnavailable);
    expect((await readCheckpoint(database))?.events).toBe(10);
  });

  it('is given up by a process that is older than the tables, which goes on to answer', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 100));
    const next = projections.map((p) => (p.name === 'journal' ? { ...p, version: p.version + 1 } : p));
    const old = models(another(), log, { projections });
    const newer = models(another(), log, { projections: next });
    old.projector.start();
    await until(() => old.projector.leading());
    newer.projector.start();
    // The old one leads, and the new one lets it.
    log.record(HISTORY.slice(100, 150));
    await newer.progress.waitFor((await log.head())!, 10_000);
    expect(leading([old, newer])).toEqual([old]);
    await old.projector.stop();
    await until(async () =>
      (await readGenerations(database)).some(
        ({ name, version, state }) =>
          name === 'journal' && version === journal.version + 1 && state === 'live',
      ),
    );

    old.projector.start();
    log.record(HISTORY.slice(150, 200));
    await old.progress.waitFor((await log.head())!, 10_000);
    await endSessionOfLeader(database);
    log.record(HISTORY.slice(200));
    await old.progress.waitFor((await log.head())!, 20_000);
    await newer.projector.stop();
    await until(() => old.projector.trouble() === 'ProjectionsNewer');
    await until(() => !old.projector.leading());
    await old.projector.stop();
    expect(old.logged.filter((line) => line.startsWith('projector stopped'))).toEqual([
      expect.stringMatching(
        /^projector stopped: this process is too old to write .*newer versions of: journal/,
      ),
    ]);
    expect(await differencesFromLog(database, next, log.events)).toEqual([]);
  });

  it('is noticed to be of no use when somebody begins anew, with nothing to write', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 100));
    const own = models(another(), log);
    own.projector.start();
    await own.progress.waitFor((await log.head())!, 10_000);
    await prepare(database, projections, own.installViews, { anew: true });
    await until(async () => (await readCheckpoint(database))?.events === 100);
    await own.projector.stop();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });
});

onEachDatabase('a leader that was paused', (fresh) => {
  it('writes nothing after a later one has begun, though that has not written yet', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY);
    const { installViews, progress } = models(database, log);
    const begin = async (db: Database): Promise<LiveTables> => {
      const { term } = await prepare(db, projections, installViews, { leading: true });
      const tables = new LiveTables(db, projections);
      await tables.takeUp(term!);
      return tables;
    };
    const paused = await begin(another());
    await paused.write(await stepOf(log, 0, 20));
    const later = await begin(another());
    await expect(paused.write(await stepOf(log, 20, 40))).rejects.toThrow(LaterLeader);
    await expect(paused.passBy('1000')).rejects.toThrow(LaterLeader);
    expect(await readCheckpoint(database)).toMatchObject({ events: 20 });
    await later.write(await stepOf(log, 20, 30));
    await expect(paused.write(await stepOf(log, 20, 40))).rejects.toThrow(LaterLeader);
    expect(await differencesFromLog(database, projections, log.events.slice(0, 30))).toEqual([]);
    await progress.waitFor(log.events[29]!.position, 10_000);
  });

  it('does not go on with what it was building, nor drop what the later one builds', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY);
    const { installViews, projector } = models(database, log);
    await projector.catchUp();
    const build = async () => {
      const { term } = await prepare(database, projections, installViews, { leading: true });
      return BesideTables.begin(another(), log, projections, { all: true, term: term! });
    };
    const paused = await build();
    const later = await build();
    try {
      await expect(paused.build()).rejects.toThrow(RebuildAbandoned);
      await paused.drop();
      await expect(paused.join(() => Promise.resolve())).rejects.toThrow(RebuildAbandoned);
      await later.build();
      await later.join((tx) => later.writtenTogether(tx));
      expect((await readGenerations(database)).filter(({ state }) => state === 'beside')).toHaveLength(
        projections.length,
      );
    } finally {
      paused.release();
      later.release();
    }
    await later.drop();
    expect((await readGenerations(database)).map(({ state }) => state)).toEqual(
      projections.map(() => 'live'),
    );
  });

  it('does not answer those who wait from what it knew', async () => {
    const { another, database } = await fresh();
    const log = new LogInMemory(HISTORY);
    const was = models(database, log);
    was.projector.start();
    const head = (await log.head())!;
    await was.progress.waitFor(head, 10_000);
    await was.projector.stop();
    await prepare(another(), projections, was.installViews, { anew: true });
    await expect(was.progress.waitFor(head, 200)).rejects.toThrow(ProjectionsBehind);
    await models(another(), log).projector.catchUp();
    await was.progress.waitFor(head, 10_000);
  });
});

onEachDatabase('a leader that is told to stop', (fresh) => {
  it('does not wait for the tables that it builds anew, and leaves none of them behind', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY);
    await models(database, log, { projections }).projector.catchUp();
    const before = await readGenerations(database);
    // The log gives a hundred events and then, slowly, for ever, some more.
    let given = 0;
    const readAll = log.readAll.bind(log);
    log.readAll = async function* (options) {
      for await (const stored of readAll(options)) {
        yield stored;
        if (++given > 100) await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    const next = projections.map((p) => ({ ...p, version: p.version + 1 }));
    const { projector, logged } = models(database, log, { projections: next });
    projector.start();
    await until(() => given > 105);
    const toldAt = performance.now();
    await projector.stop();
    expect(performance.now() - toldAt).toBeLessThan(5_000);
    expect(given).toBeLessThan(HISTORY.length);
    expect(await readGenerations(database)).toEqual(before);
    expect(logged.filter((line) => line.startsWith('projector stopped'))).toEqual([]);
    expect((await projector.status()).rebuilding).toEqual([]);
  });
});
