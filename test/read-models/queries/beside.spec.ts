import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { decodeAny } from '../../../src/event-store/codec.js';
import { ZERO, formatMoney, money } from '../../../src/ledger/money.js';
import { journalLinesOf, journalLinesOfRemittance } from '../../../src/ledger/movements.js';
import { type AnyRecordedEvent, isOfAccount } from '../../../src/ledger/recorded-event.js';
import { AccountListQuery } from '../../../src/read-models/queries/account-list.js';
import { AccountQuery } from '../../../src/read-models/queries/account.js';
import { AgingQuery } from '../../../src/read-models/queries/aging.js';
import { journalCsv } from '../../../src/read-models/queries/answers-as-csv.js';
import { JournalQuery } from '../../../src/read-models/queries/journal.js';
import { TrialBalanceQuery } from '../../../src/read-models/queries/trial-balance.js';
import { onEachDatabase } from '../../support/database.js';
import { CONTROL, R1, R3, REMITTANCE_HISTORY, stored } from '../../support/remittance-history.js';
import { LogInMemory } from '../projector/log-in-memory.js';
import { momentsOf, roadsFor } from './asking.js';
import { createReadModels, fillReadModels } from './read-models.js';

/** After everything is recorded, before R3's payment counts. */
const BETWEEN = { asOf: '2026-05-15' };
const END = { asOf: '2026-12-31' };

const minute = (i: number): string => new Date(Date.UTC(2026, 4, 1, 10, i)).toISOString();

function history(): AnyRecordedEvent[] {
  const log = new LogInMemory();
  for (const [i, written] of REMITTANCE_HISTORY.entries()) log.put(stored(written, minute(i)));
  return log.events.map(decodeAny);
}

/** The sums of the journal lines of some events up to a day, by GL account. */
function sums(events: readonly AnyRecordedEvent[], asOf: string): Record<string, string> {
  const found = new Map<string, typeof ZERO>();
  for (const recorded of events) {
    const lines = isOfAccount(recorded)
      ? journalLinesOf(recorded.event)
      : journalLinesOfRemittance(recorded.event);
    for (const { place, debit, credit, effectiveOn } of lines) {
      if (effectiveOn > asOf) continue;
      const sum = found.get(place.account) ?? ZERO;
      found.set(place.account, debit === undefined ? sum.minus(credit!) : sum.plus(debit));
    }
  }
  const settled = [...found].filter(([, sum]) => !sum.isZero()).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(settled.map(([name, sum]) => [name, formatMoney(sum, 'USD')]));
}

