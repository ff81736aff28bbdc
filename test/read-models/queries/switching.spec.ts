import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import { createTables, dropTables, pointViews, schemaOf } from '../../../src/read-models/projector/tables.js';
import { AccountQuery } from '../../../src/read-models/queries/account.js';
import { AgingQuery } from '../../../src/read-models/queries/aging.js';
import { installViews } from '../../../src/read-models/views/install-views.js';
import { lockViews, withoutBlockingReaders } from '../../../src/read-models/projector/switch-tables.js';
import { onPostgres } from '../../support/database.js';
import { momentsOf } from './asking.js';
import { randomHistory } from './random-history.js';
import { createReadModels, fillReadModels } from './read-models.js';

/** Between the questions of one reader, so that a switch finds its moment. */
const PAUSE_MS = 40;
const SWITCHES = 4;

onPostgres('while tables are switched again and again', (fresh) => {
  it('queries, views and functions answer as ever', async () => {
    const { database: db, another } = await fresh();
    await createReadModels(db);
    await fillReadModels(db, randomHistory(61));
    const moments = momentsOf(db);
    const questions = [
      () => new AgingQuery(moments).run({ asOf: '2027-01-01', groupBy: 'account' }),
      () => new AgingQuery(moments).run({ asOf: '2026-05-01', basis: 'responsible', groupBy: 'payer' }),
      () => new AccountQuery(moments).run({ accountId: 'A1', asOf: '2026-04-01' }),
      async () =>
        (await sql`select sum(total) from ledger.aging('2026-05-01') where currency = 'USD'`.execute(db))
          .rows,
      async () =>
        (await sql`select sum(amount) from ledger.open_items where currency = 'USD'`.execute(db)).rows,
      async () =>
        (
          await sql`select ledger.balance(account_id, '2026-05-01') from ledger.accounts order by 1`.execute(
            db,
          )
        ).rows,
    ];
    const answers = await Promise.all(questions.map((ask) => ask()));

    let switching = true;
    const answered = questions.map(() => 0);
    const asked = Promise.all(
      questions.map(async (ask, i) => {
        while (switching) {
          expect(await ask()).toEqual(answers[i]);
          answered[i]! += 1;
          await delay(PAUSE_MS);
        }
      }),
    );
    const eachAnsweredOnceMore = async (): Promise<void> => {
      const before = [...answered];
      while (answered.some((times, i) => times === before[i])) await delay(PAUSE_MS);
    };
    const other = another();
    const switched = (async () => {
      for (let generation = 1; generation <= SWITCHES; generation++) {
        await switchFrom(other, generation);
        await eachAnsweredOnceMore();
      }
    })();
    try {
      // A reader that fails ends the test; nobody would answer once more.
      await Promise.race([switched, asked]);
    } finally {
      switching = false;
    }
    await asked;
  });
});

/** Copies of all tables take the place of the live ones. */
async function switchFrom(db: Database, generation: number): Promise<void> {
  for (const projection of projections) {
    await createTables(db, projection, generation + 1);
    for (const { name } of projection.tables) {
      const from = sql.id(schemaOf(projection.name, generation), name);
      await sql`insert into ${sql.id(schemaOf(projection.name, generation + 1), name)} select * from ${from}`.execute(
        db,
      );
    }
  }
  await withoutBlockingReaders(() =>
    db.transaction().execute(async (tx) => {
      await lockViews(tx);
      for (const projection of projections) {
        await pointViews(tx, projection, generation + 1);
        await dropTables(tx, projection.name, generation);
      }
      await installViews(tx);
    }),
  );
}
