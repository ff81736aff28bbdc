import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { DatabaseUnavailable } from '../../../src/database/database-unavailable.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

onEachDatabase('a database', (fresh) => {
  it('gives exact values, the same whatever the driver', async () => {
    const { database } = await fresh();
    const { rows } = await sql`
      select 12345678901234567890.10::numeric as numeric, 9007199254740993::int8 as bigint, date '2026-01-31' as date,
        timestamptz '2026-01-31 23:59:59.5+02' as instant, timestamptz 'infinity' as never,
        '{0.10,NULL}'::numeric[] as numerics, array[timestamptz '2026-01-31 00:00Z'] as instants,
        '{9007199254740993}'::int8[] as bigints, 7::int4 as integer, true as yes, null::numeric as nothing,
        '{"units": 1.5}'::jsonb as json, count(*) as count, current_setting('TimeZone') as zone`.execute(
      database,
    );
    expect(rows).toEqual([
      {
        numeric: '12345678901234567890.10',
        bigint: '9007199254740993',
        date: '2026-01-31',
        instant: '2026-01-31T21:59:59.500Z',
        never: 'infinity',
        numerics: ['0.10', null],
        instants: ['2026-01-31T00:00:00.000Z'],
        bigints: ['9007199254740993'],
        integer: 7,
        yes: true,
        nothing: null,
        json: { units: 1.5 },
        count: '1',
        zone: 'UTC',
      },
    ]);
  });

  it('takes values of every kind', async () => {
    const { database } = await fresh();
    const odd = 'a"b\\c,{d}\n\u00e9';
    const { rows } = await sql`
      select ${odd}::text as text, ${['x', odd, null]}::text[] as texts, ${1}::int as number,
        ${false}::boolean as no, ${null}::text as nothing, ${{ a: [odd] }}::jsonb as json,
        ${new Date('2026-01-31T00:00:00Z')}::timestamptz as instant`.execute(database);
    expect(rows).toEqual([
      {
        text: odd,
        texts: ['x', odd, null],
        number: 1,
        no: false,
        nothing: null,
        json: { a: [odd] },
        instant: '2026-01-31T00:00:00.000Z',
      },
    ]);
  });

  it('keeps transactions apart from what others ask meanwhile', async () => {
    const { database } = await fresh();
    await sql`create schema ledger_read create table t (x int)`.execute(database);
    const count = async (): Promise<unknown> =>
      (await sql<{ n: string }>`select count(*) as n from ledger_read.t`.execute(database)).rows[0]!.n;
    let others: Promise<unknown>[] = [];
    const failed = database.transaction().execute(async (tx) => {
      await sql`insert into ledger_read.t values (1)`.execute(tx);
      others = [count(), count()];
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('on purpose');
    });
    await expect(failed).rejects.toThrow('on purpose');
    expect(await Promise.all(others)).toEqual(['0', '0']);
    await expect(sql`select * from nothing_of_that_name`.execute(database)).rejects.toMatchObject({
      code: '42P01',
    });
    expect(await count()).toBe('0');
  });
});

it('a PostgreSQL that cannot be reached is said to be unavailable', async () => {
  const unreachable = openDatabase({ url: 'postgres://nobody:secret@127.0.0.1:1/none', folder: '' });
  await expect(unreachable).rejects.toThrow(DatabaseUnavailable);
  await expect(unreachable).rejects.toThrow('the database at 127.0.0.1:1 cannot be reached (ECONNREFUSED)');
});

describe('embedded read models that do not open', () => {
  const damages: [what: string, (models: string) => Promise<void>][] = [
    ['a part of them is gone', (models) => rm(join(models, 'global'), { recursive: true })],
    [
      'their control file is overwritten',
      (models) => writeFile(join(models, 'global/pg_control'), 'x'.repeat(8192)),
    ],
    ['another version of PostgreSQL wrote them', (models) => writeFile(join(models, 'PG_VERSION'), '12\n')],
    [
      'a file lies in their place',
      async (models) => {
        await rm(models, { recursive: true });
        await writeFile(models, 'not ours');
      },
    ],
  ];

  it(`are made anew and filled again: ${damages.map(([what]) => what).join(', ')}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'arledger-damaged-'));
    try {
      const log = new LogInMemory(randomHistory(71, 2, 10));
      await (await openDatabase({ folder })).close();
      for (const [, damage] of damages) {
        await damage(join(folder, 'read-models'));
        const told: string[] = [];
        const again = await openDatabase({ folder, warn: (text) => told.push(text) });
        try {
          expect(told).toEqual([
            expect.stringMatching(
              /^the read models in \S+ do not open: .+; put aside as \S+\.unusable, made anew from the event log$/,
            ),
          ]);
          await readModels(again, log).projector.catchUp();
          expect(await differencesFromLog(again, projections, log.events)).toEqual([]);
        } finally {
          await again.close();
        }
      }
      expect((await readdir(folder)).sort()).toEqual(['read-models', 'read-models.unusable']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('do not take a stranger’s folder with them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'arledger-foreign-'));
    try {
      await mkdir(join(folder, 'read-models'));
      await writeFile(join(folder, 'read-models/letter.txt'), 'keep me');
      const database = await openDatabase({ folder });
      await database.close();
      const kept = await Promise.any(
        ['read-models', 'read-models.unusable'].map((name) =>
          readFile(join(folder, name, 'letter.txt'), 'utf8'),
        ),
      );
      expect(kept).toBe('keep me');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
