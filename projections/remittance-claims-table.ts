import { claimOfAdjudication } from '../src/ledger/adjudication-id.js';
import type { DataOf } from '../src/ledger/events.js';
import type { RecordedEvent, RecordedRemittanceEvent } from '../src/ledger/recorded-event.js';
import type { RemittanceDataOf } from '../src/ledger/remittance-events.js';
import type { Change, Row, Table } from './projection.js';

/**
 * How far a claim is, rising: what an account says counts more than what the remittance's stream says, whichever of them
 * is recorded first, and what is posted stays so. A reversal that waited on its account and was given up there is rejected
 * too, after everything that could be said of it.
 */
export const STAGE = {
  suspended: 1,
  rejected: 2,
  moves_nothing: 3,
  waiting: 4,
  posted: 5,
  given_up: 6,
} as const;
type Stage = keyof typeof STAGE;
export type ClaimStatus = Exclude<Stage, 'given_up'>;

const STAGES = Object.keys(STAGE) as Stage[];
export const CLAIM_STATUSES = STAGES.filter((stage): stage is ClaimStatus => stage !== 'given_up');

/**
 * One row a claim of a remittance, from its first outcome on. Both the events of its account and those of its remittance
 * set columns of it, in the order of the log.
 */
export const REMITTANCE_CLAIMS: Table = {
  name: 'remittance_claims',
  key: ['remittance_id', 'claim'],
  columns: {
    remittance_id: 'text',
    claim: 'integer',
    stage: 'integer',
    segment: 'integer',
    /** Why it is suspended, and what goes with that; null once it is recorded on an account. */
    reason: 'text',
    facts: 'jsonb',
    candidates: 'jsonb',
    /** Of a claim that was suspended; null once its remittance says that it is posted. */
    statement: 'jsonb',
    account_id: 'text',
    adjudication_id: 'text',
    payer_id: 'text',
    payer_position: 'text',
    trace_number: 'text',
    trace_payer_id: 'text',
    claim_id: 'text',
    payer_claim_number: 'text',
    /** CLP02. */
    claim_status: 'text',
    charge: 'numeric',
    paid: 'numeric',
    currency: 'text',
    effective_on: 'date',
    findings: 'jsonb',
    /** Of the event that recorded it on the account: the account's history has the lines, each with its charge. */
    revision: 'bigint',
    /** The payment that was posted for it. */
    payment_id: 'text',
    held: 'jsonb',
    held_count: 'integer',
    reverses_remittance: 'text',
    reverses_claim: 'integer',
    reversed_by_remittance: 'text',
    reversed_by_claim: 'integer',
    resolution_id: 'text',
    /** The same, until it came to an end: on the account, or as the remittance says. A rejection's is its control entry. */
    open_resolution_id: 'text',
    resolution: 'text',
    resolution_reason: 'text',
    resolved_on: 'date',
    /** Of the last event that changed its outcome. */
    position: 'bigint',
    recorded_at: 'timestamptz',
  },
  derived: {
    status: {
      type: 'text',
      is: `case stage ${STAGES.map(
        (stage) => `when ${STAGE[stage]} then '${stage === 'given_up' ? 'rejected' : stage}'`,
      ).join(' ')} end`,
    },
  },
  indexes: [
    { columns: ['payer_id', 'payer_claim_number'] },
    { columns: ['account_id'], where: 'account_id is not null' },
    { columns: ['claim_id'] },
    { columns: ['remittance_id', 'stage'], where: `stage <> ${STAGE.posted}` },
    { columns: ['stage'], where: `stage in (${STAGE.suspended}, ${STAGE.waiting})` },
    { columns: ['remittance_id', 'claim'], where: 'held_count > 0' },
    { columns: ['position'], where: 'statement is not null' },
    { columns: ['position'], where: 'resolution_id is not null' },
  ],
};

/** What an event of an account does to the claims that it follows from. */
export function claimChanges(recorded: RecordedEvent): Change[] {
  const { event } = recorded;
  if (event.type === 'ClaimAdjudicated') return adjudicated(recorded, event.data);
  if (event.type === 'AdjudicationContinued') return continued(recorded, event.data);
  if (event.type === 'PaymentPosted' && event.data.remittance !== undefined) {
    const { remittance, paymentId } = event.data;
    return [claimChange(remittance.id, remittance.claim, { payment_id: paymentId })];
  }
  return [];
}

function adjudicated(recorded: RecordedEvent, data: DataOf<'ClaimAdjudicated'>): Change[] {
  const { remittance } = data;
  const status = takesBack(data) ? 'posted' : SETTLED[data.settlement];
  return [
    claimChange(
      remittance.id,
      remittance.claim,
      {
        segment: remittance.segment,
        reason: null,
        facts: null,
        candidates: null,
        account_id: recorded.accountId,
        adjudication_id: data.adjudicationId,
        payer_id: data.payerId,
        payer_position: data.position ?? null,
        ...traceColumns(data.trace),
        ...statedColumns(data),
        revision: recorded.revision,
        ...heldColumns(data.held),
        position: recorded.position,
        recorded_at: recorded.recordedAt,
      },
      status,
    ),
    ...reversal(data.adjudicationId, data),
  ];
}

