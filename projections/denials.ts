import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import type { Change, Projection } from './projection.js';

/** Denials with their lines, and every step of each, so that its status on any past date is known. */
export const denials: Projection = {
  name: 'denials',
  version: 1,
  tables: [
    {
      name: 'denials',
      key: ['account_id', 'denial_id'],
      columns: {
        account_id: 'text',
        denial_id: 'text',
        payer_id: 'text',
        currency: 'text',
        claim_id: 'text',
        denied_on: 'date',
        appeal_by: 'date',
        status: 'text',
        level: 'integer',
        respond_by: 'date',
        resolved_on: 'date',
        resolved_by: 'text',
      },
      indexes: [{ columns: ['status', 'payer_id'] }],
    },
    {
      name: 'denial_lines',
      key: ['account_id', 'denial_id', 'line_no'],
      columns: {
        account_id: 'text',
        denial_id: 'text',
        line_no: 'integer',
        charge_id: 'text',
        amount: 'numeric',
        group_code: 'text',
        reason_code: 'text',
        remark_codes: 'text',
      },
    },
    {
      name: 'denial_steps',
      key: ['account_id', 'denial_id', 'revision'],
      appendOnly: true,
      columns: {
        account_id: 'text',
        denial_id: 'text',
        revision: 'bigint',
        status: 'text',
        level: 'integer',
        effective_on: 'date',
        recorded_at: 'timestamptz',
        entry_id: 'text',
        note: 'text',
      },
    },
  ],
  changesOf(recorded) {
    const { accountId, event } = recorded;
    switch (event.type) {
      case 'DenialRecorded': {
        const { denialId, payerId, currency, claimId, effectiveOn, appealBy, lines } = event.data;
        const key = { account_id: accountId, denial_id: denialId };
        return [
          {
            table: 'denials',
            key,
            set: {
              payer_id: payerId,
              currency,
              claim_id: claimId ?? null,
              denied_on: effectiveOn,
              appeal_by: appealBy ?? null,
              status: 'open',
              level: 0,
            },
          },
          ...lines.map(({ chargeId, amount, groupCode, reasonCode, remarkCodes }, i): Change => ({
            table: 'denial_lines',
            key: { ...key, line_no: i },
            set: {
              charge_id: chargeId,
              amount,
              group_code: groupCode,
              reason_code: reasonCode,
              remark_codes: remarkCodes?.join(' ') ?? null,
            },
          })),
          step(recorded, denialId, { status: 'open', level: 0, effective_on: effectiveOn }),
        ];
      }
      case 'DenialAppealed': {
        const { denialId, level, filedOn, respondBy } = event.data;
        return [
          {
            table: 'denials',
            key: { account_id: accountId, denial_id: denialId },
            set: { status: 'appealed', level, respond_by: respondBy ?? null },
          },
          step(recorded, denialId, { status: 'appealed', level, effective_on: filedOn }),
        ];
      }
      case 'DenialResolved': {
        const { denialId, outcome, effectiveOn, entryId, note } = event.data;
        return [
          {
            table: 'denials',
            key: { account_id: accountId, denial_id: denialId },
            set: { status: outcome, resolved_on: effectiveOn, resolved_by: entryId ?? null },
          },
          step(recorded, denialId, {
            status: outcome,
            effective_on: effectiveOn,
            entry_id: entryId ?? null,
            note: note ?? null,
          }),
        ];
      }
      case 'AccountOpened':
      case 'ChargePosted':
      case 'PaymentPosted':
      case 'AdjustmentPosted':
      case 'ResponsibilityTransferred':
      case 'CreditApplied':
      case 'RefundIssued':
      case 'EntryReversed':
      case 'NoteRecorded':
      case 'ClaimAdjudicated':
      case 'AdjudicationContinued':
        return [];
    }
  },
};

function step(
  { accountId, revision, recordedAt }: RecordedEvent,
  denialId: string,
  set: Change['set'],
): Change {
  return {
    table: 'denial_steps',
    key: { account_id: accountId, denial_id: denialId, revision },
    set: { recorded_at: recordedAt, ...set },
  };
}
