import { describe } from '../ledger/description.js';
import { type AccountEventType, type Place, entryIdOf } from '../ledger/events.js';
import { type JournalLine, journalLinesOf } from '../ledger/movements.js';
import type { RecordedEvent } from '../ledger/recorded-event.js';

/** A balanced entry: what one event booked on one day. */
export interface JournalEntry {
  accountId: string;
  entryId: string;
  type: AccountEventType;
  effectiveOn: string;
  recordedAt: string;
  position: string;
  revision: number;
  currency: string;
  description: string;
  lines: JournalLine[];
}

/** The entries of an event: none when it moves no money, one for each day on which its movements count. */
export function entriesOf({
  accountId,
  event,
  recordedAt,
  position,
  revision,
}: RecordedEvent): JournalEntry[] {
  const byDate = new Map<string, JournalLine[]>();
  for (const line of journalLinesOf(event)) {
    const lines = byDate.get(line.effectiveOn);
    if (lines) lines.push(line);
    else byDate.set(line.effectiveOn, [line]);
  }
  const currency = 'currency' in event.data ? event.data.currency : '';
  return Array.from(byDate, ([effectiveOn, lines]) => ({
    accountId,
    entryId: entryIdOf(event),
    type: event.type,
    effectiveOn,
    recordedAt,
    position,
    revision,
    currency,
    description: describe(event),
    lines,
  }));
}

/** A line's amount: debits are positive, credits negative. */
export function signedAmount(line: JournalLine): string {
  return line.debit ?? `-${line.credit!}`;
}

/** What a line is about beside its account: the charge or payment, and whose share or credit it is. */
export function detailsOf(place: Place): { charge?: string; payment?: string; party?: string } {
  if ('chargeId' in place) {
    const { party } = place;
    const name = party.party === 'payer' ? `payer ${party.payerId} ${party.position}` : party.party;
    return { charge: place.chargeId, party: name };
  }
  if ('paymentId' in place) {
    const { owner } = place;
    const name =
      owner.party === 'payer' ? `payer ${owner.payerId}` : owner.party === 'other' ? owner.name : 'patient';
    return { payment: place.paymentId, party: name };
  }
  return {};
}
