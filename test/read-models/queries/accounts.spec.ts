import { beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { KEPT_BY_MONTHS_FROM } from '../../../projections/account-months.js';
import type { Database } from '../../../src/database/database.js';
import { balanceEffectOf, movementsOf } from '../../../src/ledger/movements.js';
import { formatMoney, sumOf, money } from '../../../src/ledger/money.js';
import { partyKey } from '../../../src/ledger/party.js';
import { effectiveOnOf, entryIdOf } from '../../../src/ledger/events.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { AccountListQuery } from '../../../src/read-models/queries/account-list.js';
import { AccountQuery } from '../../../src/read-models/queries/account.js';
import { HistoryQuery } from '../../../src/read-models/queries/history.js';
import { OpenItemsQuery } from '../../../src/read-models/queries/open-items.js';
import {
  AccountUnknown,
  QuestionMalformed,
  ReportDoesNotTie,
} from '../../../src/read-models/queries/refusals.js';
import { onEachDatabase } from '../../support/database.js';
import { AccountInMemory } from '../../support/ledger.js';
import { type OracleClocks, oracleBalances, oracleOpenItems } from '../../support/ledger-oracle.js';
import { TODAY, momentsOf, randomClocks, sorted } from './asking.js';
import { randomFrom, randomHistory } from './random-history.js';
import { createReadModels, fillReadModels } from './read-models.js';

/** Accounts and steps: every account then has events that are kept by months. */
const MANY_EVENTS = [5, 130] as const;

onEachDatabase('questions about accounts', (fresh) => {
  let db: Database;
  let account: AccountQuery;
  let list: AccountListQuery;
  let openItems: OpenItemsQuery;
  let history: HistoryQuery;
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
    const moments = momentsOf(db);
    account = new AccountQuery(moments);
    list = new AccountListQuery(moments);
    openItems = new OpenItemsQuery(moments);
    history = new HistoryQuery(moments);
  });

  it.each([[21], [22], [23], [27, ...MANY_EVENTS], [28, ...MANY_EVENTS]])(
    'are answered by a replay of just the events that count and were known (seed %i)',
    async (seed, ...size) => {
      const events = randomHistory(seed, ...size);
      await fillReadModels(db, events);
      const random = randomFrom(seed);
      for (let i = 0; i < 8; i++) {
        const clocks =
          i === 0 ? { asOf: TODAY } : i === 1 ? { asOf: '2027-01-01' } : randomClocks(random, events);
        const known = known1(events, clocks);
        const oracle = oracleBalances(events, clocks);
        const items = await everyPage((cursor) => list.run({ ...clocks, limit: 2, cursor }));
        expect(
          sorted(
            items.map(({ accountId, currency, entity, balance, unapplied }) => ({
              accountId,
              currency,
              entity,
              balance,
              unapplied,
            })),
          ),
        ).toEqual(
          sorted(
            oracle
              .filter(({ accountId }) => isListed(known, accountId, clocks))
              .map(({ accountId, currency, entity, balance, unapplied }) => ({
                accountId,
                currency,
                entity,
                balance,
                unapplied,
              })),
          ),
        );
        for (const { lastActivityOn, accountId, revision } of items) {
          const own = known.filter((e) => e.accountId === accountId);
          const dates = own.map((e) => effectiveOnOf(e.event)).filter((date) => date <= clocks.asOf);
          expect(lastActivityOn).toBe(dates.sort().at(-1) ?? null);
          expect(revision).toBe(own.at(-1)!.revision);
        }
        for (const expected of oracle) {
          const { accountId, currency } = expected;
          const found = await account.run({ ...clocks, accountId });
          expect(found).toMatchObject({
            accountId,
            currency,
            balance: expected.balance,
            unapplied: expected.unapplied,
            trustworthy: true,
          });
          expect(byParty(found.shares).filter(notZero)).toEqual(
            byParty(sharesOf(expected.shares, currency)).filter(notZero),
          );
          const { charges, payments, adjustments, refunds } = found.totals;
          expect(money(charges).minus(payments).minus(adjustments).plus(refunds).toFixed()).toBe(
            money(found.balance).toFixed(),
          );
          expect(found.totals).toEqual(totalsOf(known, expected, clocks.asOf));

          const open = await everyPage((cursor) => openItems.run({ ...clocks, accountId, limit: 3, cursor }));
          expect(sorted(open.filter((item) => !item.amount.startsWith('-')).map(openKey))).toEqual(
            sorted(mergedParts(events, clocks, accountId)),
          );
          const first = await openItems.run({ ...clocks, accountId });
          expect(first).toMatchObject({ balance: expected.balance, unapplied: expected.unapplied });
          expect(
            sorted(first.unappliedCredits!.map(({ paymentId, amount }) => ({ paymentId, amount }))),
          ).toEqual(
            sorted(expected.unappliedByPayment.map(({ paymentId, amount }) => ({ paymentId, amount }))),
          );
          expect(
            sumOf(open.map((item) => money(item.amount)))
              .minus(first.unapplied)
              .toFixed(),
          ).toBe(money(first.balance).toFixed());
        }
      }
    },
  );

  it.each([
    [31, 3, 50],
    [32, 3, 50],
    [33, 3, 50],
    [34, 3, 130],
  ])(
    'has the history of just the events that count and were known (seed %i)',
    async (seed, accounts, steps) => {
      const events = randomHistory(seed, accounts, steps);
      await fillReadModels(db, events);
      const random = randomFrom(seed);
      for (let i = 0; i < 10; i++) {
        const clocks =
          i === 0 ? { asOf: TODAY } : i === 1 ? { asOf: '2027-01-01' } : randomClocks(random, events);
        for (const accountId of ['A0', 'A1', 'A2']) {
          const expected = historyOf(
            known1(events, clocks).filter((e) => e.accountId === accountId),
            clocks.asOf,
          );
          if (known1(events, clocks).every((e) => e.accountId !== accountId)) {
            await expect(history.run({ ...clocks, accountId })).rejects.toThrow(AccountUnknown);
            continue;
          }
          const found = await everyPage((cursor) => history.run({ ...clocks, accountId, limit: 7, cursor }));
          expect(found).toEqual(expected);
          // A cursor knows the balance of its own date; with another date it is worked out anew.
          const begun = await history.run({ ...clocks, asOf: '2026-04-01', accountId, limit: 7 });
          if (begun.nextCursor !== undefined) {
            const { revision } = begun.items.at(-1)!;
            const rest = await history.run({ ...clocks, accountId, cursor: begun.nextCursor });
            expect(rest.items).toEqual(expected.filter((item) => item.revision > revision).slice(0, 100));
          }
          const streamed = [];
          for await (const page of history.pages({ ...clocks, accountId })) streamed.push(...page.items);
          expect(streamed).toEqual(expected);
          const balance = (await account.run({ ...clocks, accountId })).balance;
          expect(found.at(-1)?.runningBalance ?? balance).toBe(balance);
        }
      }
    },
  );

  it.each([27, 28])('are asked about accounts that are kept by months (seed %i)', (seed) => {
    const events = randomHistory(seed, ...MANY_EVENTS);
    const last = new Map(events.map(({ accountId, revision }) => [accountId, revision]));
    expect([...last.values()].filter((revision) => revision >= KEPT_BY_MONTHS_FROM + 10)).toHaveLength(5);
  });

  it('is answered in the currency of the account, where only what is kept by months counts', async () => {
    const ledger = new AccountInMemory([
      { type: 'OpenAccount', accountId: 'A0', openedOn: '2026-01-01', currency: 'KWD', entity: 'main' },
    ]);
    for (let i = 1; i < KEPT_BY_MONTHS_FROM + 3; i++) {
      const serviceDate = i < KEPT_BY_MONTHS_FROM ? '2026-03-05' : '2026-01-05';
      ledger.carryOut(
        {
          ...{
            type: 'PostCharge',
            accountId: 'A0',
            chargeId: `C${i}`,
            serviceDate,
            effectiveOn: serviceDate,
          },
          ...{ amount: '0.125', code: { system: 'CPT', value: '99213' }, responsible: { party: 'patient' } },
        },
        '2026-03-05',
      );
    }
    const recordedAt = '2026-03-05T12:00:00.000Z';
    await fillReadModels(
      db,
      ledger.events.map((event, revision) => ({
        ...{ accountId: 'A0', event, revision, position: String(revision + 1), recordedAt },
      })),
    );
    expect(await account.run({ accountId: 'A0', asOf: '2026-02-15' })).toMatchObject({
      currency: 'KWD',
      balance: '0.375',
      totals: { charges: '0.375' },
    });
  });

  it('refuses the cursor of another account, whose balance it carries', async () => {
    await fillReadModels(db, randomHistory(24));
    const { nextCursor } = await history.run({ accountId: 'A0', limit: 1 });
    await expect(history.run({ accountId: 'A1', cursor: nextCursor! })).rejects.toThrow(QuestionMalformed);
    expect((await history.run({ accountId: 'A0', cursor: nextCursor!, limit: 1 })).items).toMatchObject([
      { revision: 1 },
    ]);
  });

  it('does not know an account before it was recorded, nor one that never was', async () => {
    const events = randomHistory(24);
    await fillReadModels(db, events);
    for (const query of [account, openItems, history]) {
      await expect(query.run({ accountId: 'A0', knownAt: '2025-12-31T00:00:00.000Z' })).rejects.toThrow(
        AccountUnknown,
      );
      await expect(query.run({ accountId: `A0' or '1'='1` })).rejects.toThrow(AccountUnknown);
    }
    expect((await list.run({ knownAt: '2025-12-31T00:00:00.000Z' })).items).toEqual([]);
  });

  it('gives the same answer again for the clocks of an answer', async () => {
    const events = randomHistory(25);
    await fillReadModels(db, events);
    const first = await account.run({ accountId: 'A1' });
    const again = await account.run({ accountId: 'A1', asOf: first.asOf, knownAt: first.knownAt });
    expect(again).toEqual(first);
  });

  it('refuses a clock in the future and cursors that are not of ours', async () => {
    await fillReadModels(db, randomHistory(26));
    await expect(list.run({ knownAt: '2031-01-01T00:00:00.000Z' })).rejects.toThrow(QuestionMalformed);
    for (const cursor of [
      'x',
      'bnVsbA',
      Buffer.from('["a","b"]').toString('base64url'),
      Buffer.from(`["' or 1=1"]`).toString('base64url'),
    ]) {
      await expect(list.run({ cursor })).rejects.toThrow(QuestionMalformed);
      await expect(history.run({ accountId: 'A0', cursor })).rejects.toThrow(QuestionMalformed);
      await expect(openItems.run({ accountId: 'A0', cursor })).rejects.toThrow(QuestionMalformed);
    }
  });

  it('marks an account with an event that was set aside, and one of which nothing could be read', async () => {
    await fillReadModels(db, randomHistory(27));
    for (const accountId of ['A0', 'GHOST']) {
      await sql`insert into ledger_internal.dead_letters (position, account_id, stream, revision, event_type, reason)
        values (${accountId === 'A0' ? 9998 : 9999}, ${accountId}, ${`account-${accountId}`}, 0, 'AccountOpened', 'test')`.execute(
        db,
      );
      for (const query of [account, openItems, history]) {
        expect(await query.run({ accountId })).toMatchObject({ accountId, trustworthy: false });
      }
    }
    expect(await account.run({ accountId: 'A1' })).toMatchObject({ trustworthy: true });
    const { items, ...report } = await list.run({ limit: 2 });
    expect(items.map((item) => [item.accountId, item.trustworthy])).toEqual([
      ['A0', false],
      ['A1', true],
    ]);
    expect(report).toMatchObject({ trustworthy: false, untrustworthyAccounts: ['A0', 'GHOST'] });
  });

  it('refuses an account whose shares do not come to its balance', async () => {
    await fillReadModels(db, randomHistory(28));
    await sql`update ledger_read.accounts set balance = balance + 1`.execute(db);
    await expect(account.run({ accountId: 'A0', asOf: '2026-12-31' })).rejects.toThrow(ReportDoesNotTie);
    await expect(openItems.run({ accountId: 'A0', asOf: '2026-12-31' })).rejects.toThrow(ReportDoesNotTie);
  });
});

