import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import type { Position, SubscribeOptions, SubscriptionBatch } from '../../../src/event-store/event-store.js';
import { readCheckpoint } from '../../../src/read-models/projector/checkpoint.js';
import { ProjectionProgress } from '../../../src/read-models/projector/progress.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const HISTORY = randomHistory(37, 4, 40);

/** A store that others use too: their events come as batches without events. */
class SharedLog extends LogInMemory {
  putForeign(): Position {
    return this.put({ stream: 'foreign-1', type: 'Something' }).position;
  }

  override async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    for await (const batch of super.subscribeToAll(options)) {
      yield { ...batch, events: batch.events.filter(({ stream }) => stream.startsWith('account-')) };
    }
  }
}

/** A store that delivers each batch again, and after it all that it had delivered before. */
class RepeatingLog extends LogInMemory {
  override async *subscribeToAll(options: SubscribeOptions): AsyncIterable<SubscriptionBatch> {
    const delivered: SubscriptionBatch['events'] = [];
    for await (const batch of super.subscribeToAll(options)) {
      yield batch;
      yield batch;
      delivered.push(...batch.events);
      yield { ...batch, events: [...delivered] };
      yield { ...batch, events: delivered.slice(0, 1), checkpoint: delivered[0]!.position };
    }
  }
}

/** Counts what is written to the checkpoint. */
async function countWrites(database: Database): Promise<() => Promise<number>> {
  await sql
    .raw(
      `create table ledger_internal.writes (at timestamptz);
    `,
    )
    .execute(database);
  await sql
    .raw(
      `create function ledger_internal.count_write() returns trigger language plpgsql as
    $$ begin insert into ledger_internal.writes values (now()); return new; end $$`,
    )
    .execute(database);
  await sql
    .raw(
      `create trigger count_write after update of position on ledger_internal.checkpoint
    for each row execute function ledger_internal.count_write()`,
    )
    .execute(database);
  return async () =>
    Number(
      (await sql<{ n: string }>`select count(*) as n from ledger_internal.writes`.execute(database)).rows[0]!
        .n,
    );
}

onEachDatabase('the projector', (fresh) => {
  it('writes events that are delivered again once', async () => {
    const { database } = await fresh();
    const log = new RepeatingLog(HISTORY.slice(0, 60));
    const { projector, progress, logged } = readModels(database, log, { batchSize: 7 });
    projector.start();
    try {
      await progress.waitFor((await log.head())!, 10_000);
      log.record(HISTORY.slice(60));
      await progress.waitFor((await log.head())!, 10_000);
    } finally {
      await projector.stop();
    }
    expect(logged.filter((line) => line.startsWith('projector stopped'))).toEqual([]);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    expect(await readCheckpoint(database)).toMatchObject({
      position: await log.head(),
      events: HISTORY.length,
    });
  });

  it('gathers events after a batch, for an hour if it is told to, but not while somebody waits', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 20));
    const { projector, progress } = readModels(database, log, { gatherMs: 3_600_000 });
    const head = async () => (await log.head())!;
    projector.start();
    try {
      const first = await head();
      await until(async () => (await readCheckpoint(database))?.position === first);
      const writes = await countWrites(database);
      for (const recorded of HISTORY.slice(20, 40)) {
        log.record([recorded]);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      expect(await writes()).toBe(0);
      await progress.waitFor(await head(), 10_000);
      expect(await writes()).toBe(1);
      log.record(HISTORY.slice(40));
    } finally {
      await projector.stop();
    }
    expect(await differencesFromLog(database, projections, log.events.slice(0, 40))).toEqual([]);
  });

  it('passes events of others by, for all who wait, without a write for each of them', async () => {
    const { database, another } = await fresh();
    const log = new SharedLog(HISTORY);
    const { projector, progress } = readModels(database, log);
    await projector.catchUp();
    const writes = await countWrites(database);
    const before = (await readCheckpoint(database))!;
    projector.start();
    const started = performance.now();
    let head = '';
    try {
      await until(() => projector.leading());
      for (let i = 0; i < 50; i++) {
        head = log.putForeign();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      // Also by somebody who is not told, as in another process.
      await Promise.all([
        progress.waitFor(head, 10_000),
        new ProjectionProgress(another(), log).waitFor(head, 10_000),
      ]);
      expect(await readCheckpoint(database)).toEqual({ ...before, position: head });
      const seconds = (performance.now() - started) / 1000;
      expect(await writes()).toBeLessThanOrEqual(Math.ceil(seconds) + 1);
    } finally {
      log.putForeign();
      head = log.putForeign();
      await new Promise((resolve) => setTimeout(resolve, 50));
      await projector.stop();
    }
    // What was not written yet, is when it stops.
    expect((await readCheckpoint(database))?.position).toBe(head);
    expect(await differencesFromLog(database, projections, log.events.slice(0, HISTORY.length))).toEqual([]);
  });

  it('reaches the end of a log that holds nothing but events of others', async () => {
    const { database, another } = await fresh();
    const log = new SharedLog();
    const head = log.putForeign();
    const { projector } = readModels(database, log);
    await projector.catchUp();
    await new ProjectionProgress(another(), log).waitFor(head, 5_000);
    log.record(HISTORY);
    await readModels(database, log).projector.catchUp();
    expect(await differencesFromLog(database, projections, log.events.slice(1))).toEqual([]);
  });
});
