import { type CalendarDate, isCalendarDate } from '../../ledger/calendar.js';

/** Dates repeat all through a file; a text is examined once, and the memory is bounded. */
const known = new Map<string, CalendarDate | undefined>();
const KNOWN_MAX = 4096;

/** The date of `CCYYMMDD`; undefined when it is none, or none of the years 1900 to 2199. */
export function dateOf(text: string): CalendarDate | undefined {
  if (known.has(text)) return known.get(text);
  if (!/^\d{8}$/.test(text)) return undefined;
  const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  if (known.size >= KNOWN_MAX) known.clear();
  const found = isCalendarDate(date) ? date : undefined;
  known.set(text, found);
  return found;
}

/** A quantity as decimal text, exact as it was sent (`1`, `8.00`, `.5`); undefined when it is no number. */
export function quantityOf(text: string): string | undefined {
  return /^-?(\d+\.?\d*|\.\d+)$/.test(text) ? text : undefined;
}
