import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Table from 'cli-table3';
import { contradictions } from '../../src/command-line/log-invariants.js';
import { Database } from '../../src/database/database.js';
import { openPGlite } from '../../src/database/pglite.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { OverlayEventStore } from '../../src/event-store/overlay-event-store.js';
import { verify } from '../../src/read-models/projector/verify.js';
import type { FileSummary } from '../../src/remittances/posting/import-summary.js';
import { list } from '../event-store/contract.js';
import { readModels } from '../read-models/projector/read-models.js';
import { ImportingProcess, eventCount } from './posting/import-on-a-log.js';
import {
  BOOKS_TOGETHER,
  BY_NAME,
  FROM_THE_LAST,
  MET_BY_NAME,
  MET_FROM_THE_LAST,
  UNBALANCED_ALONE,
} from './samples/expected-outcomes.js';
import { type FileFigures, cents, decimal, figuresOf, sum } from './samples/figures-of-file.js';
import { type AccountOfLog, type LedgerOfLog, ledgerOf } from './samples/ledger-of-log.js';
import { RenamedStreams } from './samples/renamed-streams.js';
import { saidOf } from './samples/said-of.js';
import { bytesOf, samples, samplesAreThere } from './samples/sample-files.js';

/*
 * Every sample file through a fresh ledger that opens the accounts, and all of them into one: what is posted follows from
 * their segments to the cent, what is not is on the clearing account and says why. Prints what became of each.
 */
const files = samples().map(({ file }) => file);
// A table must have a row, even one that is skipped.
const each = (named: readonly string[]): readonly string[] => (samplesAreThere ? named : ['none']);
const figuresOfFile = (file: string): FileFigures => figuresOf(bytesOf(file).toString('latin1'));

const folder = mkdtempSync(join(tmpdir(), 'arledger-samples-'));
const opened: EventStore[] = [];
async function freshLog(): Promise<EventStore> {
  const store = await openEmbeddedStore({ folder: join(folder, String(opened.length)) });
  opened.push(store);
  return store;
}

const became: Record<'alone' | Order, Map<string, string>> = {
  alone: new Map(),
  'by name': new Map(),
  'from the last': new Map(),
};

afterAll(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true });
  if (samplesAreThere) process.stdout.write(`${tableOfOutcomes()}\n`);
});

(samplesAreThere ? describe : describe.skip)('each sample remittance in a ledger of its own', () => {
  let empty: EventStore;
  beforeAll(async () => {
    empty = await freshLog();
  });

  async function imported(file: string): Promise<{ summary: FileSummary; ledger: LedgerOfLog }> {
    const store = await OverlayEventStore.over(empty);
    const process = new ImportingProcess(store);
    const summary = await process.import(bytesOf(file));
    became.alone.set(file, saidOf(summary));
    await expectNothingMore(store, process, [file]);
    expect(await contradictionsOf(store)).toEqual([]);
    return { summary, ledger: await ledgerOf(store) };
  }

  const balanced = files.filter((file) => !(file in UNBALANCED_ALONE));

  it('is balanced by its index, or in the table of those that are not', () => {
    const byIndex = samples().filter(({ balance }) => balance === 'BALANCES');
    expect(balanced).toEqual(byIndex.map(({ file }) => file));
    expect(files.length).toBeGreaterThan(40);
  });

  it.each(each(balanced))('%s, which balances, is posted to the cent', async (file) => {
    const figures = figuresOfFile(file);
    const { summary, ledger } = await imported(file);
    const [remittance] = summary.remittances;
    expect(remittance).toMatchObject({
      outcome: 'posted',
      claims: {
        total: figures.posted + figures.movesNothing,
        posted: figures.posted,
        movesNothing: figures.movesNothing,
        suspended: 0,
        waiting: 0,
      },
      paid: { posted: decimal(figures.paid), inClearing: '0.00' },
      needs: [],
    });
    expect(ledger.accounts).toEqual(accountsOf(figures));
    expect(ledger.books).toEqual(booksOf(figures));
    expect(ledger.warnings['lines_do_not_sum_to_claim'] ?? 0).toBe(figures.withLinesLeftOut);
    expect(decimal(figures.payment)).toBe(decimal(figures.paid - figures.providerAdjustments));
  });

  it.each(each(Object.keys(UNBALANCED_ALONE)))('%s says by how much it does not balance', async (file) => {
    const { payment, providerAdjustments } = figuresOfFile(file);
    const { summary, ledger } = await imported(file);
    expect({ said: saidOf(summary), findings: stoppingIn(summary) }).toEqual(UNBALANCED_ALONE[file]);
    const [{ outcome, paid }] = summary.remittances as [FileSummary['remittances'][number]];
    const cash = outcome === 'held' ? 0 : payment;
    expect(ledger.books).toEqual(
      withoutZeros({ 'Assets:Cash': decimal(cash), 'Assets:RemittanceClearing': `-${paid.inClearing}` }),
    );
    expect(decimal(cash)).toBe(paid.inClearing);
    expect(providerAdjustments === 0 || outcome === 'held').toBe(true);
    for (const account of Object.values(ledger.accounts)) expect(account).toEqual(EMPTY_ACCOUNT);
  });
});