async function everyPage<T>(
  ask: (cursor: string | undefined) => Promise<{ items: T[]; nextCursor?: string }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}

function known1(events: readonly RecordedEvent[], { knownAt }: OracleClocks): RecordedEvent[] {
  return events.filter((event) => knownAt === undefined || event.recordedAt <= knownAt);
}

/** Opened by then, or with money that counts by then. */
function isListed(known: readonly RecordedEvent[], accountId: string, { asOf }: OracleClocks): boolean {
  const own = known.filter((e) => e.accountId === accountId);
  return (
    effectiveOnOf(own[0]!.event) <= asOf ||
    own.some(({ event }) => movementsOf(event).some((m) => m.effectiveOn <= asOf))
  );
}

/** Amounts and running balances the slow way. */
function historyOf(events: readonly RecordedEvent[], asOf: string) {
  const opened = events.find(({ event }) => event.type === 'AccountOpened')?.event;
  const currency = opened?.type === 'AccountOpened' ? opened.data.currency : 'USD';
  let balance = money('0');
  return events
    .filter(({ event }) => effectiveOnOf(event) <= asOf)
    .map(({ event, revision, position, recordedAt, actor }) => {
      const amount = money(balanceEffectOf(movementsOf(event).filter((m) => m.effectiveOn <= asOf)));
      balance = balance.plus(amount);
      return {
        revision,
        position,
        type: event.type,
        entryId: entryIdOf(event),
        effectiveOn: effectiveOnOf(event),
        recordedAt,
        actor: actor ?? null,
        description: expect.any(String),
        amount: formatMoney(amount, currency),
        runningBalance: formatMoney(balance, currency),
        data: JSON.parse(JSON.stringify(event.data)),
      };
    });
}

