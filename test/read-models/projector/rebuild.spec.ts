import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { balances } from '../../../projections/balances.js';
import { denials } from '../../../projections/denials.js';
import type { Projection } from '../../../projections/projection.js';
import type { Database } from '../../../src/database/database.js';
import { BesideTables } from '../../../src/read-models/projector/build-beside.js';
import { readGenerations } from '../../../src/read-models/projector/generations.js';
import {
  ProjectionsNewer,
  RebuildAbandoned,
  RebuildUnderWay,
  UnknownProjection,
} from '../../../src/read-models/projector/errors.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels, until } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const names = projections.map(({ name }) => name);

/** All projections, live in tables of this generation. */
function liveIn(generation: number, some: readonly Projection[] = projections): string[] {
  return some.map(({ name, version }) => `${name} ${generation} v${version} live`).sort();
}

async function generationsOf(database: Database): Promise<string[]> {
  return (await readGenerations(database)).map((g) => `${g.name} ${g.generation} v${g.version} ${g.state}`);
}

onEachDatabase('a rebuild', (fresh) => {
  it('differs in nothing, takes the place of the tables before and leaves nothing behind', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(41, 4, 40));
    const models = readModels(database, log);
    await models.projector.catchUp();
    const seen: number[] = [];
    const result = await rebuild(models, undefined, { onProgress: ({ events }) => seen.push(events) });
    expect(result.map(({ projection, events, differences }) => [projection, events, differences])).toEqual(
      names.map((name) => [name, log.events.length, []]),
    );
    expect(result[0]!.eventsPerSecond).toBeGreaterThan(0);
    expect(seen.at(-1)).toBe(log.events.length);
    expect(await generationsOf(database)).toEqual(liveIn(2));
    const { rows } = await sql<{ n: string }>`
      select nspname as n from pg_namespace where nspname ~ '_\\d+$' and nspname !~ '^pg_' order by 1`.execute(
      database,
    );
    expect(rows.map(({ n }) => n)).toEqual([...names].sort().map((name) => `${name.replaceAll('-', '_')}_2`));
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    await expect(rebuild(models, ['balance'])).rejects.toThrow(UnknownProjection);
  });

  it('goes on while events are appended and reports read, which never fail and never see half of one', async () => {
    const { database, another } = await fresh();
    const history = randomHistory(43, 6, 200);
    const log = new LogInMemory(history.slice(0, 300));
    const live = readModels(database, log, { batchSize: 40 });
    await live.projector.catchUp();
    live.projector.start();

    let going = true;
    const appending = (async () => {
      for (let from = 300; from < history.length; from += 5) {
        log.record(history.slice(from, from + 5));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    let reads = 0;
    const seen: unknown[] = [];
    const readers = [another(), another()].map(async (own) => {
      while (going) {
        reads += 1;
        // Two statements of one snapshot, as reports read; then a function whose body is looked up when it runs.
        await own
          .transaction()
          .setIsolationLevel('repeatable read')
          .execute(async (tx) => {
            const half = sql<{ n: string }>`
              select account_id from ledger_read.accounts a
              full join (
                select account_id, sum(amount) as amount from ledger_read.journal_lines
                where charge_id is not null or payment_id is not null group by account_id
              ) j using (account_id)
              where coalesce(a.balance, 0) <> coalesce(j.amount, 0)`;
            seen.push(...(await half.execute(tx)).rows);
            const { rows } = await sql<{ accounts: string; history: string; checkpoint: string }>`
              select max(position) as accounts,
                (select max(position) from ledger_read.account_history) as history,
                (select min(position) from ledger_internal.projections) as checkpoint
              from ledger_read.accounts`.execute(tx);
            const { accounts, history: written, checkpoint } = rows[0]!;
            if (accounts !== written || accounts !== checkpoint) seen.push(rows[0]);
            await sql`select count(*) from ledger.aging(date '2026-03-01', now(), 'service')`.execute(tx);
          });
      }
    });
    const own = readModels(another(), log);
    for (let round = 0; round < 2; round++) {
      const result = await rebuild(own, round === 0 ? undefined : ['journal', 'balances']);
      expect(result.flatMap(({ differences }) => differences)).toEqual([]);
    }
    await appending;
    await live.progress.waitFor((await log.head())!, 20_000);
    going = false;
    await Promise.all(readers);
    await live.projector.stop();
    expect(seen).toEqual([]);
    expect(reads).toBeGreaterThan(5);
    expect(live.logged.filter((line) => !line.startsWith('this process leads'))).toEqual([]);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
  });

  it('names the rows that were tampered with, and mends them; so does verify, which changes nothing', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(47, 4, 40));
    const models = readModels(database, log);
    await models.projector.catchUp();
    expect(await verify(models)).toEqual([]);

    const { rows } = await sql<{ account_id: string; balance: string }>`
      update balances_1.accounts set balance = balance + 1 where account_id = 'A1' returning account_id, balance`.execute(
      database,
    );
    await sql`delete from journal_1.journal_lines where position = (select min(position) from journal_1.journal_lines)`.execute(
      database,
    );
    await sql`
      insert into open_items_1.shares (account_id, charge_id, party, payer_id, payer_position, currency, balance, used)
      values ('A2', 'made-up', 'patient', '', '', 'USD', 5, 0)`.execute(database);

    const before = await generationsOf(database);
    const findings = await verify(models);
    const checks = new Set(findings.map(({ check }) => check));
    for (const check of [
      'rows',
      'decider',
      'debits_equal_credits',
      'gl_days_equal_journal',
      'balance_equals_open_items',
      'balance_equals_account_shares',
      'balance_equals_journal',
      'balance_equals_totals',
      'balance_equals_history',
      'shares_equal_their_parts',
    ]) {
      // A whole event is gone from the journal: debits and credits are both short of it.
      if (check === 'debits_equal_credits') expect(checks).not.toContain(check);
      else expect(checks).toContain(check);
    }
    const decider = findings.filter(({ check }) => check === 'decider');
    expect(decider).toEqual([expect.objectContaining({ accountId: 'A1', actual: rows[0]!.balance })]);
    expect(findings.filter(({ check }) => check === 'rows').map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^accounts A1: the events give balance=\S+, the table has balance=\S+$/),
        expect.stringMatching(/^shares A2\/made-up\/patient\/\/: the events give no such row, the table has/),
      ]),
    );
    expect(await generationsOf(database)).toEqual(before);

    const result = await rebuild(models);
    const differing = result.flatMap(({ differences }) => differences);
    expect(differing.map(({ table, count }) => [table, count])).toEqual([
      ['accounts', 1],
      ['shares', 1],
      ['journal_lines', expect.any(Number)],
    ]);
    expect(differing[0]!.examples[0]).toMatchObject({
      key: { account_id: 'A1' },
      live: { balance: rows[0]!.balance },
    });
    expect(await verify(models)).toEqual([]);
  });

  it('is one at a time, and what a dead one left is cleared away', async () => {
    const { database } = await fresh();
    const history = randomHistory(53, 3, 20);
    const log = new LogInMemory(history.slice(0, 30));
    const models = readModels(database, log);
    await models.projector.catchUp();
    const dead = await BesideTables.begin(database, log, [denials], { all: false });
    await dead.join((tx) => dead.writtenTogether(tx));
    dead.release();
    await expect(rebuild(models)).rejects.toThrow(RebuildUnderWay);

    await sql`update ledger_internal.generations set lease_until = now() - interval '1 s' where state <> 'live'`.execute(
      database,
    );
    log.record(history.slice(30));
    await models.projector.catchUp();
    expect(await generationsOf(database)).toEqual(liveIn(1));
    await expect(dead.build()).rejects.toThrow(RebuildAbandoned);
  });
});

