import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { projections } from '../../../projections/all.js';
import { accountHistory } from '../../../projections/account-history.js';
import type { Projection } from '../../../projections/projection.js';
import type { Queryable } from '../../../src/database/database.js';
import type { StoredEvent } from '../../../src/event-store/event-store.js';
import { rebuild } from '../../../src/read-models/projector/rebuild.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { onEachDatabase } from '../../support/database.js';
import { randomHistory } from '../queries/random-history.js';
import { LogInMemory } from './log-in-memory.js';
import { readModels } from './read-models.js';
import { differencesFromLog } from './read-tables.js';

const RECORDED = { recordedAt: '2026-07-01T00:00:00.000Z' };
const note = (text: string) => ({ noteId: 'N1', effectiveOn: '2026-01-01', kind: 'call', text });
const charge = (given: object) => ({
  chargeId: 'C1',
  currency: 'USD',
  effectiveOn: '2026-01-01',
  serviceDate: '2026-01-01',
  amount: '1.00',
  code: { system: 'CPT', value: '1' },
  responsible: { party: 'patient' },
  ...given,
});
const SECRET = 'Jane Doe';

/** Events that nothing can be done with, each with what the dead letter says of it. */
const POISON: [why: string, event: Partial<StoredEvent>, reason: RegExp][] = [
  [
    'bytes that are no JSON',
    { type: 'NoteRecorded', data: undefined, metadata: RECORDED },
    /^data is malformed/,
  ],
  [
    'a type nobody knows',
    { type: 'ChargePosted.v9', data: { text: SECRET }, metadata: RECORDED },
    /^unknown type of event$/,
  ],
  ['no instant of recording', { data: note(SECRET) }, /^metadata has no recordedAt$/],
  [
    'an amount beyond range',
    { type: 'ChargePosted', data: charge({ amount: '9999999999999.00' }), metadata: RECORDED },
    /amount: invalid_format/,
  ],
  [
    'a NUL in a text',
    { data: note(`${SECRET}\u0000`), metadata: RECORDED },
    /PostgreSQL cannot store \(22P05\)$/,
  ],
  [
    'a NUL in the actor',
    { data: note(SECRET), metadata: { ...RECORDED, actor: '\u0000' } },
    /PostgreSQL cannot store \(22021\)$/,
  ],
  [
    'half a character',
    { data: note(`${SECRET}\ud800`), metadata: RECORDED },
    /PostgreSQL cannot store \(22P02\)$/,
  ],
  [
    'an instant that PostgreSQL does not know',
    { data: note(SECRET), metadata: { recordedAt: '+275000-01-01T00:00:00.000Z' } },
    /^recordedAt in its metadata is no instant/,
  ],
  [
    'a level that is no integer of PostgreSQL',
    {
      type: 'DenialAppealed',
      data: { appealId: 'X', denialId: 'D', level: 3e9, filedOn: '2026-01-01' },
      metadata: RECORDED,
    },
    /\(22003\)$/,
  ],
  [
    'a text that is too long for an index',
    {
      type: 'AccountOpened',
      // Does not compress, or it would fit.
      data: {
        accountId: 'B',
        openedOn: '2026-01-01',
        currency: 'USD',
        entity: Array.from({ length: 6000 }, (_, i) =>
          String.fromCharCode(0x4e00 + ((i * 7919) % 20000)),
        ).join(''),
      },
      metadata: RECORDED,
    },
    /beyond a limit of PostgreSQL \(54000\)$/,
  ],
  [
    'a row that is there already',
    { revision: 0, stream: 'account-A0', data: note(SECRET), metadata: RECORDED },
    /breaks a constraint \(23505\)$/,
  ],
];

async function deadLetters(db: Queryable) {
  const { rows } = await sql<{ position: string; account_id: string; reason: string }>`
    select position, account_id, reason from ledger_internal.dead_letters order by position`.execute(db);
  return rows;
}