function sharesOf(shares: { party: Parameters<typeof partyKey>[0]; balance: string }[], currency: string) {
  const sums = new Map<string, { party: object; amounts: string[] }>();
  for (const { party, balance } of shares) {
    const sum = sums.get(partyKey(party)) ?? { party, amounts: [] };
    sums.set(partyKey(party), sum);
    sum.amounts.push(balance);
  }
  return [...sums.values()].map(({ party, amounts }) => ({
    ...party,
    balance: formatMoney(sumOf(amounts.map(money)), currency),
  }));
}

function byParty<T extends object>(shares: T[]): T[] {
  return sorted(
    shares.map(
      (share) => Object.fromEntries(Object.entries(share).sort(([a], [b]) => (a < b ? -1 : 1))) as T,
    ),
  );
}

function notZero({ balance }: { balance?: string }): boolean {
  return /[1-9]/.test(balance ?? '');
}

/** What comes in by charges, payments … of one account, event by event. */
function totalsOf(
  events: readonly RecordedEvent[],
  { accountId, currency }: { accountId: string; currency: string },
  asOf: string,
) {
  const totals = { charges: money('0'), payments: money('0'), adjustments: money('0'), refunds: money('0') };
  for (const { event } of events.filter((e) => e.accountId === accountId)) {
    for (const { debit, credit, amount, effectiveOn } of movementsOf(event)) {
      if (effectiveOn > asOf) continue;
      for (const [place, signed] of [
        [debit, money(amount)],
        [credit, money(amount).negated()],
      ] as const) {
        if (place.account === 'Income:Charges') totals.charges = totals.charges.minus(signed);
        else if (place.account === 'Assets:Cash') {
          const back =
            event.type === 'RefundIssued' || (event.type === 'EntryReversed' && signed.greaterThan(0));
          if (back) totals.refunds = totals.refunds.minus(signed);
          else totals.payments = totals.payments.plus(signed);
        } else if (place.account.startsWith('Income:Adjustments') || place.account === 'Expenses:BadDebt') {
          totals.adjustments = totals.adjustments.plus(signed);
        }
      }
    }
  }
  return Object.fromEntries(
    Object.entries(totals).map(([name, total]) => [name, formatMoney(total, currency)]),
  );
}