onEachDatabase('reports of a ledger with remittances', (fresh) => {
  let db: Database;
  const events = history();
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
  });
  beforeEach(() => fillReadModels(db, events));

  const setAside = (stream: string) =>
    sql`insert into ledger_internal.dead_letters (position, account_id, stream, revision, event_type, reason)
      values (9999, ${stream}, ${stream}, 9, 'Test', 'test')`.execute(db);

  it.each([['main'], ['north'], [undefined]])(
    'the trial balance ties on every road (entity %s)',
    async (entity) => {
      const query = new TrialBalanceQuery(momentsOf(db));
      const entities = { A1: 'main', A2: 'north' } as Record<string, string>;
      const within = events.filter(
        (recorded) =>
          entity === undefined || (isOfAccount(recorded) && entities[recorded.accountId] === entity),
      );
      for (const clocks of [BETWEEN, END, { ...END, knownAt: minute(7) }, { asOf: '2026-04-29' }]) {
        const { knownAt } = clocks as { knownAt?: string };
        const known = within.filter((e) => knownAt === undefined || e.recordedAt <= knownAt);
        const answer = await query.run({ ...clocks, entity });
        expect(
          Object.fromEntries(
            answer.items.map((item) => [
              item.glAccount,
              formatMoney(money(item.debit).minus(item.credit), 'USD'),
            ]),
          ),
        ).toEqual(sums(known, clocks.asOf));
        for (const total of answer.totals) expect(total.debit).toBe(total.credit);
        for (const road of entity === undefined ? roadsFor(clocks) : []) {
          expect(await query.run({ ...clocks, road })).toEqual(answer);
        }
      }
    },
  );

  it('the trial balance is doubtful when an event beside the accounts was set aside, what accounts owe is not', async () => {
    const trialBalance = new TrialBalanceQuery(momentsOf(db));
    const aging = new AgingQuery(momentsOf(db));
    expect(await trialBalance.run(END)).toMatchObject({ trustworthy: true });
    await setAside(`control-${CONTROL}`);
    expect(await trialBalance.run(END)).toMatchObject({
      trustworthy: false,
      untrustworthyAccounts: [`control-${CONTROL}`],
    });
    expect(await trialBalance.run({ ...END, entity: 'main' })).toMatchObject({ trustworthy: true });
    expect(await aging.run(END)).toMatchObject({ trustworthy: true });
    expect(await new AccountListQuery(momentsOf(db)).run({ ...END })).toMatchObject({ trustworthy: true });
  });

  it('the aging is that of the accounts on every road', async () => {
    const query = new AgingQuery(momentsOf(db));
    for (const clocks of [BETWEEN, END, { asOf: '2026-06-14', knownAt: minute(30) }]) {
      for (const groupBy of ['none', 'account', 'entity', 'payer'] as const) {
        const answer = await query.run({ ...clocks, groupBy });
        for (const road of roadsFor(clocks)) {
          expect(await query.run({ ...clocks, groupBy, road })).toEqual(answer);
        }
      }
    }
    const { items } = await query.run({ ...END, groupBy: 'account' });
    expect(items.map((item) => [item.accountId, item.total])).toEqual([
      ['A1', '100.00'],
      ['A2', '100.00'],
    ]);
  });

  it('what a remittance paid is a payment on the account, kept and from the journal', async () => {
    const query = new AccountQuery(momentsOf(db));
    const paid = events.findIndex(({ event }) => event.type === 'PaymentPosted');
    expect(await query.run({ accountId: 'A1', ...END, knownAt: minute(paid) })).toMatchObject({
      balance: '20.00',
      totals: { charges: '100.00', payments: '80.00', adjustments: '0.00', refunds: '0.00' },
    });
    await fillReadModels(db, events.slice(0, paid + 1));
    expect(await query.run({ accountId: 'A1', ...END })).toMatchObject({
      balance: '20.00',
      totals: { charges: '100.00', payments: '80.00', adjustments: '0.00', refunds: '0.00' },
    });
    await fillReadModels(db, events);
    for (const accountId of ['A1', 'A2']) {
      expect(await query.run({ accountId, ...END })).toMatchObject({
        balance: '100.00',
        totals: { charges: '100.00', payments: '0.00', adjustments: '0.00', refunds: '0.00' },
      });
    }
  });

  it('the journal has the entries of remittances and control accounts, which name their stream', async () => {
    const query = new JournalQuery(momentsOf(db));
    await setAside(`control-${CONTROL}`);
    const entries = await Array.fromAsync(query.entries({}));
    const withMoney = events.filter((recorded) =>
      isOfAccount(recorded)
        ? journalLinesOf(recorded.event).length > 0
        : journalLinesOfRemittance(recorded.event).length > 0,
    );
    expect(entries.map(({ position }) => position)).toEqual(withMoney.map(({ position }) => position));
    for (const entry of entries) expect('accountId' in entry).toBe(!('stream' in entry));
    expect(entries.filter(({ stream }) => stream !== undefined)).toMatchObject([
      {
        stream: `remittance-${R1}`,
        entryId: R1,
        type: 'RemittanceAccepted',
        effectiveOn: '2026-04-30',
        currency: 'USD',
        lines: [
          { glAccount: 'Assets:Cash', debit: '150.00' },
          { glAccount: 'Assets:RemittanceClearing', credit: '150.00' },
        ],
        trustworthy: true,
      },
      { stream: `control-${CONTROL}`, entryId: `${R1}.plb.1`, revision: 0, trustworthy: false },
      { type: 'RemittanceAccepted', lines: [{ debit: '30.00' }, { credit: '30.00' }] },
      { entryId: R3, effectiveOn: '2026-06-15' },
      {
        stream: `control-${CONTROL}`,
        revision: 1,
        lines: [
          { glAccount: 'Assets:RemittanceClearing', debit: '90.00' },
          { glAccount: 'Assets:PayerControl', credit: '90.00' },
        ],
      },
    ]);
    const ofAccounts = entries.filter(({ accountId }) => accountId !== undefined);
    const [main, north] = await Promise.all(
      ['main', 'north'].map((entity) => Array.fromAsync(query.entries({ entity }))),
    );
    expect([...main!, ...north!].sort((a, b) => Number(a.position) - Number(b.position))).toEqual(ofAccounts);

    const [header, ...rows] = (await Array.fromAsync(journalCsv(query.entries({})))).map((row) =>
      row.trimEnd().split(','),
    );
    const column = (name: string) => header!.indexOf(name);
    for (const row of rows) expect(row[column('accountId')] === '').toBe(row[column('stream')] !== '');
    expect(rows.filter((row) => row[column('stream')] === `remittance-${R1}`)).toHaveLength(2);
  });

  it('functions and views of the schema leave what is of no account where it belongs', async () => {
    const { rows } = await sql<{ account_id: string | null; total: string }>`
      select account_id, total from ledger.aging(date '2026-05-15') order by account_id`.execute(db);
    expect(rows.map((row) => [row.account_id, Number(row.total)])).toEqual([
      ['A1', 100],
      ['A2', 100],
    ]);
    const balance = await sql<{ balance: string }>`
      select ledger.balance('A2', date '2026-05-15') as balance`.execute(db);
    expect(balance.rows.map((row) => Number(row.balance))).toEqual([100]);
    const lines = await sql<{ stream: string; debit: string }>`
      select stream, sum(debit) as debit, sum(credit) as credit from ledger.journal_lines
      where account_id is null group by stream having sum(debit) <> sum(credit)`.execute(db);
    expect(lines.rows).toEqual([]);
  });
});
