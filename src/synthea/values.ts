import { type CalendarDate, isCalendarDate } from '../ledger/calendar.js';
import { type Money, money, ZERO } from '../ledger/money.js';

/** What is wrong with a field of a row. */
export interface Fault {
  column: string;
  reason: string;
}

export const isFault = (value: object): value is Fault => 'reason' in value;

const DOLLAR_DIGITS = 2;

/** Reads an amount; blank is zero, since versions of Synthea differ in which they write. */
export function amountIn(column: string, text: string): Money | Fault {
  if (text === '') return ZERO;
  if (!/^[+-]?\d{1,12}(\.\d{1,20})?$/.test(text))
    return { column, reason: `"${shortened(text)}" is not an amount` };
  const amount = money(text);
  if (amount.decimalPlaces() > DOLLAR_DIGITS) return { column, reason: `"${text}" has fractions of a cent` };
  return amount;
}

/** Says on which calendar date an instant falls in a time zone; a date without time stays itself. */
export function calendarDates(timeZone: string): (column: string, text: string) => CalendarDate | Fault {
  // One formatter for all rows: making one costs far more than using it.
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let last = { text: '', date: '' };
  return (column, text) => {
    if (text === last.text && text !== '') return last.date;
    const date = /^\d{4}-\d\d-\d\d$/.test(text) ? text : dateOf(format, text);
    if (date === undefined || !isCalendarDate(date)) {
      return { column, reason: `"${shortened(text)}" is not an instant such as 2014-05-06T08:34:30Z` };
    }
    last = { text, date };
    return date;
  };
}

/** A time without zone is UTC, as everything in Synthea is, never this machine's own zone. */
function dateOf(format: Intl.DateTimeFormat, text: string): CalendarDate | undefined {
  const form = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!form || !isCalendarDate(form[1]!)) return undefined;
  const instant = new Date(`${form[1]}T${form[2]}${form[3] ?? 'Z'}`);
  return Number.isNaN(instant.getTime()) ? undefined : format.format(instant);
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
