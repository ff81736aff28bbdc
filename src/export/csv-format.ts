import type { Place } from '../ledger/events.js';
import type { JournalEntry } from './journal-entry.js';
import type { JournalWriter } from './journal-writer.js';

const COLUMNS = [
  'position',
  'revision',
  'account_id',
  'entry_id',
  'event_type',
  'effective_on',
  'recorded_at',
  'gl_account',
  'charge_id',
  'payment_id',
  'party',
  'payer_id',
  'payer_position',
  'party_name',
  'currency',
  'debit',
  'credit',
  'description',
  'stream',
] as const;

/** The journal as a table, a line of it a row (RFC 4180, UTF-8, lines end with LF). */
export class CsvFormat implements JournalWriter {
  begin(): string {
    return `${COLUMNS.join(',')}\n`;
  }

  account(): string {
    return '';
  }

  entry(entry: JournalEntry): string {
    const { position, revision, of, entryId, type, effectiveOn, recordedAt, currency, description } = entry;
    const [accountId, stream] = 'accountId' in of ? [of.accountId, ''] : ['', of.stream];
    return entry.lines
      .map((line) => {
        const before = [position, String(revision), accountId, entryId, type, effectiveOn, recordedAt];
        const amounts = [currency, line.debit ?? '', line.credit ?? '', description, stream];
        return `${[...before, line.place.account, ...partyFields(line.place), ...amounts].map(field).join(',')}\n`;
      })
      .join('');
  }

  remark(): string {
    return '';
  }
}

/** charge_id, payment_id, party, payer_id, payer_position, party_name */
function partyFields(place: Place): string[] {
  if ('chargeId' in place) {
    const { party } = place;
    const payer = party.party === 'payer' ? [party.payerId, party.position] : ['', ''];
    return [place.chargeId, '', party.party, ...payer, ''];
  }
  if ('paymentId' in place) {
    const { owner } = place;
    const payerId = owner.party === 'payer' ? owner.payerId : '';
    return ['', place.paymentId, owner.party, payerId, '', owner.party === 'other' ? owner.name : ''];
  }
  return ['', '', '', '', '', ''];
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