function openKey(item: {
  chargeId: string;
  party: string;
  payerId?: string;
  position?: string;
  amount: string;
  serviceDate: string | null;
  postedOn: string | null;
  responsibleSince: string | null;
}) {
  const { chargeId, party, payerId, position, amount, serviceDate, postedOn, responsibleSince } = item;
  return {
    chargeId,
    party: [party, payerId, position].filter(Boolean).join('|'),
    amount,
    serviceDate,
    postedOn,
    responsibleSince,
  };
}

/** The oracle's parts, those of one day drawn together. */
function mergedParts(events: readonly RecordedEvent[], clocks: OracleClocks, accountId: string) {
  const merged = new Map<string, ReturnType<typeof openKey>>();
  for (const part of oracleOpenItems(events, clocks)) {
    if (part.accountId !== accountId) continue;
    const item = openKey({
      ...part,
      ...part.party,
      serviceDate: part.agesFrom.service,
      postedOn: part.agesFrom.posted,
      responsibleSince: part.agesFrom.responsible,
    });
    const key = JSON.stringify({ ...item, amount: '' });
    const before = merged.get(key);
    merged.set(
      key,
      before ? { ...item, amount: formatMoney(money(before.amount).plus(item.amount), part.currency) } : item,
    );
  }
  return [...merged.values()];
}
