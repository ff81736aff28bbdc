import { effectiveOnOf } from '../src/ledger/events.js';
import type { CalendarDate } from '../src/ledger/calendar.js';
import { type JournalLine, journalLinesOf } from '../src/ledger/movements.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { NO_SUMS, SUM_COLUMNS, sumsOf } from './account-sums.js';
import { PARTY_COLUMNS, PARTY_KEY, partyColumns } from './party-columns.js';
import type { Change, Projection } from './projection.js';

/** The first event of an account that is kept by months. Most accounts never have more: for these it costs nothing. */
export const KEPT_BY_MONTHS_FROM = 64;

/**
 * What came of the later events of accounts with many, by the month in which it counts: a balance at a past date is then
 * a sum over months, the days of one month, and an account's first events.
 */
export const accountMonths: Projection = {
  name: 'account-months',
  version: 1,
  tables: [
    {
      name: 'account_months',
      key: ['account_id', 'month'],
      columns: {
        account_id: 'text',
        /** Its first day. */
        month: 'date',
        ...SUM_COLUMNS,
      },
    },
    {
      name: 'account_share_months',
      key: ['account_id', 'month', ...PARTY_KEY],
      columns: { account_id: 'text', month: 'date', ...PARTY_COLUMNS, balance: 'numeric' },
    },
    {
      name: 'account_days',
      key: ['account_id', 'effective_on'],
      /** The days that an account has events on. */
      columns: { account_id: 'text', effective_on: 'date' },
    },
  ],
  changesOf(recorded, movements) {
    const { accountId, event, revision } = recorded;
    if (revision < KEPT_BY_MONTHS_FROM) return [];
    const day = {
      table: 'account_days',
      key: { account_id: accountId, effective_on: effectiveOnOf(event) },
    };
    return [day, ...journalLinesOf(event, movements).flatMap((line) => changesOfLine(recorded, line))];
  },
};

function changesOfLine({ accountId, event }: RecordedEvent, line: JournalLine): Change[] {
  const { place, effectiveOn } = line;
  const amount = line.debit ?? `-${line.credit!}`;
  const key = { account_id: accountId, month: monthOf(effectiveOn) };
  const sums = { ...NO_SUMS, ...sumsOf(event.type, place, amount) };
  const changes: Change[] = [{ table: 'account_months', key, add: sums }];
  if ('chargeId' in place) {
    changes.push({
      table: 'account_share_months',
      key: { ...key, ...partyColumns(place.party) },
      add: { balance: amount },
    });
  }
  return changes;
}

/** The first day of the month of a date. */
export function monthOf(date: CalendarDate): CalendarDate {
  return `${date.slice(0, 7)}-01`;
}
