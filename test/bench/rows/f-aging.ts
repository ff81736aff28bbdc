import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { AccountListQuery } from '../../../src/read-models/queries/account-list.js';
import { AccountQuery } from '../../../src/read-models/queries/account.js';
import { AgingQuery } from '../../../src/read-models/queries/aging.js';
import { HistoryQuery } from '../../../src/read-models/queries/history.js';
import { JournalQuery } from '../../../src/read-models/queries/journal.js';
import { Moments } from '../../../src/read-models/queries/moment.js';
import { TrialBalanceQuery } from '../../../src/read-models/queries/trial-balance.js';
import { LINES_A_CHARGE, fillAgingLedger } from '../aging-ledger.js';
import { type RowBench, defineRow, median } from '../bench-row.js';
import { type PlainGroup, makePlainTables, plainAging } from '../plain-aging.js';

/*
 * Aging of a large ledger, and other questions on it, in the query classes that HTTP and the command line ask. Beside
 * aging stands plain SQL on the same database; both must come to the same total.
 */

const TODAY = '2026-08-01';
const MONTH_AGO = '2026-06-30';
const YEAR_AGO = '2025-06-30';
const KNOWN_AT = '2025-12-31T23:59:59.000Z';
const ASKED = 5;

interface Place {
  folder: string;
  databaseUrl?: string | undefined;
}

const measures = {
  async fill({ folder, databaseUrl, lines }: Place & { lines: number }) {
    const database = await openDatabase({ url: databaseUrl, folder });
    await fillAgingLedger(database, 10 * Math.round(lines / LINES_A_CHARGE / 10));
    await makePlainTables(database);
    const count = await sql<{ lines: string }>`
      select count(*) as lines from ledger_read.journal_lines`.execute(database);
    await database.close();
    return { lines: Number(count.rows[0]!.lines) };
  },

  /** In ms, by question: ours, and the plain SQL under `plain …`. */
  async ask({ folder, databaseUrl }: Place) {
    const database = await openDatabase({ url: databaseUrl, folder });
    const figures: Record<string, number> = {};
    for (const [name, { ours, plain }] of Object.entries(agingsOn(database))) {
      const [oursTotal, plainTotal] = [await ours(), await plain()];
      // The plain one is added up in binary.
      if (Math.abs(oursTotal - plainTotal) > 0.01) {
        throw new Error(`${name}: ${oursTotal} is not ${plainTotal}`);
      }
      const times: [number, number][] = [];
      for (let n = 0; n < ASKED; n += 1) times.push([await msOf(ours), await msOf(plain)]);
      figures[name] = median(times.map(([own]) => own));
      figures[`plain ${name}`] = median(times.map(([, other]) => other));
    }
    for (const [name, ask] of Object.entries(othersOn(database))) {
      await ask();
      const times: number[] = [];
      for (let n = 0; n < ASKED; n += 1) times.push(await msOf(ask));
      figures[name] = median(times);
    }
    return figures;
  },
};

/** Moments of a database whose projections are never behind. */
function momentsOf(database: Database): Moments {
  const progress = {
    waitFor: () => Promise.resolve(),
    waitUntilKnown: () => Promise.resolve(undefined),
    requireSameLog: () => Promise.resolve(),
  };
  return new Moments(database, progress, { now: () => new Date(`${TODAY}T12:00:00Z`) }, 'UTC');
}

interface Pair {
  ours: () => Promise<number>;
  plain: () => Promise<number>;
}

