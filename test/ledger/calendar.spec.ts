import { describe, expect, test } from '@jest/globals';
import {
  addDays,
  dateIn,
  daysBetween,
  instantOf,
  isCalendarDate,
  laterOf,
  msOf,
} from '../../src/ledger/calendar.js';

describe('a calendar date', () => {
  test.each(['1900-01-01', '2199-12-31', '2024-02-29', '2000-02-29', '2026-03-01'])('is %s', (text) => {
    expect(isCalendarDate(text)).toBe(true);
  });

  test.each([
    '1899-12-31',
    '2200-01-01',
    '1900-02-29',
    '2026-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-10',
    '2026-01-00',
    '2026-1-5',
    '20260105',
    '2026-01-05T00:00:00Z',
    ' 2026-01-05',
    '2026-01-05\n',
    '２026-01-05',
    '0026-01-05',
    '',
  ])('is not %j', (text) => {
    expect(isCalendarDate(text)).toBe(false);
  });

  test('is as many whole days from another, over leap days, negative when earlier', () => {
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2026-02-28', '2026-03-01')).toBe(1);
    expect(daysBetween('2026-03-01', '2026-02-28')).toBe(-1);
    expect(daysBetween('1900-01-01', '2199-12-31')).toBe(109_572);
    expect(daysBetween('2026-03-01', '2026-03-01')).toBe(0);
  });

  test('moves by days', () => {
    expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
  });

  test('of two, the later', () => {
    expect(laterOf('2026-01-31', '2026-02-01')).toBe('2026-02-01');
    expect(laterOf('2026-02-01', '2026-01-31')).toBe('2026-02-01');
  });

  test('of an instant depends on the time zone', () => {
    const instant = new Date('2026-03-01T04:30:00Z');
    expect(dateIn('UTC', instant)).toBe('2026-03-01');
    expect(dateIn('America/New_York', instant)).toBe('2026-02-28');
    expect(dateIn('Pacific/Kiritimati', new Date('2026-03-01T10:00:00Z'))).toBe('2026-03-02');
    expect(dateIn('America/New_York', new Date('2026-03-08T06:59:59Z'))).toBe('2026-03-08');
  });
});

test('an instant is written with milliseconds and read back, whichever was asked for before', () => {
  const [one, other] = [Date.UTC(2026, 0, 15, 10), Date.UTC(2026, 0, 15, 10, 0, 0, 1)];
  for (const ms of [one, one, other, one]) {
    const text = new Date(ms).toISOString();
    expect([instantOf(ms), msOf(text)]).toEqual([text, ms]);
    expect(msOf('2026-01-15T10:00:00.001Z')).toBe(other);
  }
});
