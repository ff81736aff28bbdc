import { describe } from '../ledger/description.js';
import { type AccountEventType, type Place, entryIdOf } from '../ledger/events.js';
import { type JournalLine, journalLinesOf, journalLinesOfRemittance } from '../ledger/movements.js';
import { type AnyRecordedEvent, isOfAccount } from '../ledger/recorded-event.js';
import { describeRemittance, entryIdOfRemittance } from '../ledger/remittance-description.js';
import type { RemittanceEventType } from '../ledger/remittance-events.js';

/** A balanced entry: what one event booked on one day. */
export interface JournalEntry {
  /** The account, or the stream of the remittance or control account. */
  of: { accountId: string } | { stream: string };
  entryId: string;
  type: AccountEventType | RemittanceEventType;
  effectiveOn: string;
  recordedAt: string;
  position: string;
  revision: number;
  currency: string;
  description: string;
  lines: JournalLine[];
}

/** The entries of an event: none when it moves no money, one for each day on which its movements count. */
export function entriesOf(recorded: AnyRecordedEvent): JournalEntry[] {
  const { event, recordedAt, position, revision } = recorded;
  const { of, entryId, description, lines: all } = saidOf(recorded);
  const byDate = new Map<string, JournalLine[]>();
  for (const line of all) {
    const lines = byDate.get(line.effectiveOn);
    if (lines) lines.push(line);
    else byDate.set(line.effectiveOn, [line]);
  }
  const currency = 'currency' in event.data ? event.data.currency : '';
  return Array.from(byDate, ([effectiveOn, lines]) => ({
    of,
    entryId,
    type: event.type,
    effectiveOn,
    recordedAt,
    position,
    revision,
    currency,
    description: description(),
    lines,
  }));
}

/** What differs between events of accounts and those beside them. */
function saidOf(recorded: AnyRecordedEvent): Pick<JournalEntry, 'of' | 'entryId' | 'lines'> & {
  description: () => string;
} {
  if (isOfAccount(recorded)) {
    const { accountId, event } = recorded;
    return {
      of: { accountId },
      entryId: entryIdOf(event),
      lines: journalLinesOf(event),
      description: () => describe(event),
    };
  }
  const { stream, event } = recorded;
  return {
    of: { stream },
    entryId: entryIdOfRemittance(event),
    lines: journalLinesOfRemittance(event),
    description: () => describeRemittance(event),
  };
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
