import type { Clock } from '../clock.js';
import { type CalendarDate, dateIn } from '../ledger/calendar.js';

/** The calendar date in a time zone; worked out once a minute, since no zone changes its date within one. */
export class Today {
  private minute = Number.NaN;
  private date: CalendarDate = '';

  constructor(
    private readonly clock: Clock,
    private readonly timeZone: string,
  ) {}

  now(): CalendarDate {
    const now = this.clock.now();
    const minute = Math.floor(now.getTime() / 60_000);
    if (minute !== this.minute) {
      this.date = dateIn(this.timeZone, now);
      this.minute = minute;
    }
    return this.date;
  }
}