const SETTLED = {
  posted: 'posted',
  waits_for_original: 'waiting',
  moves_nothing: 'moves_nothing',
} as const satisfies Record<DataOf<'ClaimAdjudicated'>['settlement'], ClaimStatus>;

function continued({ position, recordedAt }: RecordedEvent, data: DataOf<'AdjudicationContinued'>): Change[] {
  const { adjudicationId, settlement, held, resolutionId } = data;
  const { remittanceId, claim } = claimOfAdjudication(adjudicationId);
  return [
    claimChange(
      remittanceId,
      claim,
      {
        ...heldColumns(held),
        ...(resolutionId !== undefined && { open_resolution_id: null }),
        position,
        recorded_at: recordedAt,
      },
      settlement === 'moves_nothing' ? 'given_up' : takesBack(data) ? 'posted' : undefined,
    ),
    ...reversal(adjudicationId, data),
  ];
}

type Reversing = Pick<DataOf<'ClaimAdjudicated'>, 'reverses' | 'reversesLines'>;

function takesBack({ reverses, reversesLines }: Reversing): boolean {
  return reverses !== undefined || reversesLines !== undefined;
}

/**
 * Both ends of a reversal know the other; nothing is held any more of what was taken back. One of lines names the claim
 * that they are of, the first of several; that stands with its other lines, and does not name it.
 */
function reversal(by: string, { reverses, reversesLines }: Reversing): Change[] {
  const original = reverses ?? reversesLines?.[0]?.adjudicationId;
  if (original === undefined) return [];
  const [from, to] = [claimOfAdjudication(by), claimOfAdjudication(original)];
  const names = claimChange(from.remittanceId, from.claim, {
    reverses_remittance: to.remittanceId,
    reverses_claim: to.claim,
  });
  if (reverses === undefined) return [names];
  return [
    names,
    claimChange(to.remittanceId, to.claim, {
      reversed_by_remittance: from.remittanceId,
      reversed_by_claim: from.claim,
      ...heldColumns([]),
    }),
  ];
}

/** What an event of a remittance's stream does to its claims. */
export function statedClaimChanges({ event, position, recordedAt }: RecordedRemittanceEvent): Change[] {
  if (event.type === 'RemittanceClaimPosted') {
    // The account has said the rest, with the same words.
    const { remittanceId, claim, segment, findings } = event.data;
    return [
      claimChange(remittanceId, claim, {
        segment,
        statement: null,
        open_resolution_id: null,
        findings: JSON.stringify(findings),
      }),
    ];
  }
  if (event.type === 'RemittanceClaimSuspended') {
    return [suspended(event.data, { position, recorded_at: recordedAt })];
  }
  if (event.type === 'RemittanceClaimResolved') {
    const { remittanceId, claim, resolutionId, resolution, effectiveOn, reason } = event.data;
    return [
      claimChange(
        remittanceId,
        claim,
        {
          resolution_id: resolutionId,
          open_resolution_id: resolutionId,
          resolution,
          resolution_reason: reason,
          resolved_on: effectiveOn,
        },
        resolution === 'reject' ? 'rejected' : undefined,
      ),
    ];
  }
  return [];
}

function suspended(data: RemittanceDataOf<'RemittanceClaimSuspended'>, recorded: Row): Change {
  const { remittanceId, claim, reason, facts, candidates, findings, statement } = data;
  return claimChange(
    remittanceId,
    claim,
    {
      segment: statement.segment,
      reason,
      facts: JSON.stringify(facts),
      candidates: JSON.stringify(candidates),
      statement: JSON.stringify(statement),
      open_resolution_id: null,
      payer_id: statement.payerId,
      ...traceColumns(statement.trace),
      ...statedColumns(statement),
      findings: JSON.stringify(findings),
      ...recorded,
    },
    'suspended',
  );
}

function claimChange(remittanceId: string, claim: number, set: Row, stage?: Stage): Change {
  return {
    table: 'remittance_claims',
    key: { remittance_id: remittanceId, claim },
    set,
    ...(stage === undefined ? {} : { max: { stage: STAGE[stage] } }),
  };
}

function traceColumns(trace: { number: string; payerId: string } | undefined): Row {
  return { trace_number: trace?.number ?? null, trace_payer_id: trace?.payerId ?? null };
}

function statedColumns({
  claimId,
  payerClaimNumber,
  status,
  charge,
  paid,
  currency,
  effectiveOn,
}: Pick<
  DataOf<'ClaimAdjudicated'>,
  'claimId' | 'payerClaimNumber' | 'status' | 'charge' | 'paid' | 'currency' | 'effectiveOn'
>): Row {
  return {
    claim_id: claimId,
    payer_claim_number: payerClaimNumber,
    claim_status: status,
    charge,
    paid,
    currency,
    effective_on: effectiveOn,
  };
}

function heldColumns(held: DataOf<'ClaimAdjudicated'>['held']): Row {
  return { held: JSON.stringify(held), held_count: held.length };
}