/** Agings with the plain SQL for each; all give the total. */
function agingsOn(database: Database): Record<string, Pair> {
  const aging = new AgingQuery(momentsOf(database));
  const pairs: Record<string, Pair> = {};
  for (const [when, asOf, knownAt] of [
    ['today', TODAY, undefined],
    ['a month ago', MONTH_AGO, undefined],
    ['a year ago', YEAR_AGO, undefined],
    ['a year ago, as known half a year later', YEAR_AGO, KNOWN_AT],
  ] as const) {
    for (const [groupBy, how] of Object.entries(GROUPS) as [PlainGroup, string][]) {
      if (knownAt !== undefined && groupBy !== 'none') continue;
      pairs[`aging ${when}, ${how}`] = {
        ours: async () => Number((await aging.run({ asOf, groupBy, knownAt })).totals[0]!.total),
        // Everything of a past date was known by then here, so that the same SQL answers.
        plain: () => plainAging(database, { asOf, from: asOf === TODAY ? 'shares' : 'lines', groupBy }),
      };
    }
  }
  return pairs;
}

const GROUPS: Readonly<Record<PlainGroup, string>> = {
  none: 'in total',
  payer: 'by payer',
  account: 'by account',
};

/** Other questions, which stand alone. */
function othersOn(database: Database): Record<string, () => Promise<unknown>> {
  const moments = momentsOf(database);
  const aging = new AgingQuery(moments);
  const account = { accountId: 'acct-00000007' };
  return {
    'aging today since responsible': () => aging.run({ asOf: TODAY, basis: 'responsible' }),
    'aging a year ago since responsible': () => aging.run({ asOf: YEAR_AGO, basis: 'responsible' }),
    'aging today of one entity': () => aging.run({ asOf: TODAY, entity: 'north' }),
    'trial balance today': () => new TrialBalanceQuery(moments).run({ asOf: TODAY }),
    'trial balance a year ago': () => new TrialBalanceQuery(moments).run({ asOf: YEAR_AGO }),
    '1,000 accounts today': () => new AccountListQuery(moments).run({ asOf: TODAY, limit: 1000 }),
    '1,000 accounts a year ago': () => new AccountListQuery(moments).run({ asOf: YEAR_AGO, limit: 1000 }),
    'one account today': () => new AccountQuery(moments).run({ asOf: TODAY, ...account }),
    'one account a year ago': () => new AccountQuery(moments).run({ asOf: YEAR_AGO, ...account }),
    'history of one account': () => new HistoryQuery(moments).run({ asOf: TODAY, ...account }),
    '10,000 journal entries': async () => {
      let entries = 0;
      for await (const _ of new JournalQuery(moments).entries({})) if ((entries += 1) === 10_000) return;
    },
    'ledger.aging(today)': () => sql`select sum(total) from ledger.aging(${TODAY})`.execute(database),
    'ledger.aging(a year ago)': () => sql`select sum(total) from ledger.aging(${YEAR_AGO})`.execute(database),
    'ledger.open_items': () => sql`select sum(amount) from ledger.open_items`.execute(database),
  };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const row = defineRow({
  title: 'aging of the whole ledger',
  measures,
  async run(bench) {
    const sizes = bench.isQuick ? [20_000] : bench.isLarge ? [1_000_000, 5_000_000] : [1_000_000];
    for (const size of sizes) await askLedgersOf(bench, size);
  },
});

async function askLedgersOf(bench: RowBench<typeof measures>, size: number): Promise<void> {
  for (const { name: driver, newUrl } of bench.databases()) {
    const place = { folder: await bench.newFolder(), databaseUrl: await newUrl() };
    const { lines } = await bench.measure('fill', { ...place, lines: size });
    const { peakMb, ...asked } = await bench.measure('ask', place);
    const figures: Readonly<Partial<Record<string, number>>> = asked;
    const of = `${driver}, ${(lines / 1e6).toFixed(2)} million lines`;
    for (const [name, value] of Object.entries(asked)) {
      const plain = figures[`plain ${name}`];
      if (name.startsWith('plain ')) continue;
      bench.add({
        work: `${name} (${of})`,
        unit: 'ms',
        ours: { value, peakMb },
        ...(plain !== undefined && { beside: { name: 'plain SQL', value: plain } }),
      });
    }
  }
}
