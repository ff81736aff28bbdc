import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openItems } from '../../../projections/open-items.js';
import { BesideTables } from '../../../src/read-models/projector/build-beside.js';
import { onPostgres } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels, until } from './read-models.js';

onPostgres('the lease of tables that are built', (fresh) => {
  it('can be renewed while indexes are made, however long that takes', async () => {
    const { database, another } = await fresh();
    const log = new LogInMemory(randomHistory(113, 4, 40));
    await readModels(database, log).projector.catchUp();
    const beside = await BesideTables.begin(database, log, [openItems], { all: false });
    const held = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    // Rows are let through by this lock, an index is not.
    const holding = another()
      .transaction()
      .execute(async (tx) => {
        await sql`lock table open_items_2.shares in row exclusive mode`.execute(tx);
        held.resolve(undefined);
        await goOn.promise;
      });
    await held.promise;
    const building = beside.build();
    try {
      await until(async () => {
        const { rows } = await sql`select 1 from pg_locks
          where relation = 'open_items_2.shares'::regclass and not granted`.execute(database);
        return rows.length > 0;
      });
      const { rows } = await sql<{ name: string }>`select name from ledger_internal.generations
        where state = 'building' for update skip locked`.execute(database);
      expect(rows).toEqual([{ name: openItems.name }]);
    } finally {
      goOn.resolve(undefined);
      await holding;
      await building;
      beside.release();
    }
  });
});
