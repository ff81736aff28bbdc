import type { AccountCommand } from '../ledger/commands.js';
import { type CalendarDate, addDays } from '../ledger/calendar.js';
import type { Party, PayerInPosition } from '../ledger/party.js';
import { type Cents, dollars } from './cents.js';
import type { Payer } from './payers.js';

type Unaddressed<C> = C extends AccountCommand ? Omit<C, 'accountId'> : never;

/** A command that is to be sent on a day, counted from the first day of the hospital. */
export interface Scheduled {
  day: number;
  command: AccountCommand;
}

/** One charged line of an encounter, and how much of it stands with whom. */
export interface Line {
  chargeId: string;
  price: Cents;
  atPayer: Cents;
  atSecondary: Cents;
  atPatient: Cents;
}

/**
 * Writes down what will happen around one encounter: the commands with their days. Ids carry account, encounter and a
 * running number, so that they stay unique when accounts are mixed in a report.
 */
export class Script {
  readonly scheduled: Scheduled[] = [];
  private readonly counts = new Map<string, number>();

  constructor(
    readonly accountId: string,
    private readonly encounter: number,
    private readonly from: CalendarDate,
  ) {}

  /** The calendar date of a day of the script. */
  on(day: number): CalendarDate {
    return addDays(this.from, day);
  }

  /** The next id of a kind, such as `A000017-2-PMT3`. */
  id(kind: string): string {
    const count = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, count);
    return `${this.accountId}-${this.encounter}-${kind}${count}`;
  }

  /** The claim of the encounter. */
  get claimId(): string {
    return `${this.accountId}-${this.encounter}`;
  }

  add(day: number, command: Unaddressed<AccountCommand>): void {
    const { type, ...body } = command;
    this.scheduled.push({ day, command: { type, accountId: this.accountId, ...body } as AccountCommand });
  }

  /** A note, as somebody in the office writes it. */
  note(day: number, kind: 'call' | 'letter' | 'email' | 'visit' | 'internal', text: string): void {
    this.add(day, { type: 'RecordNote', noteId: this.id('N'), kind, text, effectiveOn: this.on(day) });
  }
}

/** The responsible party that a payer is in a position. */
export function asParty(payer: Payer, position: PayerInPosition['position'] = 'primary'): PayerInPosition {
  return { party: 'payer', payerId: payer.id, position };
}

/** Allocations to shares of one party, leaving out lines with nothing. */
export function allocationsOf(
  parts: readonly { chargeId: string; cents: Cents }[],
  responsible: Party,
): { chargeId: string; amount: string; responsible: Party }[] {
  return parts
    .filter(({ cents }) => cents > 0)
    .map(({ chargeId, cents }) => ({ chargeId, amount: dollars(cents), responsible }));
}

/** The sum of parts. */
export function sumOfParts(parts: readonly { cents: Cents }[]): Cents {
  return parts.reduce((sum, { cents }) => sum + cents, 0);
}

/** Spreads an amount over what stands open, line by line from the first. */
export function spread(
  cents: Cents,
  open: readonly { chargeId: string; cents: Cents }[],
): { chargeId: string; cents: Cents }[] {
  let left = cents;
  return open.map(({ chargeId, cents: most }) => {
    const part = Math.min(left, most);
    left -= part;
    return { chargeId, cents: part };
  });
}
