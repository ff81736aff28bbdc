import type { AccountListAnswer } from './account-list.js';
import type { AgingAnswer, AgingKey } from './aging.js';
import type { AgingGroup } from './aging-sql.js';
import { type CsvCell, csvLine } from './csv.js';
import type { HistoryAnswer } from './history.js';
import type { JournalEntry } from './journal.js';
import type { TrialBalanceAnswer } from './trial-balance.js';

const AGING_KEYS: Record<AgingGroup, readonly (keyof AgingKey)[]> = {
  none: [],
  party: ['party'],
  payer: ['party', 'payerId'],
  account: ['accountId'],
  entity: ['entity'],
};

/** An aging as CSV: key, currency, a column for each bucket, and the rest; no line of totals, so that sums are safe. */
export function* agingCsv(answer: AgingAnswer): Iterable<string> {
  const keys = AGING_KEYS[answer.groupBy];
  yield csvLine([
    ...keys,
    'currency',
    ...answer.buckets,
    'notYetDue',
    'credits',
    'unapplied',
    'total',
    'trustworthy',
  ]);
  for (const item of answer.items) {
    const key = keys.map((name): CsvCell => ({ text: item[name] ?? null }));
    const { currency, amounts, notYetDue, credits, unapplied, total } = item;
    yield csvLine([...key, currency, ...amounts, notYetDue, credits, unapplied, total, answer.trustworthy]);
  }
}

export function* trialBalanceCsv(answer: TrialBalanceAnswer): Iterable<string> {
  yield csvLine(['glAccount', 'currency', 'debit', 'credit', 'trustworthy']);
  for (const { glAccount, currency, debit, credit } of answer.items) {
    yield csvLine([glAccount, currency, debit, credit, answer.trustworthy]);
  }
}

export function* accountListCsv(answer: Pick<AccountListAnswer, 'items'>, header = true): Iterable<string> {
  if (header) {
    yield csvLine([
      'accountId',
      'currency',
      'entity',
      'balance',
      'unapplied',
      'lastActivityOn',
      'trustworthy',
    ]);
  }
  for (const {
    accountId,
    currency,
    entity,
    balance,
    unapplied,
    lastActivityOn,
    trustworthy,
  } of answer.items) {
    yield csvLine([accountId, currency, { text: entity }, balance, unapplied, lastActivityOn, trustworthy]);
  }
}

/** An account's history as CSV, a page at a time; the event's data as JSON in the last column. */
export async function* historyCsv(pages: AsyncIterable<HistoryAnswer>): AsyncIterable<string> {
  yield csvLine([
    'accountId',
    'revision',
    'position',
    'type',
    'entryId',
    'effectiveOn',
    'recordedAt',
    'actor',
    'description',
    'currency',
    'amount',
    'runningBalance',
    'trustworthy',
    'data',
  ]);
  for await (const { accountId, currency, trustworthy, items } of pages) {
    for (const item of items) {
      yield csvLine([
        accountId,
        item.revision,
        item.position,
        item.type,
        item.entryId,
        item.effectiveOn,
        item.recordedAt,
        { text: item.actor },
        { text: item.description },
        currency,
        item.amount,
        item.runningBalance,
        trustworthy,
        JSON.stringify(item.data),
      ]);
    }
  }
}

/** The journal as CSV, a row for each line; within position and effectiveOn debits equal credits. */
export async function* journalCsv(entries: AsyncIterable<JournalEntry>): AsyncIterable<string> {
  yield csvLine([
    'position',
    'accountId',
    'revision',
    'entryId',
    'type',
    'effectiveOn',
    'recordedAt',
    'glAccount',
    'currency',
    'debit',
    'credit',
    'chargeId',
    'paymentId',
    'party',
    'payerId',
    'payerPosition',
    'partyName',
    'trustworthy',
    'stream',
  ]);
  for await (const entry of entries) {
    for (const line of entry.lines) {
      yield csvLine([
        entry.position,
        entry.accountId,
        entry.revision,
        entry.entryId,
        entry.type,
        entry.effectiveOn,
        entry.recordedAt,
        line.glAccount,
        entry.currency,
        line.debit,
        line.credit,
        line.chargeId,
        line.paymentId,
        line.party,
        line.payerId,
        line.payerPosition,
        { text: line.partyName ?? null },
        entry.trustworthy,
        entry.stream,
      ]);
    }
  }
}
