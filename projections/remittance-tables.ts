import { claimOfAdjudication } from '../src/ledger/adjudication-id.js';
import { type AccountEvent, entryIdOf } from '../src/ledger/events.js';
import { negated } from '../src/ledger/add-amounts.js';
import type { Movement } from '../src/ledger/movements.js';
import type { RecordedEvent, RecordedRemittanceEvent } from '../src/ledger/recorded-event.js';
import type { Change, Table } from './projection.js';

/**
 * One row a remittance. `accepted + controlled - cleared` is what of it stands on the clearing account: three sums over
 * the very events that move money there, so that all remittances together come to the account's balance at any moment.
 */
export const REMITTANCES: Table = {
  name: 'remittances',
  key: ['remittance_id'],
  columns: {
    remittance_id: 'text',
    /** `received` until the next event of the same append, then `posting` and `completed`, or `held`. */
    status: 'text',
    payer_id: 'text',
    payer_name: 'text',
    provider_id: 'text',
    trace_number: 'text',
    trace_payer_id: 'text',
    /** BPR02, negative for a debit; null where the file does not say it. */
    amount: 'numeric',
    method: 'text',
    currency: 'text',
    effective_on: 'date',
    received_on: 'date',
    /** As the header counts them. */
    claims: 'integer',
    provider_adjustments: 'integer',
    total_claims: 'numeric',
    total_provider_adjustments: 'numeric',
    /** How many claims are recorded on accounts, whatever they came to there. */
    adjudicated: 'numeric',
    /** What was brought to the clearing account. */
    accepted: 'numeric',
    /** What was posted from it to accounts, less what was taken back. */
    cleared: 'numeric',
    /** What was brought to it from control accounts, less what went there. */
    controlled: 'numeric',
    document_sha256: 'text',
    segment: 'integer',
    last_segment: 'integer',
    content_hash: 'text',
    control_number: 'text',
    version: 'text',
    create_accounts: 'boolean',
    findings: 'jsonb',
    /** Of several deposits, the last. */
    deposit_id: 'text',
    reconciled_on: 'date',
    completed_on: 'date',
    /** Of its first event. */
    position: 'bigint',
    recorded_at: 'timestamptz',
  },
  indexes: [
    { columns: ['trace_number', 'trace_payer_id'] },
    { columns: ['payer_id'] },
    { columns: ['effective_on', 'remittance_id'] },
    { columns: ['status'], where: "status <> 'completed'" },
    { columns: ['status'], where: 'reconciled_on is null' },
    { columns: ['document_sha256'] },
  ],
};

export const PROVIDER_ADJUSTMENTS: Table = {
  name: 'provider_adjustments',
  key: ['remittance_id', 'number'],
  columns: {
    remittance_id: 'text',
    number: 'integer',
    segment: 'integer',
    control_account_id: 'text',
    provider_id: 'text',
    reason: 'text',
    reference: 'text',
    currency: 'text',
    amount: 'numeric',
    claim: 'integer',
    position: 'bigint',
    recorded_at: 'timestamptz',
  },
  indexes: [{ columns: ['control_account_id'] }],
};

