import type { RecordedRemittanceEvent } from '../src/ledger/recorded-event.js';
import type { Change, Table } from './projection.js';

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
      reason: 'text',
      reference: 'text',
      remittance_id: 'text',
      /** 0 where it stands with no claim. */
      claim: 'integer',
      segment: 'integer',
      /** Of the provider adjustment; null for what a decision on a claim led to. */
      number: 'integer',
    },
    indexes: [{ columns: ['control_account_id', 'revision'] }, { columns: ['remittance_id'] }],
  },
];

/** What an event beside the accounts does to the control accounts. */
export function controlChanges({ event, revision, position, recordedAt }: RecordedRemittanceEvent): Change[] {
  if (event.type !== 'ControlEntryPosted') return [];
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
        reference: data.reference,
        remittance_id: data.remittance.id,
        claim: data.remittance.claim,
        segment: data.remittance.segment,
        number: data.number ?? null,
      },
    },
  ];
}
