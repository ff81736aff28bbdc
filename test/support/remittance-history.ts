import { accountStream, encode, streamBeside } from '../../src/event-store/codec.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { adjudicationIdOf, continuationIdIn, entryIdIn } from '../../src/ledger/adjudication-id.js';
import type { AccountEvent, DataOf, Place } from '../../src/ledger/events.js';
import type { Party } from '../../src/ledger/party.js';
import type {
  ControlAgainst,
  RemittanceDataOf,
  RemittanceEvent,
} from '../../src/ledger/remittance-events.js';

/*
 * A ledger with remittances, written by hand, event by event in the order of a log: a payment with a suspended claim and a
 * provider adjustment, a reversal before its original, a predetermination, a claim that somebody rejects, a payment that
 * is taken back by hand, and deposits.
 */

/** An event and where it belongs. */
export interface Written {
  stream: string;
  event: AccountEvent | RemittanceEvent;
}

export const [R1, R2, R3] = ['a1', 'b2', 'c3'].map((pair) => pair.repeat(16)) as [string, string, string];
export const CONTROL = 'ACME.NPI1';
export const RECORDED_AT = '2026-05-01T10:00:00.000Z';
const DAY = '2026-04-30';
const USD = 'USD';
const ACME = { party: 'payer', payerId: 'ACME', position: 'primary' } as const satisfies Party;
const CLEARING: Place = { account: 'Assets:RemittanceClearing' };

/** An event of an account. */
export function on(accountId: string, ...events: AccountEvent[]): Written[] {
  return events.map((event) => ({ stream: accountStream(accountId), event }));
}

/** An event beside the accounts, in the stream that it names. */
export function beside(...events: RemittanceEvent[]): Written[] {
  return events.map((event) => {
    switch (event.type) {
      case 'ControlEntryPosted':
      case 'ControlEntryBooked':
        return { stream: streamBeside('control', event.data.controlAccountId), event };
      case 'DepositRecorded':
        return { stream: streamBeside('deposit', event.data.depositId), event };
      case 'RemittanceReceived':
      case 'RemittanceAccepted':
      case 'RemittanceHeld':
      case 'RemittanceClaimPosted':
      case 'RemittanceClaimSuspended':
      case 'RemittanceClaimResolved':
      case 'ProviderAdjustmentPosted':
      case 'RemittanceCompleted':
      case 'RemittanceReconciled':
        return { stream: streamBeside('remittance', event.data.remittanceId), event };
    }
  });
}

export function opened(accountId: string, entity = 'main'): AccountEvent {
  return { type: 'AccountOpened', data: { accountId, openedOn: '2026-01-01', currency: USD, entity } };
}

export function charged(chargeId: string, amount: string): AccountEvent {
  const code = { system: 'CPT', value: '99213' } as const;
  const dates = { effectiveOn: '2026-02-01', serviceDate: '2026-02-01' };
  return {
    type: 'ChargePosted',
    data: { chargeId, currency: USD, ...dates, amount, code, responsible: ACME },
  };
}

export function received(
  remittanceId: string,
  sums: { claims: number; total: string; adjustments?: string; amount: string },
  effectiveOn = DAY,
): RemittanceEvent {
  const { claims, total, adjustments, amount } = sums;
  return {
    type: 'RemittanceReceived',
    data: {
      remittanceId,
      contentHash: remittanceId + remittanceId,
      document: { sha256: 'd'.repeat(64), segment: 3, lastSegment: 90 },
      controlNumber: '0001',
      version: '005010X221A1',
      currency: USD,
      effectiveOn,
      receivedOn: DAY,
      payer: { id: 'ACME', name: 'ACME HEALTH' },
      provider: { id: 'NPI1' },
      trace: { number: `T-${remittanceId.slice(0, 2)}`, payerId: '1999999999' },
      payment: { amount, method: 'ACH' },
      totals: { claims: total, providerAdjustments: adjustments ?? '0.00' },
      claims,
      providerAdjustments: adjustments === undefined ? 0 : 1,
      createAccounts: false,
      findings: [],
    },
  };
}

export function accepted(remittanceId: string, amount: string, effectiveOn = DAY): RemittanceEvent {
  return { type: 'RemittanceAccepted', data: { remittanceId, currency: USD, effectiveOn, amount } };
}

interface Stated {
  status?: string;
  paid: string;
  charge?: string;
}

const statedOf = (claim: number, { status = '1', paid, charge = '100.00' }: Stated) => ({
  claimId: `CLM${claim}`,
  payerClaimNumber: `ICN${claim}`,
  status,
  charge,
  paid,
});

