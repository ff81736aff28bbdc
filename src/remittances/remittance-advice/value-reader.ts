import type { CalendarDate } from '../../ledger/calendar.js';
import type { Facts } from '../../x12/finding.js';
import type { Segment } from '../../x12/segment.js';
import { type Cents, centsFault, centsOf } from './cents.js';
import type { AdviceCode } from './findings.js';
import { dateOf, quantityOf } from './values.js';

/** Takes what was found at a segment. */
export type Find = (code: AdviceCode, segment: Segment, facts?: Facts) => void;

const AMOUNT_FAULTS = {
  missing: 'amount_missing',
  finer_than_cents: 'amount_finer_than_cents',
  too_large: 'amount_too_large',
  unreadable: 'amount_unreadable',
} as const;

/** Reads values of segments, and finds those that cannot be read. Findings name the element, never what stands there. */
export class ValueReader {
  constructor(private readonly find: Find) {}

  /** Money that counts; zero, and a finding that stops, when it cannot be read. */
  money(segment: Segment, element: number): Cents {
    const text = segment.value(element);
    const cents = centsOf(text);
    if (cents !== undefined) return cents;
    this.find(AMOUNT_FAULTS[centsFault(text)], segment, { element: nameOf(segment, element) });
    return 0;
  }

  /** Money of a line, which some payers leave out where it is zero. */
  lineMoney(segment: Segment, element: number): Cents {
    if (segment.value(element) !== '') return this.money(segment, element);
    this.find('line_amount_missing', segment, { element: nameOf(segment, element) });
    return 0;
  }

  /** An amount that is only information. */
  information(segment: Segment, element: number): Cents | undefined {
    const text = segment.value(element);
    if (text === '') return undefined;
    const cents = centsOf(text);
    if (cents === undefined) this.unreadable(segment, element);
    return cents;
  }

  quantity(segment: Segment, element: number): string | undefined {
    const text = segment.value(element);
    if (text === '') return undefined;
    const quantity = quantityOf(text);
    if (quantity === undefined) this.unreadable(segment, element);
    return quantity;
  }

  date(segment: Segment, element: number): CalendarDate | undefined {
    const text = segment.value(element);
    if (text === '') return undefined;
    const date = dateOf(text);
    if (date === undefined) this.find('date_unreadable', segment, { element: nameOf(segment, element) });
    return date;
  }

  private unreadable(segment: Segment, element: number): void {
    this.find('information_unreadable', segment, { element: nameOf(segment, element) });
  }
}

/** `CLP04` */
function nameOf(segment: Segment, element: number): string {
  return `${segment.tag}${String(element).padStart(2, '0')}`;
}
