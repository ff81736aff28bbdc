import { afterEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import { systemClock } from '../../../src/clock.js';
import { SchemaNewer } from '../../../src/read-models/projector/errors.js';
import { SCHEMA_VERSION } from '../../../src/read-models/projector/internal-schema.js';
import { requireNothingNewer } from '../../../src/read-models/projector/newer.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { type TestService, startTestService } from '../../support/service.js';
import { onEachDatabase, onPostgres } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const HISTORY = randomHistory(43, 4, 40);

async function setSchemaVersion(database: Database, version: number): Promise<void> {
  await sql`update ledger_internal.schema_version set version = ${version}`.execute(database);
}

onEachDatabase('a database whose ledger_internal', (fresh) => {
  it.each([
    ['before there were leaders', ['leader_term']],
    ['before the last event was remembered', ['leader_term', 'last_event']],
  ])('is of %s is brought up to date, and goes on', async (_, columns) => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 80));
    await readModels(database, log).projector.catchUp();
    await sql`drop table ledger_internal.schema_version`.execute(database);
    for (const column of columns) {
      await sql`alter table ledger_internal.checkpoint drop column ${sql.id(column)}`.execute(database);
    }
    await sql`alter table ledger_internal.generations drop column built_by, drop column leader_term`.execute(
      database,
    );
    await requireNothingNewer(database, projections);
    log.record(HISTORY.slice(80));
    const models = readModels(database, log);
    await models.projector.catchUp();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    const { rows } = await sql`
      select version, leader_term from ledger_internal.schema_version, ledger_internal.checkpoint`.execute(
      database,
    );
    expect(rows).toEqual([{ version: SCHEMA_VERSION, leader_term: '1' }]);
    expect(await verify(models)).toEqual([]);
  });

  it('is of a later arledger is refused by all who would write, and left as it is', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 80));
    const models = readModels(database, log);
    await models.projector.catchUp();
    await setSchemaVersion(database, SCHEMA_VERSION + 1);
    const state = async () =>
      (await sql`select * from ledger_internal.checkpoint, ledger_internal.schema_version`.execute(database))
        .rows;
    const before = await state();
    log.record(HISTORY.slice(80));
    for (const refused of [
      readModels(database, log).projector.catchUp(),
      rebuild(models),
      verify(models),
      requireNothingNewer(database, projections),
    ]) {
      await expect(refused).rejects.toThrow(SchemaNewer);
    }
    const late = readModels(database, log);
    late.projector.start();
    await until(() => late.projector.trouble() === 'SchemaNewer');
    await late.projector.stop();
    expect(late.logged).toEqual([
      expect.stringMatching(
        /^projector stopped: this process is too old to write .*is of version 3, and this arledger knows 2: run a newer/,
      ),
    ]);
    expect(await state()).toEqual(before);
    expect(await differencesFromLog(database, projections, log.events.slice(0, 80))).toEqual([]);
  });
});

let service: TestService | undefined;
afterEach(async () => {
  await service?.remove();
  service = undefined;
});

onPostgres('a service', (fresh) => {
  it.each([
    ['SchemaNewer', sql`update ledger_internal.schema_version set version = ${SCHEMA_VERSION + 1}`],
    ['ProjectionsNewer', sql`update ledger_internal.generations set version = 99 where name = 'journal'`],
  ])('that does not project says what is newer than it: %s', async (reason, change) => {
    const { database, url } = await fresh();
    // Another process leads.
    const lead = readModels(database, new LogInMemory());
    lead.projector.start();
    await until(() => lead.projector.leading());
    try {
      service = await startTestService({
        readModels: true,
        clock: systemClock,
        env: { DATABASE_URL: url },
      });
      const ready = async () => (await service!.get('/health/ready')).body;
      await until(async () => (await ready()).status === 'ready');
      await change.execute(database);
      expect(await ready()).toMatchObject({
        status: 'not_ready',
        checks: { projections: { ok: false, reason } },
      });
      expect(await service.get('/v1/accounts')).toMatchObject({ status: 200, body: { items: [] } });
    } finally {
      await lead.projector.stop();
    }
  });
});
