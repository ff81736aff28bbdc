import type { RecordedRemittanceEvent } from '../src/ledger/recorded-event.js';
import type { RemittanceDataOf } from '../src/ledger/remittance-events.js';
import type { Change, Row, Table } from './projection.js';

/** What payers keep back (positive) and are owed (negative), by payer and provider, and every entry of it. */
export const CONTROL_TABLES: readonly Table[] = [
  {
    name: 'control_accounts',
    key: ['control_account_id', 'currency'],
    columns: {
      control_account_id: 'text',
      currency: 'text',
      payer_id: 'text',
      provider_id: 'text',
      balance: 'numeric',
      last_on: 'date',
      revision: 'bigint',
      recorded_at: 'timestamptz',
    },
    indexes: [{ columns: ['payer_id'] }],
  },
  {
    name: 'control_entries',
    key: ['control_account_id', 'entry_id'],
    columns: {
      control_account_id: 'text',
      entry_id: 'text',
      revision: 'bigint',
      position: 'bigint',
      payer_id: 'text',
      provider_id: 'text',
      currency: 'text',
      effective_on: 'date',
      recorded_at: 'timestamptz',
      amount: 'numeric',
      /** What it is booked against, one of `CONTROL_PLACES`; whatever comes with a remittance, against its clearing money. */
      against: 'text',
      by_hand: 'boolean',
      reason: 'text',
      reference: 'text',
      /** Whose clearing money it is booked against; null where it is against none. */
      remittance_id: 'text',
      /** 0 where it stands with no claim. */
      claim: 'integer',
      /** Null for entries by hand. */
      segment: 'integer',
      /** Of the provider adjustment; null for entries by hand, and for what a decision on a claim led to. */
      number: 'integer',
    },
    indexes: [{ columns: ['control_account_id', 'revision'] }, { columns: ['remittance_id'] }],
  },
];

/** What an event beside the accounts does to the control accounts. */
export function controlChanges(recorded: RecordedRemittanceEvent): Change[] {
  const { event, revision, position, recordedAt } = recorded;
  if (event.type !== 'ControlEntryPosted' && event.type !== 'ControlEntryBooked') return [];
  const { data } = event;
  const common = { payer_id: data.payerId, provider_id: data.providerId, revision, recorded_at: recordedAt };
  return [
    {
      table: 'control_accounts',
      key: { control_account_id: data.controlAccountId, currency: data.currency },
      set: { ...common },
      add: { balance: data.amount },
      max: { last_on: data.effectiveOn },
    },
    {
      table: 'control_entries',
      key: { control_account_id: data.controlAccountId, entry_id: data.entryId },
      set: {
        ...common,
        position,
        currency: data.currency,
        effective_on: data.effectiveOn,
        amount: data.amount,
        reason: data.reason,
        reference: data.reference ?? '',
        ...(event.type === 'ControlEntryPosted' ? postedColumns(event.data) : bookedColumns(event.data)),
      },
    },
  ];
}

function postedColumns({ remittance, number }: RemittanceDataOf<'ControlEntryPosted'>): Row {
  return {
    against: 'remittance',
    by_hand: false,
    remittance_id: remittance.id,
    claim: remittance.claim,
    segment: remittance.segment,
    number: number ?? null,
  };
}

function bookedColumns({ against }: RemittanceDataOf<'ControlEntryBooked'>): Row {
  const isOfRemittance = against.place === 'remittance';
  return {
    against: against.place,
    by_hand: true,
    remittance_id: isOfRemittance ? against.remittanceId : null,
    claim: isOfRemittance ? (against.claim ?? 0) : 0,
    segment: null,
    number: null,
  };
}