/** What an account says of a claim; `lines` name their charge. */
export function adjudicated(
  remittanceId: string,
  claim: number,
  stated: Stated,
  what: Partial<Pick<DataOf<'ClaimAdjudicated'>, 'settlement' | 'entries' | 'lines' | 'reversesLines'>> = {},
): AccountEvent {
  return {
    type: 'ClaimAdjudicated',
    data: {
      adjudicationId: adjudicationIdOf(remittanceId, claim),
      effectiveOn: DAY,
      currency: USD,
      remittance: { id: remittanceId, claim, segment: 10 },
      payerId: 'ACME',
      position: 'primary',
      ...statedOf(claim, stated),
      lines: [],
      settlement: 'posted',
      entries: [],
      held: [],
      ...what,
    },
  };
}

export function paidFor(remittanceId: string, claim: number, chargeId: string, amount: string): AccountEvent {
  return {
    type: 'PaymentPosted',
    data: {
      paymentId: entryIdIn(adjudicationIdOf(remittanceId, claim), 1),
      currency: USD,
      effectiveOn: DAY,
      amount,
      from: ACME,
      method: 'ach',
      allocations: [{ chargeId, amount, responsible: ACME }],
      remittance: { id: remittanceId, claim, segment: 10 },
    },
  };
}

/** Takes a payment of one charge back: for a claim, or by hand. */
export function takenBack(
  reversalId: string,
  of: string,
  chargeId: string,
  amount: string,
  remittance?: DataOf<'EntryReversed'>['remittance'],
): AccountEvent {
  const debit: Place = { account: 'Assets:Receivable:Payer', chargeId, party: ACME };
  return {
    type: 'EntryReversed',
    data: {
      reversalId,
      currency: USD,
      effectiveOn: DAY,
      reverses: of,
      reason: 'takeback',
      amount,
      movements: [{ of, debit, credit: CLEARING, amount, effectiveOn: DAY }],
      ...(remittance ? { remittance } : {}),
    },
  };
}

export function claimPosted(
  remittanceId: string,
  claim: number,
  accountId: string,
  stated: Stated,
): RemittanceEvent {
  return {
    type: 'RemittanceClaimPosted',
    data: {
      remittanceId,
      claim,
      segment: 10,
      accountId,
      adjudicationId: adjudicationIdOf(remittanceId, claim),
      ...statedOf(claim, stated),
      findings: [],
    },
  };
}

export function claimSuspended(remittanceId: string, claim: number, stated: Stated): RemittanceEvent {
  return {
    type: 'RemittanceClaimSuspended',
    data: {
      remittanceId,
      claim,
      reason: 'account_not_found',
      facts: {},
      candidates: [],
      findings: [],
      statement: {
        remittanceId,
        claim,
        segment: 20,
        payerId: 'ACME',
        effectiveOn: DAY,
        currency: USD,
        ...statedOf(claim, stated),
        method: 'ach',
        remarkCodes: [],
        lines: [],
      },
    },
  };
}

export function controlEntry(
  remittanceId: string,
  entryId: string,
  amount: string,
  of: Partial<RemittanceDataOf<'ControlEntryPosted'>> = {},
): RemittanceEvent {
  return {
    type: 'ControlEntryPosted',
    data: {
      controlAccountId: CONTROL,
      entryId,
      payerId: 'ACME',
      providerId: 'NPI1',
      currency: USD,
      effectiveOn: DAY,
      amount,
      reason: 'WO',
      reference: '',
      remittance: { id: remittanceId, claim: 0, segment: 80 },
      ...of,
    },
  };
}

/** What somebody books on the control account. */
export function bookedEntry(
  entryId: string,
  amount: string,
  against: ControlAgainst,
  of: Partial<RemittanceDataOf<'ControlEntryBooked'>> = {},
): RemittanceEvent {
  return {
    type: 'ControlEntryBooked',
    data: {
      controlAccountId: CONTROL,
      entryId,
      payerId: 'ACME',
      providerId: 'NPI1',
      currency: USD,
      effectiveOn: DAY,
      amount,
      against,
      reason: 'agreed with the payer',
      ...of,
    },
  };
}

export function adjustmentPosted(remittanceId: string, number: number, amount: string): RemittanceEvent {
  return {
    type: 'ProviderAdjustmentPosted',
    data: {
      remittanceId,
      number,
      segment: 80,
      controlAccountId: CONTROL,
      providerId: 'NPI1',
      reason: 'WO',
      reference: '',
      currency: USD,
      amount,
    },
  };
}

export function completed(remittanceId: string, posted: number, suspended: number): RemittanceEvent {
  return { type: 'RemittanceCompleted', data: { remittanceId, posted, suspended, effectiveOn: DAY } };
}

export function deposited(depositId: string, amount: string): RemittanceEvent {
  return {
    type: 'DepositRecorded',
    data: {
      depositId,
      traceNumber: 'T-a1',
      tracePayerId: '1999999999',
      currency: USD,
      amount,
      effectiveOn: DAY,
    },
  };
}

