import { createHash } from 'node:crypto';
import { accountStream, encode } from '../../../src/event-store/codec.js';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { NewEvent } from '../../../src/event-store/event-store.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { OpenLedger } from '../../../src/command-line/open-ledger.js';
import { Accounts } from '../../../src/commands/transact.js';
import { AccountQuery } from '../../../src/read-models/queries/account.js';
import { HistoryQuery } from '../../../src/read-models/queries/history.js';
import { LIMIT_DEFAULT, writeCursor } from '../../../src/read-models/queries/page.js';
import { type RowBench, defineRow, median, middle } from '../bench-row.js';
import { type LedgerPlace, withLedger } from '../bench-ledger.js';
import { longHistory } from '../long-history.js';

/*
 * An account with a long history beside one of ten events in the same ledger. Each is asked in a process of its own, which
 * has done as much before on other accounts.
 */

const SHORT_EVENTS = 10;
const OTHERS = 20;
const APPENDED_TOGETHER = 1_000;
const ASKED = 40;
/** The histories go from 2000 to 2024. */
const PAST = '2012-01-01';

type Place = LedgerPlace & { accountId: string; events: number };

const measures = {
  /** The log, read models and the snapshot that the first command leaves behind. */
  async fill({ events, ...place }: LedgerPlace & { events: number }) {
    await fillLog(place.folder, events);
    await withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const accounts = ledger.app.get(Accounts);
      for (const accountId of ['LONG', 'SHORT']) await accounts.transact(payment(accountId, 'FIRST'));
      await accounts.idle();
      await ledger.caughtUp();
    });
    return {};
  },

  /** In ms: the first command on the account since the start, and one when it is in memory. */
  async commands({ accountId, ...place }: Place) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const accounts = ledger.app.get(Accounts);
      const once = async (id: string): Promise<number> => {
        const start = performance.now();
        await accounts.transact(payment(id, `P-${performance.now().toFixed(3)}-${process.pid}`));
        return performance.now() - start;
      };
      for (let n = 0; n < ASKED * OTHERS; n += 1) await once(other(n % OTHERS));
      const afterRestart = await once(accountId);
      const times: number[] = [];
      for (let n = 0; n < ASKED; n += 1) times.push(await once(accountId));
      await accounts.idle();
      return { afterRestart, inMemory: median(times) };
    });
  },

  /** In ms: the first and the last page of the history, and balances. */
  async questions({ accountId, events, ...place }: Place) {
    return withLedger(place, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const figures: Record<string, number> = {};
      for (const [name, ask] of questionsOn(ledger, events)) {
        for (let n = 0; n < OTHERS; n += 1) await ask(other(n));
        const times: number[] = [];
        for (let n = 0; n < ASKED; n += 1) {
          const start = performance.now();
          await ask(accountId);
          times.push(performance.now() - start);
        }
        figures[name] = median(times);
      }
      return figures;
    });
  },
};

function questionsOn(
  { app }: OpenLedger,
  events: number,
): [string, (accountId: string) => Promise<unknown>][] {
  const [history, account] = [app.get(HistoryQuery), app.get(AccountQuery)];
  const after = (accountId: string, revision: number): string =>
    writeCursor([accountId, String(Math.max(0, revision)), PAST, '0.00']);
  return [
    ['first page of the history', (accountId) => history.run({ accountId })],
    [
      'last page of the history',
      (accountId) => history.run({ accountId, cursor: after(accountId, events - LIMIT_DEFAULT - 1) }),
    ],
    ['first page, as of a past date', (accountId) => history.run({ accountId, asOf: PAST })],
    [
      'a later page, as of a past date',
      (accountId) => history.run({ accountId, asOf: PAST, cursor: after(accountId, Math.floor(events / 4)) }),
    ],
    ['balance today', (accountId) => account.run({ accountId })],
    ['balance at a past date', (accountId) => account.run({ accountId, asOf: PAST })],
  ];
}

async function fillLog(folder: string, events: number): Promise<void> {
  const store = await openEmbeddedStore({ folder });
  const histories = [
    ...Array.from({ length: OTHERS }, (_, n) => [other(n), SHORT_EVENTS] as const),
    ['SHORT', SHORT_EVENTS] as const,
    ['LONG', events] as const,
  ];
  for (const [accountId, count] of histories) {
    const stored = longHistory(accountId, count).map((event, revision): NewEvent => ({
      id: uuidOf(`${accountId} ${revision}`),
      ...encode(event),
      metadata: { recordedAt: new Date(Date.UTC(2025, 0, 1) + revision).toISOString() },
    }));
    for (let at = 0; at < count; at += APPENDED_TOGETHER) {
      await store.append(
        accountStream(accountId),
        at === 0 ? 'no_stream' : at - 1,
        stored.slice(at, at + APPENDED_TOGETHER),
      );
    }
  }
  await store.close();
}

function other(n: number): string {
  return `OTHER-${n}`;
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function payment(accountId: string, paymentId: string): AccountCommand {
  return {
    type: 'PostPayment',
    accountId,
    paymentId,
    amount: '1.00',
    from: { party: 'patient' },
    method: 'cash',
    allocations: [],
  };
}

export const row = defineRow({
  title: 'an account with a long history beside one of ten events',
  measures,
  async run(bench) {
    const events = bench.isQuick ? 5_000 : 100_000;
    const folder = await bench.newFolder();
    await bench.measure('fill', { folder, events });
    await compareAccounts(bench, 'commands', { folder, events }, [
      ['afterRestart', 'command after a restart'],
      ['inMemory', 'command'],
    ]);
    const names = [
      'first page of the history',
      'last page of the history',
      'first page, as of a past date',
      'a later page, as of a past date',
      'balance today',
      'balance at a past date',
    ];
    await compareAccounts(
      bench,
      'questions',
      { folder, events },
      names.map((name) => [name, name]),
    );
  },
});

async function compareAccounts(
  bench: RowBench<typeof measures>,
  measure: 'commands' | 'questions',
  { folder, events }: { folder: string; events: number },
  figures: readonly (readonly [figure: string, work: string])[],
): Promise<void> {
  const turns = await bench.eachRound(async () => ({
    long: await bench.measure(measure, { folder, accountId: 'LONG', events }),
    short: await bench.measure(measure, { folder, accountId: 'SHORT', events: SHORT_EVENTS }),
  }));
  for (const [figure, work] of figures) {
    const of = (which: 'long' | 'short') =>
      middle(
        turns.map((turn) => turn[which] as Record<string, number> & { peakMb: number }),
        figure,
      );
    bench.add({
      work: `${events.toLocaleString('en')} events: ${work}`,
      unit: 'ms',
      ours: of('long'),
      beside: { name: `${SHORT_EVENTS} events`, ...of('short') },
    });
  }
}