/** Balances as a next version of arledger might have them. */
const balancesOfNextVersion: Projection = {
  ...balances,
  version: balances.version + 1,
  tables: balances.tables.map((table) =>
    table.name === 'accounts'
      ? { ...table, columns: { ...table.columns, events: 'numeric' as const } }
      : table,
  ),
  changesOf: (recorded, movements) =>
    balances
      .changesOf(recorded, movements)
      .map((change) =>
        change.table === 'accounts' ? { ...change, add: { ...change.add, events: '1' } } : change,
      ),
};

onEachDatabase('a projection of another version', (fresh) => {
  const next = projections.map((p) => (p === balances ? balancesOfNextVersion : p));

  it('is built anew at the start while the old tables answer, and an older process then stands back', async () => {
    const { database, another } = await fresh();
    const history = randomHistory(59, 4, 40);
    const log = new LogInMemory(history.slice(0, 100));
    const old = readModels(database, log, { projections });
    await old.projector.catchUp();
    old.projector.start();

    const upgraded = readModels(another(), log, { projections: next });
    await upgraded.projector.catchUp();
    expect(await differencesFromLog(database, next, log.events)).toEqual([]);

    log.record(history.slice(100));
    await until(async () =>
      /newer versions of: balances|other versions of: balances/.test(
        (await old.projector.status()).lastError ?? '',
      ),
    );
    await upgraded.projector.catchUp();
    await old.projector.stop();
    expect(await differencesFromLog(database, next, log.events)).toEqual([]);
    await expect(readModels(another(), log, { projections }).projector.catchUp()).rejects.toThrow(
      ProjectionsNewer,
    );
  });

  it('is added and taken away without the others being built anew', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(61, 3, 30));
    const few = projections.filter(({ name }) => name !== 'denials');
    await readModels(database, log, { projections: few }).projector.catchUp();
    await readModels(database, log, { projections }).projector.catchUp();
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    await readModels(database, log, { projections: few }).projector.catchUp();
    expect(await generationsOf(database)).toEqual(liveIn(1, few));
  });
});

onEachDatabase('the planner', (fresh) => {
  it('is told of the tables after the first fill, and after a rebuild', async () => {
    const { database } = await fresh();
    const models = readModels(database, new LogInMemory(randomHistory(91, 4, 400)));
    const rowsExpected = async (): Promise<number[]> => {
      const { rows } = await sql<{ rows: number }>`
        select reltuples::int as rows from pg_class where oid in (
          select (table_schema || '.' || table_name)::regclass from information_schema.tables
          where table_type = 'BASE TABLE' and table_name = 'account_history')`.execute(database);
      return rows.map((row) => row.rows);
    };
    await models.projector.catchUp();
    const [filled] = await rowsExpected();
    expect(filled).toBeGreaterThan(200);
    await rebuild(models, ['account-history']);
    expect(await rowsExpected()).toEqual([filled]);
  });
});
