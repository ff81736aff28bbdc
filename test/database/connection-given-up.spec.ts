import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { FaultyConnections } from '../support/database-faults.js';
import { onEachDatabase } from '../support/database.js';

onEachDatabase('a connection whose rollback failed', (fresh) => {
  it('is given up with what was begun on it, and the next one is as good as new', async () => {
    const { through } = await fresh();
    const faults = new FaultyConnections();
    const database = through(faults.over);
    const failed = database.transaction().execute(async (tx) => {
      await sql`create table begun (x integer)`.execute(tx);
      faults.failOnce({ afterStatements: 0, carriedOut: false });
      throw new Error('on purpose');
    });
    await expect(failed).rejects.toThrow();
    expect(faults.failures).toBe(1);
    const { rows } = await sql<{ there: boolean }>`
      select to_regclass('begun') is not null as there`.execute(database);
    expect(rows).toEqual([{ there: false }]);
  });
});
