import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { openItems } from '../../../projections/open-items.js';
import type { Database } from '../../../src/database/database.js';
import { BesideTables } from '../../../src/read-models/projector/build-beside.js';
import { RebuildAbandoned } from '../../../src/read-models/projector/errors.js';
import { readGenerations } from '../../../src/read-models/projector/generations.js';
import { switchTables } from '../../../src/read-models/projector/switch-tables.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

/** So small that what is kept has to be written again and again, and is not all written before there is more. */
const LITTLE = { batchSize: 15, rowsKeptMax: 40, rowsAPart: 9 };

async function rowsIn(database: Database, table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)}`.execute(database);
  return rows[0]!.n;
}

async function indexesOf(database: Database, schema: string): Promise<unknown[]> {
  const { rows } = await sql`
    select tablename, replace(indexdef, schemaname, '') as is from pg_indexes where schemaname = ${schema} order by 1, 2`.execute(
    database,
  );
  return rows;
}

onEachDatabase('filling tables', (fresh) => {
  it('ends the same however often what is kept is written, with all indexes', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(101, 5, 80));
    const models = readModels(database, log);
    await models.projector.catchUp();
    const indexes = await indexesOf(database, 'open_items_1');
    const beside = await BesideTables.begin(database, log, projections, { all: true, ...LITTLE });
    const told: number[] = [];
    const built = await beside.build(({ events }) => told.push(events));
    expect(built.events).toBe(log.events.length);
    // More parts than batches: what was kept was written in between, and all in the first attempt.
    expect(told.length).toBeGreaterThan(new Set(told).size + 5);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    await beside.join((tx) => beside.writtenTogether(tx));
    beside.release();
    await switchTables(database, projections, beside.targets, models.installViews);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    expect(await indexesOf(database, 'open_items_2')).toEqual(indexes);
  });

  it('claims no position before all of it is written, and is joined where the others stand', async () => {
    const { database } = await fresh();
    const history = randomHistory(103, 4, 60);
    const log = new LogInMemory(history.slice(0, 150));
    const models = readModels(database, log);
    await models.projector.catchUp();
    const claimed = async () =>
      (await readGenerations(database)).find((g) => g.name === openItems.name && g.generation === 2)
        ?.position;
    const seen: unknown[] = [];
    const readAll = log.readAll.bind(log);
    log.readAll = async function* (options) {
      for await (const stored of readAll(options)) {
        yield stored;
        if (stored.position === log.events[130]!.position) {
          seen.push(await claimed(), await rowsIn(database, 'open_items_2.shares'));
          expect(await rowsIn(database, 'account_history_2.account_history')).toBeGreaterThan(0);
        }
      }
    };
    const beside = await BesideTables.begin(database, log, projections, { all: true, batchSize: 50 });
    await beside.build();
    expect(seen).toEqual([undefined, 0]);
    expect(await claimed()).toBe(log.events.at(-1)!.position);
    expect(await rowsIn(database, 'open_items_2.shares')).toBeGreaterThan(0);

    log.record(history.slice(150));
    await models.projector.catchUp();
    await beside.join((tx) => beside.writtenTogether(tx));
    beside.release();
    await switchTables(database, projections, beside.targets, models.installViews);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('can be given up in the middle, and leaves nothing behind', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(107, 4, 60));
    await readModels(database, log).projector.catchUp();
    const before = await readGenerations(database);
    const giveUp = new AbortController();
    const options = { all: true, signal: giveUp.signal, ...LITTLE };
    const beside = await BesideTables.begin(database, log, projections, options);
    let parts = 0;
    const building = beside.build(() => {
      if (++parts === 7) giveUp.abort(new Error('given up'));
    });
    await expect(building).rejects.toThrow('given up');
    await beside.drop();
    beside.release();
    expect(parts).toBeLessThan(10);
    expect(await readGenerations(database)).toEqual(before);
  });

  it('ends when others have taken the tables for abandoned', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(109, 4, 60));
    await readModels(database, log).projector.catchUp();
    const beside = await BesideTables.begin(database, log, projections, { all: true, ...LITTLE });
    let taken: Promise<unknown> | undefined;
    const building = beside.build(() => {
      taken ??= sql`delete from ledger_internal.generations where state = 'building'`.execute(database);
    });
    await expect(building).rejects.toThrow(RebuildAbandoned);
    await taken;
    beside.release();
  });
});