type Order = 'by name' | 'from the last';
interface Together {
  inOrder: readonly string[];
  store: EventStore;
  process: ImportingProcess;
  ledger: LedgerOfLog;
}
const together = new Map<Order, Promise<Together>>();

/** The ledger that has all files, one for each order. */
function ledgerOfAll(order: Order): Promise<Together> {
  let ledger = together.get(order);
  if (!ledger) together.set(order, (ledger = importAll(order)));
  return ledger;
}

async function importAll(order: Order): Promise<Together> {
  const inOrder = order === 'by name' ? files : files.toReversed();
  const store = await freshLog();
  const process = new ImportingProcess(store);
  for (const file of inOrder) became[order].set(file, saidOf(await process.import(bytesOf(file))));
  return { inOrder, store, process, ledger: await ledgerOf(store) };
}

const ORDERS = [
  ['by name', BY_NAME, MET_BY_NAME],
  ['from the last', FROM_THE_LAST, MET_FROM_THE_LAST],
] as const;

(samplesAreThere ? describe : describe.skip).each(ORDERS)(
  'all sample remittances in one ledger, %s',
  (order, outcomes, met) => {
    it('come to what the rules of duplicates say', async () => {
      await ledgerOfAll(order);
      expect(Object.fromEntries(became[order])).toEqual(outcomes);
    });

    it('tie: cash is what was paid, clearing what is suspended, control what payers keep back', async () => {
      const { ledger } = await ledgerOfAll(order);
      const accepted = files.filter((file) => !outcomes[file]!.startsWith('held')).map(figuresOfFile);
      const total = (of: (figures: FileFigures) => number): number => sum(accepted.map(of));
      const payments = Object.values(ledger.accounts).flatMap(({ payments }) => payments);
      const posted = sum(payments.map(cents));
      const tied = {
        'Assets:Cash': decimal(total(({ payment }) => payment)),
        'Assets:PayerControl': decimal(total(({ providerAdjustments }) => providerAdjustments)),
        'Assets:RemittanceClearing': decimal(posted - total(({ paid }) => paid)),
      };
      expect(tied).toEqual(BOOKS_TOGETHER);
      expect(ledger.books).toMatchObject(tied);
      expect(decimal(sum(Object.values(ledger.controlAccounts).map(cents)))).toBe(
        tied['Assets:PayerControl'],
      );
    });

    it('leave on every account what the files that it is in come to', async () => {
      const { inOrder, ledger } = await ledgerOfAll(order);
      const alone = inOrder
        .filter((file) => !(file in UNBALANCED_ALONE))
        .flatMap((file) => Object.entries(accountsOf(figuresOfFile(file))));
      expect(ledger.accounts).toEqual({ ...Object.fromEntries(alone), ...met });
    });

    it('append nothing when they come again', async () => {
      const { store, process, inOrder } = await ledgerOfAll(order);
      await expectNothingMore(store, process, inOrder);
    });

    it('leave a log that nothing contradicts', async () => {
      const { store } = await ledgerOfAll(order);
      expect(await contradictionsOf(store)).toEqual([]);
    });
  },
);

(samplesAreThere ? it : it.skip)('read models of all sample remittances agree with the log', async () => {
  const { store } = await ledgerOfAll('by name');
  const database = new Database(await openPGlite('memory://'));
  try {
    const models = readModels(database, store);
    await models.projector.catchUp();
    expect(await verify(models)).toEqual([]);
  } finally {
    await database.close();
  }
});

const url = process.env['EVENTSTORE_URL'];
const ON_A_SERVER = 'all sample remittances are the same events on a real EventStoreDB';
if (url !== undefined && samplesAreThere) {
  it(ON_A_SERVER, async () => {
    const embedded = await ledgerOfAll('by name');
    const store = new RenamedStreams(await openEventStoreDb({ url }), randomUUID());
    opened.push(store);
    const process = new ImportingProcess(store);
    for (const file of files) await process.import(bytesOf(file));
    expect(await ledgerOf(store)).toEqual(embedded.ledger);
    expect(await withoutPositions(store)).toEqual(await withoutPositions(embedded.store));
    expect(await contradictionsOf(store)).toEqual([]);
    await expectNothingMore(store, process, files);
  });
} else {
  const missing = url === undefined ? 'EVENTSTORE_URL is not set' : 'the sample files are not there';
  it.skip(`${ON_A_SERVER} (${missing})`, () => undefined);
}

