import type { RecordedRemittanceEvent } from '../src/ledger/recorded-event.js';
import type { Change, Table } from './projection.js';

/** The deposits of a bank, and which part of each belongs to which remittance. */
export const DEPOSIT_TABLES: readonly Table[] = [
  {
    name: 'deposits',
    key: ['deposit_id'],
    columns: {
      deposit_id: 'text',
      trace_number: 'text',
      trace_payer_id: 'text',
      currency: 'text',
      amount: 'numeric',
      effective_on: 'date',
      reference: 'text',
      /** What of it belongs to remittances that were reconciled with it. */
      reconciled: 'numeric',
      position: 'bigint',
      recorded_at: 'timestamptz',
    },
    indexes: [{ columns: ['trace_number', 'trace_payer_id'] }],
  },
  {
    name: 'remittance_deposits',
    key: ['remittance_id', 'deposit_id'],
    columns: {
      remittance_id: 'text',
      deposit_id: 'text',
      currency: 'text',
      amount: 'numeric',
      effective_on: 'date',
    },
    indexes: [{ columns: ['deposit_id'] }],
  },
];

/** What an event beside the accounts does to the deposits. */
export function depositChanges({ event, position, recordedAt }: RecordedRemittanceEvent): Change[] {
  if (event.type === 'DepositRecorded') {
    const { depositId, traceNumber, tracePayerId, currency, amount, effectiveOn, reference } = event.data;
    return [
      {
        table: 'deposits',
        key: { deposit_id: depositId },
        set: {
          trace_number: traceNumber,
          trace_payer_id: tracePayerId,
          currency,
          amount,
          effective_on: effectiveOn,
          reference: reference ?? null,
          position,
          recorded_at: recordedAt,
        },
        add: { reconciled: '0' },
      },
    ];
  }
  if (event.type === 'RemittanceReconciled' && event.data.depositId !== undefined) {
    const { remittanceId, depositId, currency, amount, effectiveOn } = event.data;
    return [
      { table: 'deposits', key: { deposit_id: depositId }, add: { reconciled: amount } },
      {
        table: 'remittance_deposits',
        key: { remittance_id: remittanceId, deposit_id: depositId },
        set: { currency, effective_on: effectiveOn },
        add: { amount },
      },
    ];
  }
  return [];
}