export function reconciled(remittanceId: string, depositId: string, amount: string): RemittanceEvent {
  return {
    type: 'RemittanceReconciled',
    data: { remittanceId, depositId, currency: USD, amount, effectiveOn: DAY },
  };
}

const reversalOfR3 = adjudicationIdOf(R2, 1);

/** The whole, sound at every event of it. A1 is of entity `main`, A2 of `north`. */
export const REMITTANCE_HISTORY: readonly Written[] = [
  ...on('A1', opened('A1'), charged('C1', '100.00')),
  ...on('A2', opened('A2', 'north'), charged('C2', '100.00')),
  // 80 + 90 of claims, less 20 that the payer keeps: claim 2 finds no account.
  ...beside(
    received(R1, { claims: 2, total: '170.00', adjustments: '20.00', amount: '150.00' }),
    accepted(R1, '150.00'),
  ),
  ...on(
    'A1',
    adjudicated(
      R1,
      1,
      { paid: '80.00' },
      {
        entries: [entryIdIn(adjudicationIdOf(R1, 1), 1)],
        lines: [
          {
            line: 1,
            segment: 11,
            procedure: { qualifier: 'HC', code: '99213', modifiers: [] },
            charge: '100.00',
            paid: '80.00',
            adjustments: [],
            remarkCodes: [],
            chargeId: 'C1',
          },
        ],
      },
    ),
    paidFor(R1, 1, 'C1', '80.00'),
  ),
  ...beside(
    claimPosted(R1, 1, 'A1', { paid: '80.00' }),
    claimSuspended(R1, 2, { paid: '90.00' }),
    controlEntry(R1, `${R1}.plb.1`, '20.00', { number: 1 }),
    adjustmentPosted(R1, 1, '20.00'),
    completed(R1, 1, 1),
  ),
  // A debit: it takes 30 back that have not come yet, and says what a service would be paid.
  ...beside(received(R2, { claims: 2, total: '-30.00', amount: '-30.00' }), accepted(R2, '-30.00')),
  ...on(
    'A2',
    adjudicated(R2, 1, { status: '22', paid: '-30.00' }, { settlement: 'waits_for_original' }),
    adjudicated(R2, 2, { status: '25', paid: '10.00' }, { settlement: 'moves_nothing' }),
  ),
  ...beside(
    claimPosted(R2, 1, 'A2', { status: '22', paid: '-30.00' }),
    claimPosted(R2, 2, 'A2', { status: '25', paid: '10.00' }),
    completed(R2, 2, 0),
  ),
  // It counts from a later day than all else.
  ...beside(
    received(R3, { claims: 1, total: '30.00', amount: '30.00' }, '2026-06-15'),
    accepted(R3, '30.00', '2026-06-15'),
  ),
  ...on(
    'A2',
    adjudicated(R3, 1, { paid: '30.00' }, { entries: [entryIdIn(adjudicationIdOf(R3, 1), 1)] }),
    paidFor(R3, 1, 'C2', '30.00'),
    {
      type: 'AdjudicationContinued',
      data: {
        continuationId: continuationIdIn(reversalOfR3, 1),
        adjudicationId: reversalOfR3,
        effectiveOn: DAY,
        currency: USD,
        remittance: { id: R2, claim: 1, segment: 10 },
        because: 'original_posted',
        reverses: adjudicationIdOf(R3, 1),
        entries: [entryIdIn(reversalOfR3, 1)],
        held: [],
      },
    },
    takenBack(entryIdIn(reversalOfR3, 1), entryIdIn(adjudicationIdOf(R3, 1), 1), 'C2', '30.00', {
      id: R2,
      claim: 1,
      segment: 10,
    }),
  ),
  ...beside(claimPosted(R3, 1, 'A2', { paid: '30.00' }), completed(R3, 1, 0)),
  ...beside(deposited('D1', '150.00'), reconciled(R1, 'D1', '150.00')),
  // Somebody rejects the claim without an account: the payer is owed its 90.
  ...beside(
    {
      type: 'RemittanceClaimResolved',
      data: {
        remittanceId: R1,
        claim: 2,
        resolutionId: 'RES1',
        resolution: 'reject',
        effectiveOn: DAY,
        reason: 'not ours',
      },
    },
    controlEntry(R1, `${R1}.claim.2`, '-90.00', {
      reason: 'claim_rejected',
      remittance: { id: R1, claim: 2, segment: 20 },
    }),
  ),
  ...on('A1', takenBack('HAND1', entryIdIn(adjudicationIdOf(R1, 1), 1), 'C1', '80.00')),
];

/** As stored events want it, to be put into a log. */
export function stored(
  { stream, event }: Written,
  recordedAt = RECORDED_AT,
): Pick<StoredEvent, 'stream' | 'type' | 'data' | 'metadata'> {
  return { stream, ...encode(event), metadata: { recordedAt } };
}