/** What an event beside the accounts does to the rows of its remittance. */
export function remittanceChanges({ event, position, recordedAt }: RecordedRemittanceEvent): Change[] {
  switch (event.type) {
    case 'RemittanceReceived': {
      const { data } = event;
      return [
        {
          table: 'remittances',
          key: { remittance_id: data.remittanceId },
          set: {
            status: 'received',
            payer_id: data.payer.id,
            payer_name: data.payer.name,
            provider_id: data.provider.id,
            trace_number: data.trace?.number ?? null,
            trace_payer_id: data.trace?.payerId ?? null,
            amount: data.payment?.amount ?? null,
            method: data.payment?.method ?? null,
            currency: data.currency,
            effective_on: data.effectiveOn,
            received_on: data.receivedOn,
            claims: data.claims,
            provider_adjustments: data.providerAdjustments,
            total_claims: data.totals.claims,
            total_provider_adjustments: data.totals.providerAdjustments,
            document_sha256: data.document.sha256,
            segment: data.document.segment,
            last_segment: data.document.lastSegment,
            content_hash: data.contentHash,
            control_number: data.controlNumber,
            version: data.version,
            create_accounts: data.createAccounts,
            findings: JSON.stringify(data.findings),
            position,
            recorded_at: recordedAt,
          },
          add: { adjudicated: '0', accepted: '0', cleared: '0', controlled: '0' },
        },
      ];
    }
    case 'RemittanceAccepted':
      return [
        {
          table: 'remittances',
          key: { remittance_id: event.data.remittanceId },
          set: { status: 'posting' },
          add: { accepted: event.data.amount },
        },
      ];
    case 'RemittanceHeld':
      return [
        {
          table: 'remittances',
          key: { remittance_id: event.data.remittanceId },
          set: { status: 'held' },
        },
      ];
    case 'RemittanceCompleted':
      return [
        {
          table: 'remittances',
          key: { remittance_id: event.data.remittanceId },
          set: { status: 'completed', completed_on: event.data.effectiveOn },
        },
      ];
    case 'RemittanceReconciled':
      return [
        {
          table: 'remittances',
          key: { remittance_id: event.data.remittanceId },
          set: { deposit_id: event.data.depositId ?? null, reconciled_on: event.data.effectiveOn },
        },
      ];
    case 'ControlEntryPosted':
      return [
        {
          table: 'remittances',
          key: { remittance_id: event.data.remittance.id },
          add: { controlled: event.data.amount },
        },
      ];
    case 'ControlEntryBooked': {
      const { against, amount } = event.data;
      if (against.place !== 'remittance') return [];
      return [
        { table: 'remittances', key: { remittance_id: against.remittanceId }, add: { controlled: amount } },
      ];
    }
    case 'ProviderAdjustmentPosted': {
      const { data } = event;
      return [
        {
          table: 'provider_adjustments',
          key: { remittance_id: data.remittanceId, number: data.number },
          set: {
            segment: data.segment,
            control_account_id: data.controlAccountId,
            provider_id: data.providerId,
            reason: data.reason,
            reference: data.reference,
            currency: data.currency,
            amount: data.amount,
            claim: data.claim ?? null,
            position,
            recorded_at: recordedAt,
          },
        },
      ];
    }
    case 'RemittanceClaimPosted':
    case 'RemittanceClaimSuspended':
    case 'RemittanceClaimResolved':
    case 'DepositRecorded':
      return [];
  }
}

/** What an event of an account does to the row of the remittance that it follows from. */
export function postedChanges({ event }: RecordedEvent, movements: readonly Movement[]): Change[] {
  const changes: Change[] = [];
  if (event.type === 'ClaimAdjudicated') {
    changes.push({
      table: 'remittances',
      key: { remittance_id: event.data.remittance.id },
      add: { adjudicated: '1' },
    });
  }
  for (const { remittanceId, amount } of clearedBy(event, movements)) {
    changes.push({ table: 'remittances', key: { remittance_id: remittanceId }, add: { cleared: amount } });
  }
  return changes;
}

/**
 * What an event took from the clearing account, signed, by the remittance whose money it is. A reversal that no
 * remittance asked for gives back the money of the one that it came with.
 */
function* clearedBy(
  event: AccountEvent,
  movements: readonly Movement[],
): Iterable<{ remittanceId: string; amount: string }> {
  if (event.type !== 'PaymentPosted' && event.type !== 'EntryReversed') return;
  const { remittance } = event.data;
  for (const [i, { debit, credit, amount }] of movements.entries()) {
    const taken = debit.account === 'Assets:RemittanceClearing';
    if (!taken && credit.account !== 'Assets:RemittanceClearing') continue;
    const of = event.type === 'EntryReversed' ? event.data.movements[i]!.of : entryIdOf(event);
    const remittanceId = remittance?.id ?? claimOfAdjudication(of).remittanceId;
    yield { remittanceId, amount: taken ? amount : negated(amount) };
  }
}
