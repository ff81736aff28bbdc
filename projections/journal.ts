import { entryIdOf } from '../src/ledger/events.js';
import { type JournalLine, journalLinesOf, journalLinesOfRemittance } from '../src/ledger/movements.js';
import type { AnyRecordedEvent } from '../src/ledger/recorded-event.js';
import { entryIdOfRemittance } from '../src/ledger/remittance-description.js';
import { PARTY_COLUMNS, ownerColumns, partyColumns } from './party-columns.js';
import type { Change, Projection, Row } from './projection.js';

/** Every journal line ever written, and their sums by GL account and day: the base of every answer about a past date. */
export const journal: Projection = {
  name: 'journal',
  version: 3,
  tables: [
    {
      name: 'journal_lines',
      key: ['position', 'line_no'],
      appendOnly: true,
      columns: {
        position: 'bigint',
        line_no: 'integer',
        /** Null for lines of no account; these have the `stream`, which the others leave empty. */
        account_id: 'text',
        stream: 'text',
        revision: 'bigint',
        entry_id: 'text',
        event_type: 'text',
        gl_account: 'text',
        currency: 'text',
        /** Signed: a debit is positive, a credit negative. */
        amount: 'numeric',
        effective_on: 'date',
        recorded_at: 'timestamptz',
        charge_id: 'text',
        payment_id: 'text',
        ...PARTY_COLUMNS,
        party_name: 'text',
        since_on: 'date',
      },
      indexes: [
        { columns: ['account_id', 'effective_on'] },
        { columns: ['effective_on'] },
        { columns: ['recorded_at'] },
        { columns: ['account_id', 'charge_id'], where: 'charge_id is not null' },
        { columns: ['effective_on'], where: 'payment_id is not null' },
      ],
    },
    {
      name: 'gl_days',
      key: ['gl_account', 'currency', 'effective_on'],
      columns: { gl_account: 'text', currency: 'text', effective_on: 'date', amount: 'numeric' },
    },
  ],
  changesOf(recorded, movements) {
    const { accountId, event } = recorded;
    const of = { account_id: accountId, stream: null, entry_id: entryIdOf(event) };
    return changesOfLines(recorded, of, journalLinesOf(event, movements));
  },
  changesOfRemittance(recorded) {
    const { stream, event } = recorded;
    const of = { account_id: null, stream, entry_id: entryIdOfRemittance(event) };
    return changesOfLines(recorded, of, journalLinesOfRemittance(event));
  },
};

/** @param of what names the account, or the stream, and the entry */
function changesOfLines(recorded: AnyRecordedEvent, of: Row, lines: readonly JournalLine[]): Change[] {
  const currency = 'currency' in recorded.event.data ? recorded.event.data.currency : '';
  return lines.flatMap((line, i): Change[] => {
    const amount = line.debit ?? `-${line.credit!}`;
    const { account } = line.place;
    return [
      {
        table: 'journal_lines',
        key: { position: recorded.position, line_no: i },
        set: { ...of, ...lineColumns(recorded, line), currency, amount },
      },
      {
        table: 'gl_days',
        key: { gl_account: account, currency, effective_on: line.effectiveOn },
        add: { amount },
      },
    ];
  });
}

function lineColumns({ event, revision, recordedAt }: AnyRecordedEvent, line: JournalLine): Row {
  const { place } = line;
  const common = {
    revision,
    event_type: event.type,
    gl_account: place.account,
    effective_on: line.effectiveOn,
    recorded_at: recordedAt,
    charge_id: null,
    payment_id: null,
    party: null,
    payer_id: null,
    payer_position: null,
    party_name: null,
    since_on: null,
  };
  if ('chargeId' in place) {
    return {
      ...common,
      charge_id: place.chargeId,
      ...partyColumns(place.party),
      since_on: place.since ?? null,
    };
  }
  if ('paymentId' in place) {
    return { ...common, payment_id: place.paymentId, payer_position: '', ...ownerColumns(place.owner) };
  }
  return common;
}
