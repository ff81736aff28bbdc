/** A calendar date `YYYY-MM-DD`, 1900 to 2199, without time or zone: when something counts. */
export type CalendarDate = string;

/** An instant in ISO 8601 UTC with milliseconds, `2026-01-15T10:00:00.000Z`: when something was recorded. */
export type Instant = string;

const DAY_MS = 86_400_000;

/** Many events in a row are recorded within a millisecond; to write its text anew costs as much as the JSON of an event. */
let lastWritten = { ms: 0, text: '1970-01-01T00:00:00.000Z' };

/** The text of an instant given in ms since 1970. */
export function instantOf(ms: number): Instant {
  if (ms !== lastWritten.ms) lastWritten = { ms, text: new Date(ms).toISOString() };
  return lastWritten.text;
}

/** An instant in ms since 1970. */
export function msOf(instant: Instant): number {
  return instant === lastWritten.text ? lastWritten.ms : Date.parse(instant);
}

/** Whether the text is a date that exists in the calendar and lies in the years 1900 to 2199. */
export function isCalendarDate(text: string): boolean {
  if (!/^(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)) return false;
  const day = Number(text.slice(8));
  return day <= 28 || day <= lastDayOf(Number(text.slice(0, 4)), Number(text.slice(5, 7)));
}

/** The last day of a month, which counts from 1: the day before the first of the next one. */
function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Whole days from one date to another; negative when `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS;
}

/** The date some whole days later (or earlier, when negative). */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The later of two dates. */
export function laterOf(a: CalendarDate, b: CalendarDate): CalendarDate {
  return a > b ? a : b;
}

/** The calendar date of an instant in a time zone (IANA name), for instance the entity's own. */
export function dateIn(timeZone: string, instant: Date): CalendarDate {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(instant);
}
