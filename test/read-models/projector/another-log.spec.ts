import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import type { Database } from '../../../src/database/database.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { readCheckpoint } from '../../../src/read-models/projector/checkpoint.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { AccountListQuery } from '../../../src/read-models/queries/account-list.js';
import { Moments } from '../../../src/read-models/queries/moment.js';
import { ReadModelsOfAnotherLog } from '../../../src/read-models/queries/refusals.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { type TestReadModels, readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const HISTORY = randomHistory(41, 4, 40);
const OTHER = randomHistory(42, 4, 40);

/** Logs that are not the one that the read models were made of, which held the first 80 events of a history. */
const OTHER_LOGS: [what: string, log: () => LogInMemory][] = [
  ['shorter: put back to an earlier state', () => new LogInMemory(HISTORY.slice(0, 60))],
  ['empty', () => new LogInMemory()],
  ['as long, of other events', () => new LogInMemory(OTHER.slice(0, 80))],
  ['longer, of other events', () => new LogInMemory(OTHER)],
  [
    'put back to an earlier state, and gone on in another way',
    () => new LogInMemory([...HISTORY.slice(0, 60), ...OTHER.slice(0, 60).map(asOfOthers)]),
  ],
  [
    'put back, and the same commands sent again a little later',
    () => new LogInMemory([...HISTORY.slice(0, 79), later(HISTORY[79]!)]),
  ],
  ['the same events in another order of accounts', () => new LogInMemory(byAccount(HISTORY.slice(0, 80)))],
];

function asOfOthers(recorded: RecordedEvent): RecordedEvent {
  return { ...recorded, accountId: `other-${recorded.accountId}` };
}

function later(recorded: RecordedEvent): RecordedEvent {
  const recordedAt = new Date(Date.parse(recorded.recordedAt) + 1).toISOString();
  return { ...recorded, recordedAt };
}

function byAccount(history: readonly RecordedEvent[]): RecordedEvent[] {
  return [...history].sort((a, b) => (a.accountId < b.accountId ? -1 : a.accountId > b.accountId ? 1 : 0));
}

function accountsOf(models: TestReadModels): AccountListQuery {
  const { progress, database } = models;
  const moments = new Moments(
    database,
    {
      waitFor: (position) => progress.waitFor(position, 5_000),
      waitUntilKnown: async () => undefined,
      requireSameLog: (checkpoint) => progress.sameLog.require(checkpoint),
    },
    { now: () => new Date('2027-01-01T00:00:00Z') },
    'UTC',
  );
  return new AccountListQuery(moments);
}

async function everything(database: Database): Promise<unknown> {
  const { rows } = await sql`select * from ledger_internal.checkpoint`.execute(database);
  return { rows, history: (await sql`select * from ledger_read.account_history`.execute(database)).rows };
}

onEachDatabase('read models of another log', (fresh) => {
  it.each(OTHER_LOGS)(
    'are refused and left as they are; a rebuild replaces them: the log is %s',
    async (_, log) => {
      const { database } = await fresh();
      await readModels(database, new LogInMemory(HISTORY.slice(0, 80))).projector.catchUp();
      const before = await everything(database);

      const other = log();
      const models = readModels(database, other);
      // Asked before the projector of this process has said anything, and afterwards.
      await expect(accountsOf(models).run({})).rejects.toThrow(ReadModelsOfAnotherLog);
      await expect(models.progress.waitFor('3', 5_000)).rejects.toThrow(ReadModelsOfAnotherLog);
      await expect(models.progress.waitFor('999999', 5_000)).rejects.toThrow(ReadModelsOfAnotherLog);
      await expect(models.projector.catchUp()).rejects.toThrow('run: arledger rebuild');
      expect(await verify(models)).toEqual([
        expect.objectContaining({ check: 'another_log', text: expect.stringContaining('arledger rebuild') }),
      ]);

      models.projector.start();
      await until(async () => (await models.projector.status()).lastError !== undefined);
      other.put({ stream: 'order-9', type: 'OrderPlaced' });
      await new Promise((resolve) => setTimeout(resolve, 500));
      await expect(accountsOf(models).run({ waitFor: '3' })).rejects.toMatchObject({
        code: 'read_models_of_another_log',
      });
      expect(await models.projector.status()).toMatchObject({ caughtUp: false });
      expect(models.projector.trouble()).toBe('read_models_of_another_log');
      expect(await everything(database)).toEqual(before);
      expect(models.logged.filter((line) => line.includes('another event log'))).toHaveLength(1);

      await rebuild(models);
      await models.progress.waitFor((await other.head())!, 20_000);
      await accountsOf(models).run({});
      await until(() => models.projector.trouble() === undefined);
      await models.projector.stop();
      const accounts = other.events.filter(({ stream }) => stream.startsWith('account-'));
      expect(await differencesFromLog(database, projections, accounts)).toEqual([]);
      expect(await verify(models)).toEqual([]);
    },
  );

  it('are found out when the last event was of nobody’s account', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY.slice(0, 20));
    log.put({ stream: 'remit\0tance-1', type: 'RemittanceReceived', data: { of: 'one' } });
    await readModels(database, log).projector.catchUp();
    await readModels(database, log).projector.catchUp();
    expect((await readCheckpoint(database))?.position).toBe(await log.head());

    const other = new LogInMemory(HISTORY.slice(0, 20));
    other.put({ stream: 'remit\0tance-1', type: 'RemittanceReceived', data: { of: 'another' } });
    await expect(readModels(database, other).projector.catchUp()).rejects.toThrow(ReadModelsOfAnotherLog);
  });

  it('are found out while it runs: two ledgers on one database, one of them answers', async () => {
    const { database, another } = await fresh();
    const [one, other] = [new LogInMemory(HISTORY), new LogInMemory(OTHER)];
    const first = readModels(database, one);
    const second = readModels(another(), other);
    first.projector.start();
    second.projector.start();
    const getsOn = ({ projector }: TestReadModels) =>
      projector.leading() && projector.trouble() === undefined;
    await until(
      async () =>
        getsOn(first) !== getsOn(second) && (await readCheckpoint(database))?.position !== undefined,
    );
    const [loser, winner] = getsOn(first) ? [second, first] : [first, second];
    await winner.progress.waitFor((await winner.store.head())!, 20_000);
    await accountsOf(winner).run({});
    await expect(accountsOf(loser).run({})).rejects.toThrow(ReadModelsOfAnotherLog);

    // The other way round at a position of the same number: the projector that ran must not write on.
    await winner.projector.stop();
    await rebuild(loser);
    await loser.progress.waitFor((await loser.store.head())!, 20_000);
    await loser.projector.stop();
    await expect(accountsOf(winner).run({})).rejects.toThrow(ReadModelsOfAnotherLog);
    expect(await differencesFromLog(database, projections, (loser === first ? one : other).events)).toEqual(
      [],
    );
  });

  it('of a schema that did not know are made anew', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(HISTORY);
    await readModels(database, log).projector.catchUp();
    await sql`alter table ledger_internal.checkpoint drop column last_event`.execute(database);
    await expect(accountsOf(readModels(database, log)).run({})).rejects.toMatchObject({
      code: 'read_models_not_ready',
    });
    const models = readModels(database, log);
    await models.projector.catchUp();
    await accountsOf(models).run({});
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });
});
