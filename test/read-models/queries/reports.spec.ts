import { beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { Database } from '../../../src/database/database.js';
import { effectiveOnOf } from '../../../src/ledger/events.js';
import { formatMoney, money, sumOf } from '../../../src/ledger/money.js';
import { journalLinesOf } from '../../../src/ledger/movements.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { DenialsQuery, type ListedDenial } from '../../../src/read-models/queries/denials.js';
import { type JournalEntry, JournalQuery } from '../../../src/read-models/queries/journal.js';
import { QuestionMalformed, ReportDoesNotTie } from '../../../src/read-models/queries/refusals.js';
import { TrialBalanceQuery } from '../../../src/read-models/queries/trial-balance.js';
import { onEachDatabase } from '../../support/database.js';
import { type OracleClocks, oracleBalances } from '../../support/ledger-oracle.js';
import { TODAY, momentsOf, randomClocks, roadsFor, sorted } from './asking.js';
import { randomFrom, randomHistory } from './random-history.js';
import { createReadModels, fillReadModels } from './read-models.js';

onEachDatabase('reports', (fresh) => {
  let db: Database;
  let trialBalance: TrialBalanceQuery;
  let journal: JournalQuery;
  let denials: DenialsQuery;
  beforeAll(async () => {
    db = (await fresh()).database;
    await createReadModels(db);
    const moments = momentsOf(db);
    trialBalance = new TrialBalanceQuery(moments);
    journal = new JournalQuery(moments);
    denials = new DenialsQuery(moments);
  });

  it.each([41, 42])(
    'trial balance and journal hold just what counts and was known (seed %i)',
    async (seed) => {
      const events = randomHistory(seed);
      await fillReadModels(db, events);
      const random = randomFrom(seed);
      for (let i = 0; i < 10; i++) {
        const clocks = i === 0 ? { asOf: TODAY } : randomClocks(random, events);
        const entity = random.chance(0.3) ? 'north' : undefined;
        const within = known(events, clocks).filter(
          (e) => entity === undefined || entityOf(events, e.accountId) === entity,
        );
        const answer = await trialBalance.run({ ...clocks, entity });
        if (entity === undefined) {
          for (const road of roadsFor(clocks)) {
            expect(await trialBalance.run({ ...clocks, road })).toEqual(answer);
          }
        }
        expect(answer.items.map((item) => [item.currency, item.glAccount, signed(item)])).toEqual(
          glSums(within, clocks.asOf),
        );
        for (const total of answer.totals) expect(total.debit).toBe(total.credit);

        const entries = await all(journal.entries({ ...clocks, entity }));
        expect(sorted(entries.flatMap(linesOfEntry))).toEqual(sorted(linesOfEvents(within, clocks.asOf)));
        for (const entry of entries) {
          const sum = (side: 'debit' | 'credit'): string =>
            sumOf(entry.lines.map((line) => money(line[side] ?? '0'))).toFixed();
          expect(sum('debit')).toBe(sum('credit'));
        }
      }
    },
  );

  it('the journal between two positions or dates streams every page once, in the order of the log', async () => {
    const events = randomHistory(43, 8, 200);
    await fillReadModels(db, events);
    const withMoney = events.filter(({ event }) => journalLinesOf(event).length > 0);
    expect(withMoney.length).toBeGreaterThan(1000);
    const entries = await all(journal.entries({}));
    expect(unique(entries.map((entry) => entry.position))).toEqual(withMoney.map((e) => e.position));
    const [first, last] = [withMoney[5]!.position, withMoney[700]!.position];
    const between = await all(journal.entries({ fromPosition: first, toPosition: last }));
    expect(unique(between.map((entry) => entry.position))).toEqual(
      withMoney.slice(5, 701).map((e) => e.position),
    );
    const dated = await all(journal.entries({ from: '2026-03-01', to: '2026-03-31' }));
    expect(dated).toEqual(
      entries.filter((entry) => entry.effectiveOn >= '2026-03-01' && entry.effectiveOn <= '2026-03-31'),
    );
    const one = await all(journal.entries({ accountId: 'A3' }));
    expect(one).toEqual(entries.filter((entry) => entry.accountId === 'A3'));
    expect(await all(journal.entries({ fromPosition: '999999999999999999' }))).toEqual([]);
    await expect(all(journal.entries({ from: '2026-03-02', to: '2026-03-01' }))).rejects.toThrow(
      QuestionMalformed,
    );
    await expect(all(journal.entries({ fromPosition: '10', toPosition: '9' }))).rejects.toThrow(
      QuestionMalformed,
    );
  });

  it('refuses a trial balance that does not balance', async () => {
    await fillReadModels(db, randomHistory(44));
    await sql`update ledger_read.gl_days set amount = amount + 0.01 where gl_account = 'Assets:Cash' and currency = 'USD'
      and effective_on = (select min(effective_on) from ledger_read.gl_days where gl_account = 'Assets:Cash' and currency = 'USD')`.execute(
      db,
    );
    const refused = await trialBalance.run({ asOf: '2027-01-01' }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ReportDoesNotTie);
    expect((refused as ReportDoesNotTie).mismatches).toMatchObject([{ currency: 'USD', difference: '0.01' }]);
  });

  it.each([45, 46, 47])(
    'denials have the status and the open amounts of both clocks (seed %i)',
    async (seed) => {
      const events = randomHistory(seed, 4, 120);
      await fillReadModels(db, events);
      const random = randomFrom(seed);
      for (let i = 0; i < 8; i++) {
        const clocks = i === 0 ? { asOf: TODAY } : randomClocks(random, events);
        const expected = denialsOf(events, clocks);
        expect(await listed({ ...clocks })).toEqual(expected);
        const status = random.pick(['open', 'appealed', 'overturned'] as const);
        expect(await listed({ ...clocks, statuses: [status, 'upheld'], payerId: 'ACME' })).toEqual(
          expected.filter(
            (denial) => [status, 'upheld'].includes(denial.status) && denial.payerId === 'ACME',
          ),
        );
        for (const reason of ['197', 'CO-197']) {
          expect(await listed({ ...clocks, reason })).toEqual(
            expected.filter((denial) => denial.lines.some((line) => line.reasonCode === '197')),
          );
        }
      }
      expect(await listed({ reason: `197' or '1'='1` })).toEqual([]);

      async function listed(question: Parameters<DenialsQuery['run']>[0]) {
        const items: ListedDenial[] = [];
        let cursor: string | undefined;
        do {
          const page = await denials.run({ ...question, limit: 3, cursor });
          items.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        return sorted(
          items.map(({ accountId, denialId, payerId, status, level, respondBy, openAmount, lines }) => ({
            accountId,
            denialId,
            payerId,
            status,
            level,
            respondBy,
            openAmount,
            lines: lines.map(({ chargeId, amount, openAmount: open, reasonCode }) => ({
              chargeId,
              amount,
              openAmount: open,
              reasonCode,
            })),
          })),
        );
      }
    },
  );
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const unique = <T>(items: T[]): T[] => [...new Set(items)];

function known(events: readonly RecordedEvent[], { knownAt }: OracleClocks): RecordedEvent[] {
  return events.filter((event) => knownAt === undefined || event.recordedAt <= knownAt);
}

function entityOf(events: readonly RecordedEvent[], accountId: string): string {
  const opened = events.find((e) => e.accountId === accountId)!.event;
  return opened.type === 'AccountOpened' ? opened.data.entity : '';
}

function signed({ debit, credit, currency }: { debit: string; credit: string; currency: string }): string {
  return formatMoney(money(debit).minus(credit), currency);
}

function glSums(events: readonly RecordedEvent[], asOf: string): [string, string, string][] {
  const sums = new Map<string, ReturnType<typeof money>>();
  for (const { event } of events) {
    for (const { place, debit, credit, effectiveOn } of journalLinesOf(event)) {
      if (effectiveOn > asOf || !('currency' in event.data)) continue;
      const key = `${event.data.currency} ${place.account}`;
      sums.set(key, (sums.get(key) ?? money('0')).plus(debit ?? '0').minus(credit ?? '0'));
    }
  }
  return [...sums]
    .filter(([, sum]) => !sum.isZero())
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sum]) => {
      const [currency = '', glAccount = ''] = key.split(' ');
      return [currency, glAccount, formatMoney(sum, currency)];
    });
}

function linesOfEntry(entry: JournalEntry) {
  const { position, effectiveOn, entryId } = entry;
  return entry.lines.map(({ glAccount, debit, credit, chargeId }) => ({
    position,
    effectiveOn,
    entryId,
    glAccount,
    amount: debit ?? `-${credit}`,
    chargeId,
  }));
}

function linesOfEvents(events: readonly RecordedEvent[], asOf: string) {
  return events.flatMap(({ event, position }) =>
    journalLinesOf(event)
      .filter((line) => line.effectiveOn <= asOf)
      .map(({ place, debit, credit, effectiveOn }) => ({
        position,
        effectiveOn,
        entryId: expect.any(String),
        glAccount: place.account,
        amount: debit ?? `-${credit}`,
        chargeId: 'chargeId' in place ? place.chargeId : undefined,
      })),
  );
}

function denialsOf(events: readonly RecordedEvent[], clocks: OracleClocks) {
  const found = new Map<
    string,
    {
      accountId: string;
      denialId: string;
      payerId: string;
      status: string;
      level: number;
      respondBy: string | null;
      lines: { chargeId: string; amount: string; reasonCode: string }[];
    }
  >();
  const balances = oracleBalances(events, clocks);
  for (const { accountId, event } of known(events, clocks)) {
    if (effectiveOnOf(event) > clocks.asOf) continue;
    if (event.type === 'DenialRecorded') {
      const { denialId, payerId, lines } = event.data;
      found.set(`${accountId} ${denialId}`, {
        accountId,
        denialId,
        payerId,
        status: 'open',
        level: 0,
        respondBy: null,
        lines: lines.map(({ chargeId, amount, reasonCode }) => ({ chargeId, amount, reasonCode })),
      });
    }
    if (event.type === 'DenialAppealed') {
      const denial = found.get(`${accountId} ${event.data.denialId}`);
      if (denial)
        Object.assign(denial, {
          status: 'appealed',
          level: event.data.level,
          respondBy: event.data.respondBy ?? null,
        });
    }
    if (event.type === 'DenialResolved') {
      const denial = found.get(`${accountId} ${event.data.denialId}`);
      if (denial) denial.status = event.data.outcome;
    }
  }
  return sorted(
    [...found.values()].map((denial) => {
      const { currency, shares } = balances.find((balance) => balance.accountId === denial.accountId)!;
      const open = (chargeId: string) =>
        sumOf(
          shares
            .filter(
              ({ chargeId: id, party, balance }) =>
                id === chargeId &&
                party.party === 'payer' &&
                party.payerId === denial.payerId &&
                !balance.startsWith('-'),
            )
            .map(({ balance }) => money(balance)),
        );
      const used = new Map<string, ReturnType<typeof money>>();
      const lines = denial.lines.map((line) => {
        const left = open(line.chargeId).minus(used.get(line.chargeId) ?? '0');
        const part = left.lessThan(line.amount) ? left : money(line.amount);
        used.set(line.chargeId, (used.get(line.chargeId) ?? money('0')).plus(part));
        return {
          chargeId: line.chargeId,
          amount: line.amount,
          openAmount: formatMoney(part, currency),
          reasonCode: line.reasonCode,
        };
      });
      const { accountId, denialId, payerId, status, level, respondBy } = denial;
      return {
        accountId,
        denialId,
        payerId,
        status,
        level,
        respondBy,
        openAmount: formatMoney(sumOf(lines.map((l) => money(l.openAmount))), currency),
        lines,
      };
    }),
  );
}
