import { beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { addDays } from '../../../src/ledger/calendar.js';
import { type AgingAnswer, AgingQuery } from '../../../src/read-models/queries/aging.js';
import { ReadModelsNotReady, ReportDoesNotTie } from '../../../src/read-models/queries/refusals.js';
import { onEachDatabase } from '../../support/database.js';
import { type OracleAgingRow, oracleAging, oracleAgingBy } from '../../support/ledger-oracle.js';
import { TODAY, momentsOf, randomClocks, roadsFor, sorted } from './asking.js';
import { DAYS, FIRST_DAY, randomFrom, randomHistory } from './random-history.js';
import { createReadModels, fillReadModels } from './read-models.js';

const BASES = ['service', 'posted', 'responsible'] as const;
const GROUPS = ['none', 'party', 'payer', 'account', 'entity'] as const;
const SEEDS = Array.from({ length: Number(process.env['ARLEDGER_RUNS'] ?? 3) }, (_, i) => 100 + i);
const BUCKETS = [[30, 60, 90, 120], [1], [7, 14, 100]];

onEachDatabase('aging', (fresh) => {
  let db: Database;
  let query: AgingQuery;
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
    query = new AgingQuery(momentsOf(db));
  });

  it.each([1, 2, 3, 4, 5])(
    'is a replay of just the events that count and were known (seed %i)',
    async (seed) => {
      const events = randomHistory(seed);
      await fillReadModels(db, events);
      const random = randomFrom(seed);
      for (let i = 0; i < 12; i++) {
        const question = {
          ...randomClocks(random, events),
          basis: random.pick(BASES),
          buckets: random.pick(BUCKETS),
        };
        const groupBy = random.pick(GROUPS);
        const answer = await query.run({ ...question, groupBy });
        for (const road of roadsFor(question)) {
          expect(await query.run({ ...question, groupBy, road })).toEqual(answer);
        }
        const oracle = oracleAging(events, question);
        const expected = [...oracleAgingBy(oracle, keyOf[groupBy])].flatMap(([key, rows]) =>
          rows.map((row) => ({ key, ...row })),
        );
        expect(sorted(answer.items.map((item) => keyed(item, groupBy)).filter(isOpen))).toEqual(
          sorted(expected.filter(isOpen)),
        );
        expect(sorted(answer.totals.filter(isOpen))).toEqual(sorted(oracle.totals.filter(isOpen)));
      }
    },
  );

  it.each(SEEDS)('is the same by every road on any past day (seed %i)', async (seed) => {
    const events = randomHistory(seed);
    await fillReadModels(db, events);
    for (let day = -5; day < DAYS + 40; day += 7) {
      const question = {
        asOf: addDays(FIRST_DAY, day),
        basis: BASES[(day + 5) % 3]!,
        groupBy: GROUPS[(day + 5) % 5]!,
      };
      const answer = await query.run({ ...question, road: 'journal' });
      expect(await query.run(question)).toEqual(answer);
      expect(await query.run({ ...question, road: 'by_share' })).toEqual(answer);
      const oracle = oracleAging(events, { ...question, buckets: BUCKETS[0]! });
      expect(sorted(answer.totals.filter(isOpen))).toEqual(sorted(oracle.totals.filter(isOpen)));
    }
  });

  it('keeps to one entity where one is asked for', async () => {
    const events = randomHistory(11);
    await fillReadModels(db, events);
    const question = { asOf: TODAY, basis: 'responsible', buckets: [30, 60] } as const;
    const all = await query.run({ ...question, groupBy: 'entity' });
    for (const entity of ['main', 'north']) {
      for (const road of [undefined, ...roadsFor({ asOf: TODAY })]) {
        const one = await query.run({ ...question, entity, groupBy: 'entity', ...(road && { road }) });
        expect(one.items).toEqual(all.items.filter((item) => item.entity === entity));
      }
    }
    expect((await query.run({ ...question, entity: 'nowhere' })).totals).toEqual([]);
  });

  it('takes what a caller sends as a value, whatever is in it', async () => {
    await fillReadModels(db, randomHistory(11));
    const entity = `x' or '1'='1'; drop table ledger_read.accounts; --`;
    expect((await query.run({ entity })).items).toEqual([]);
    expect((await query.run()).totals.length).toBeGreaterThan(0);
  });

  it('has a zero total for a currency in which nothing is open, and none for one not yet known', async () => {
    const events = randomHistory(12).filter(({ event }) => event.type === 'AccountOpened');
    await fillReadModels(db, events);
    const zero = {
      amounts: ['0.00', '0.00', '0.00', '0.00', '0.00'],
      notYetDue: '0.00',
      credits: '0.00',
      unapplied: '0.00',
      total: '0.00',
    };
    const { items, totals } = await query.run();
    expect(totals.map((total) => total.currency)).toEqual(['EUR', 'JPY', 'KWD', 'USD']);
    expect(totals).toContainEqual({ currency: 'USD', ...zero });
    expect(items).toEqual(totals);
    const before = await query.run({ knownAt: '2025-12-31T00:00:00.000Z' });
    expect(before.totals).toEqual([]);
  });

  describe('when a row was tampered with', () => {
    const tampered: [string, string, object][] = [
      [
        'a share',
        `update ledger_read.shares set used = used - 1 where balance <> 0 and currency = 'USD'`,
        { basis: 'responsible' },
      ],
      [
        'the balance of a share',
        `update ledger_read.shares set balance = balance + 1 where currency = 'USD'`,
        {},
      ],
      [
        'a part of a share',
        `update ledger_read.share_parts set opened = opened + 1`,
        { basis: 'responsible' },
      ],
      [
        'unapplied money',
        `update ledger_read.unapplied_credits set amount = amount + 1`,
        { groupBy: 'payer' },
      ],
      ['a day of a GL account', `update ledger_read.gl_days set amount = amount + 1`, {}],
      [
        'the last day of a share',
        `update ledger_read.shares set last_on = first_on where currency = 'USD'`,
        { asOf: '2026-04-11' },
      ],
      [
        'the first day of a share',
        `update ledger_read.shares set first_on = last_on where currency = 'USD'`,
        { asOf: '2026-04-11' },
      ],
      ['an account', `update ledger_read.accounts set balance = balance + 1`, { groupBy: 'account' }],
      [
        'a journal line',
        `update ledger_read.journal_lines set amount = amount + 1 where gl_account = 'Assets:Receivable:Patient'`,
        { road: 'journal' },
      ],
      [
        'the other side of an entry',
        `delete from ledger_read.journal_lines where gl_account = 'Income:Charges' and line_no = 1`,
        { road: 'journal' },
      ],
    ];

    it.each(tampered)('%s: refuses with the difference', async (_, statement, request) => {
      await fillReadModels(db, randomHistory(13));
      const question = { asOf: '2026-12-31', ...request };
      await query.run(question);
      await sql.raw(statement).execute(db);
      const refused = await query.run(question).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(ReportDoesNotTie);
      expect((refused as ReportDoesNotTie).mismatches[0]).toMatchObject({
        currency: expect.any(String),
        difference: expect.stringMatching(/^-?\d+(\.\d+)?$/),
      });
    });

    it('names the account where accounts are compared', async () => {
      await fillReadModels(db, randomHistory(13));
      await sql`update ledger_read.accounts set balance = balance - 12.34 where account_id = 'A0'`.execute(
        db,
      );
      const refused = await query
        .run({ asOf: '2026-12-31', groupBy: 'account' })
        .catch((error: unknown) => error);
      expect((refused as ReportDoesNotTie).mismatches[0]).toMatchObject({
        group: { accountId: 'A0' },
        currency: 'USD',
        difference: '12.34',
      });
    });
  });

  it('says that tables are missing where there are none yet', async () => {
    await sql`alter schema ledger_read rename to elsewhere`.execute(db);
    await expect(query.run()).rejects.toThrow(ReadModelsNotReady);
    await sql`alter schema elsewhere rename to ledger_read`.execute(db);
  });

  it('says so when an account has an event that was set aside', async () => {
    await fillReadModels(db, randomHistory(14));
    expect(await query.run()).toMatchObject({ trustworthy: true });
    await sql`insert into ledger_internal.dead_letters (position, account_id, stream, revision, event_type, reason)
      values (999, 'A0', 'account-A0', 9, 'ChargePosted', 'test')`.execute(db);
    expect(await query.run()).toMatchObject({ trustworthy: false, untrustworthyAccounts: ['A0'] });
    expect(await query.run({ entity: 'north' })).toMatchObject({ untrustworthyAccounts: ['A0'] });
    expect(await query.run({ entity: 'main' })).toMatchObject({ trustworthy: true });
  });
});

const keyOf: Record<(typeof GROUPS)[number], (row: OracleAgingRow) => string> = {
  none: () => '',
  party: ({ party }) => party.party,
  payer: ({ party }) => `${party.party} ${'payerId' in party ? party.payerId : 'null'}`,
  account: ({ accountId }) => accountId,
  entity: ({ entity }) => entity,
};

function keyed(item: AgingAnswer['items'][number], groupBy: (typeof GROUPS)[number]) {
  const { party, payerId, accountId, entity, ...figures } = item;
  const key = { none: '', party, payer: `${party} ${payerId}`, account: accountId, entity }[groupBy];
  return { key, ...figures };
}

/** The oracle has a row for whatever was ever touched. */
function isOpen(row: { amounts: string[]; notYetDue: string; credits: string; unapplied: string }): boolean {
  return [...row.amounts, row.notYetDue, row.credits, row.unapplied].some((amount) => /[1-9]/.test(amount));
}