onEachDatabase('a poisonous event', (fresh) => {
  it('is set aside with its reason, and everything else goes on', async () => {
    const { database } = await fresh();
    const history = randomHistory(31, 4, 30);
    const log = new LogInMemory();
    const poison: StoredEvent[] = [];
    for (const [i, recorded] of history.entries()) {
      log.record([recorded]);
      const event = i % 5 === 0 ? POISON[i / 5]?.[1] : undefined;
      if (event) poison.push(log.put({ stream: `account-P${i}`, ...event }));
    }
    expect(poison).toHaveLength(POISON.length);
    const models = readModels(database, log, { batchSize: 50 });
    await models.projector.catchUp();

    const letters = await deadLetters(database);
    expect(letters.map(({ position }) => position)).toEqual(poison.map(({ position }) => position));
    for (const [i, [, , reason]] of POISON.entries()) expect(letters[i]!.reason).toMatch(reason);
    expect(JSON.stringify([letters, models.logged])).not.toContain(SECRET);
    const good = log.events.filter((event) => !poison.includes(event));
    expect(await differencesFromLog(database, projections, good)).toEqual([]);
    expect(await models.projector.status()).toMatchObject({ deadLetters: POISON.length, caughtUp: true });

    const { rows } = await sql<{ account_id: string }>`
      select account_id from ledger.accounts where not trustworthy`.execute(database);
    expect(rows).toEqual([{ account_id: 'A0' }]);

    const named = await verify(models);
    expect(new Set(named.map(({ check }) => check))).toEqual(new Set(['dead_letter']));
    expect(named.map(({ accountId }) => accountId)).toEqual(letters.map(({ account_id }) => account_id));
  });

  it.each(POISON)('is found by a rebuild too: %s', async (_why, event, reason) => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(71, 1, 10));
    const poison = log.put({ stream: 'account-P', ...event });
    log.record(randomHistory(73, 3, 10).filter(({ accountId }) => accountId !== 'A0'));
    const models = readModels(database, log);
    await models.projector.catchUp();
    expect((await rebuild(models)).flatMap(({ differences }) => differences)).toEqual([]);
    const letters = await deadLetters(database);
    expect(letters).toMatchObject([{ position: poison.position }]);
    expect(letters[0]!.reason).toMatch(reason);
    expect(
      await differencesFromLog(
        database,
        projections,
        log.events.filter((e) => e !== poison),
      ),
    ).toEqual([]);
  });

  it('is a charge whose id its account has already', async () => {
    const { database } = await fresh();
    const log = new LogInMemory();
    const put = (amount: string): StoredEvent =>
      log.put({ type: 'ChargePosted', data: charge({ amount }), metadata: RECORDED });
    put('1.00');
    const again = put('2.00');
    const models = readModels(database, log);
    await models.projector.catchUp();
    expect(await deadLetters(database)).toMatchObject([
      { position: again.position, reason: expect.stringMatching(/breaks a constraint \(23505\)$/) },
    ]);
    const good = log.events.filter((event) => event !== again);
    expect(await differencesFromLog(database, projections, good)).toEqual([]);
  });

  it('is none that only spells what no JSON can hold, or holds what is written like it', async () => {
    const { database } = await fresh();
    const log = new LogInMemory();
    for (const text of ['\\u0000', '\\ud800', '\u0001', '"\\"', '\u{1F9FE}']) {
      log.put({ data: note(text), metadata: RECORDED });
    }
    await readModels(database, log).projector.catchUp();
    expect(await deadLetters(database)).toEqual([]);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);
    const { rows } = await sql<{ type: string }>`
      select distinct pg_typeof(data)::text as type from ledger.account_history`.execute(database);
    expect(rows).toEqual([{ type: 'jsonb' }]);
  });

  it('is in all projections or in none', async () => {
    const { database } = await fresh();
    const log = new LogInMemory(randomHistory(37, 3, 20));
    const log0 = log.events.find(({ type }) => type === 'ChargePosted')!;
    const refusing: Projection = {
      ...accountHistory,
      changesOf(recorded, movements) {
        if (recorded.position === log0.position) throw new RangeError(SECRET);
        return accountHistory.changesOf(recorded, movements);
      },
    };
    const chosen = projections.map((p) => (p.name === refusing.name ? refusing : p));
    const models = readModels(database, log, { projections: chosen });
    await models.projector.catchUp();
    expect(await deadLetters(database)).toEqual([
      {
        position: log0.position,
        account_id: log0.stream.slice('account-'.length),
        reason: 'the projection failed on it: RangeError',
      },
    ]);
    const good = log.events.filter((event) => event !== log0);
    expect(await differencesFromLog(database, projections, good)).toEqual([]);

    // Mended: some projections leave it out as the others do; all of them together take it in again.
    const mended = readModels(database, log);
    expect((await rebuild(mended, ['account-history'])).flatMap((r) => r.differences)).toEqual([]);
    expect(await deadLetters(database)).toHaveLength(1);
    const all = await rebuild(mended);
    expect(all.flatMap((r) => r.differences).length).toBeGreaterThan(0);
    expect(await deadLetters(database)).toEqual([]);
    expect(await differencesFromLog(database, projections, log.events)).toEqual([]);

    // Broken again: rebuilding one cannot leave the event out of one alone, so all are rebuilt.
    const broken = readModels(database, log, { projections: chosen });
    expect((await rebuild(broken, ['account-history'])).map((r) => r.projection)).toEqual(
      projections.map((p) => p.name),
    );
    expect(await deadLetters(database)).toHaveLength(1);
    expect(await differencesFromLog(database, projections, good)).toEqual([]);
  });
});