/** Imports files that were imported before: no event is appended, and each says that it was here or is held. */
async function expectNothingMore(
  store: EventStore,
  process: ImportingProcess,
  again: readonly string[],
): Promise<void> {
  const before = { head: await store.head(), events: await eventCount(store) };
  for (const file of again) {
    const { remittances } = await process.import(bytesOf(file));
    expect(remittances.map(({ outcome }) => outcome)).toEqual([expect.stringMatching(/^(duplicate|held)$/)]);
  }
  expect({ head: await store.head(), events: await eventCount(store) }).toEqual(before);
  expect(before.events).toBeGreaterThan(0);
}

async function contradictionsOf(store: EventStore): Promise<string[]> {
  return (await list(contradictions(store, () => undefined))).map(({ text }) => text);
}

/** Every stream's events in their order, with all that is kept of them but where in the whole log they stand. */
async function withoutPositions(store: EventStore): Promise<Record<string, Partial<StoredEvent>[]>> {
  const streams: Record<string, Partial<StoredEvent>[]> = {};
  for await (const { position: _, ...event } of store.readAll()) (streams[event.stream] ??= []).push(event);
  return streams;
}

const EMPTY_ACCOUNT: AccountOfLog = {
  charges: [],
  payments: [],
  writtenOff: '0.00',
  denied: '0.00',
  shares: {},
  unapplied: {},
  balance: '0.00',
};

function accountsOf({ accounts }: FileFigures): Record<string, AccountOfLog> {
  return Object.fromEntries(
    [...accounts].map(([id, { charges, payments, writtenOff, denied, shares, balance }]) => [
      id,
      {
        charges: charges.map(decimal),
        payments: payments.map(decimal),
        writtenOff: decimal(writtenOff),
        denied: decimal(denied),
        shares: Object.fromEntries(Object.entries(shares).map(([party, amount]) => [party, decimal(amount)])),
        unapplied: {},
        balance: decimal(balance),
      },
    ]),
  );
}

/** The general ledger after one file that is posted whole. */
function booksOf({ payment, providerAdjustments, accounts }: FileFigures): Record<string, string> {
  const all = [...accounts.values()];
  const shares = all.flatMap((account) => Object.entries(account.shares));
  const owed = (isPatient: boolean): number =>
    sum(shares.map(([party, amount]) => ((party === 'patient') === isPatient ? amount : 0)));
  return withoutZeros({
    'Assets:Cash': decimal(payment),
    'Assets:PayerControl': decimal(providerAdjustments),
    'Assets:Receivable:Patient': decimal(owed(true)),
    'Assets:Receivable:Payer': decimal(owed(false)),
    'Income:Adjustments': decimal(sum(all.map(({ writtenOff }) => writtenOff))),
    'Income:Charges': decimal(-sum(all.flatMap(({ charges }) => charges))),
  });
}

function withoutZeros(books: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(books).filter(([, amount]) => /[1-9]/.test(amount)));
}

/** What stops something, of the whole and of its claims: which rule, what the amounts come to, and what is stated. */
function stoppingIn({ remittances }: FileSummary): string[] {
  return remittances
    .flatMap(({ findings, needs }) => [...findings, ...needs.flatMap((need) => need.findings)])
    .filter(({ severity }) => severity === 'stops')
    .map(({ code, claim, line, facts }) => {
      const { computed, stated, payment, difference } = facts;
      const where = `${claim === undefined ? '' : `claim ${claim} `}${line === undefined ? '' : `line ${line} `}`;
      return `${where}${code}: ${computed}, stated ${stated ?? payment}, difference ${difference}`;
    })
    .sort((a, b) => placeIn(a).localeCompare(placeIn(b)));
}

/** The transaction before its claims, the lines of a claim before what is said of all of it. */
function placeIn(finding: string): string {
  const [, claim = '', line = ''] = /^(?:claim (\d+) )?(?:line (\d+) )?/.exec(finding)!;
  return `${claim} ${claim !== '' && line === '' ? 'all' : line}`;
}

function tableOfOutcomes(): string {
  const table = new Table({
    head: ['sample file', 'alone', 'all in one ledger, by name', 'all in one ledger, from the last'],
    colWidths: [38, 34, 42, 42],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const file of files) {
    const columns = [became.alone, became['by name'], became['from the last']].map(
      (said) => said.get(file) ?? 'not run',
    );
    table.push([file.replace(/^.*__/, ''), ...columns]);
  }
  return table.toString();
}
