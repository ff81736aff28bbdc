import { InvalidArgumentError } from 'commander';
import { isCalendarDate } from '../ledger/calendar.js';

/** Reads a whole number within bounds. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** Reads a calendar date. */
export function calendarDate(text: string): string {
  if (isCalendarDate(text)) return text;
  throw new InvalidArgumentError('It must be a date that exists, YYYY-MM-DD, from 1900 to 2199.');
}

/** Reads an instant. */
export function instant(text: string): string {
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
  if (form.test(text) && isCalendarDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text))) {
    return new Date(text).toISOString();
  }
  throw new InvalidArgumentError('It must be an instant in UTC such as 2026-01-15T10:00:00.000Z.');
}
