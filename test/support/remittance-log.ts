import { adjudicationIdOf, entryIdIn } from '../../src/ledger/adjudication-id.js';
import type { ClaimStatement, RemittanceRef } from '../../src/ledger/claim-statement.js';
import type { AccountEvent, DataOf, HeldPart } from '../../src/ledger/events.js';
import { movementsOf } from '../../src/ledger/movements.js';
import type { AnyRecordedEvent } from '../../src/ledger/recorded-event.js';
import type { RemittanceDataOf, RemittanceEvent } from '../../src/ledger/remittance-events.js';

/*
 * A log of two accounts and what five remittances, a control account and three deposits come to, written by hand: one of
 * each thing that reports show.
 */

export const PAYER = 'ACME';
export const CONTROL = 'ACME.PROV';
/** Claims: one with a held write-off, one that no account has, one that was overpaid. */
export const MIXED = '1'.repeat(32);
/** A reversal before what it takes back. */
export const TAKES_BACK = '2'.repeat(32);
/** What that takes back. */
export const ORIGINAL = '3'.repeat(32);
/** Does not balance. */
export const UNBALANCED = '4'.repeat(32);
/** A predetermination, and a claim that somebody rejects. */
export const REJECTED = '5'.repeat(32);

const DAY = '2026-02-01';
const currency = 'USD';

class Log {
  readonly events: AnyRecordedEvent[] = [];
  readonly #revisions = new Map<string, number>();

  account(accountId: string, ...events: AccountEvent[]): void {
    for (const event of events)
      this.events.push({ accountId, event, ...this.#recorded(`account-${accountId}`) });
  }

  beside(stream: string, ...events: RemittanceEvent[]): void {
    for (const event of events) this.events.push({ stream, event, ...this.#recorded(stream) });
  }

  #recorded(stream: string): { revision: number; position: string; recordedAt: string } {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const n = this.events.length + 1;
    return {
      revision,
      position: String(n * 3),
      recordedAt: new Date(Date.parse('2026-02-10T08:00:00.000Z') + n * 1000).toISOString(),
    };
  }
}

interface Header {
  amount: string;
  claims: number;
  totals: [claims: string, providerAdjustments: string];
  findings?: RemittanceDataOf<'RemittanceReceived'>['findings'];
  providerAdjustments?: number;
}

function received(remittanceId: string, trace: string, header: Header): RemittanceEvent {
  const { amount, claims, totals, findings = [], providerAdjustments = 0 } = header;
  return {
    type: 'RemittanceReceived',
    data: {
      remittanceId,
      contentHash: remittanceId + remittanceId,
      document: { sha256: 'd'.repeat(64), segment: 3, lastSegment: 40 },
      controlNumber: '0001',
      version: '005010X221A1',
      currency,
      effectiveOn: DAY,
      receivedOn: '2026-02-10',
      payer: { id: PAYER, name: 'ACME HEALTH PLAN' },
      provider: { id: 'PROV' },
      trace: { number: trace, payerId: '1512' },
      payment: { amount, method: 'ACH' },
      totals: { claims: totals[0], providerAdjustments: totals[1] },
      claims,
      providerAdjustments,
      createAccounts: false,
      findings,
    },
  };
}

function accepted(remittanceId: string, amount: string): RemittanceEvent {
  return { type: 'RemittanceAccepted', data: { remittanceId, currency, effectiveOn: DAY, amount } };
}

function completed(remittanceId: string, posted: number, suspended: number): RemittanceEvent {
  return {
    type: 'RemittanceCompleted',
    data: { remittanceId, posted, suspended, effectiveOn: '2026-02-10' },
  };
}

interface Claim {
  ref: RemittanceRef;
  claimId: string;
  charge: string;
  paid: string;
  status?: string;
}

const refOf = (id: string, claim: number): RemittanceRef => ({ id, claim, segment: 10 * claim });

const lineOf = ({ ref, charge, paid }: Claim): ClaimStatement['lines'][number] => ({
  line: 1,
  segment: ref.segment + 2,
  procedure: { qualifier: 'HC', code: '99213', modifiers: [] },
  charge,
  paid,
  adjustments: [],
  remarkCodes: [],
});

function statement(claim: Claim): ClaimStatement {
  const { ref, claimId, charge, paid, status = '1' } = claim;
  return {
    remittanceId: ref.id,
    claim: ref.claim,
    segment: ref.segment,
    payerId: PAYER,
    trace: { number: `T-${ref.id[0]}`, payerId: '1512' },
    effectiveOn: DAY,
    currency,
    claimId,
    payerClaimNumber: `PCN-${claimId}`,
    status,
    charge,
    paid,
    method: 'ach',
    remarkCodes: [],
    lines: [lineOf(claim)],
  };
}

function adjudicated(
  claim: Claim,
  more: Partial<DataOf<'ClaimAdjudicated'>> & { chargeId?: string } = {},
): AccountEvent {
  const { chargeId, ...rest } = more;
  const { ref, claimId, charge, paid, status = '1' } = claim;
  return {
    type: 'ClaimAdjudicated',
    data: {
      adjudicationId: adjudicationIdOf(ref.id, ref.claim),
      effectiveOn: DAY,
      currency,
      remittance: ref,
      payerId: PAYER,
      position: 'primary',
      trace: { number: `T-${ref.id[0]}`, payerId: '1512' },
      claimId,
      payerClaimNumber: `PCN-${claimId}`,
      status,
      charge,
      paid,
      lines: [{ ...lineOf(claim), ...(chargeId === undefined ? {} : { chargeId }) }],
      settlement: 'posted',
      entries: [],
      held: [],
      ...rest,
    },
  };
}

function claimPosted(claim: Claim, accountId: string): RemittanceEvent {
  const { ref, claimId, charge, paid, status = '1' } = claim;
  return {
    type: 'RemittanceClaimPosted',
    data: {
      remittanceId: ref.id,
      claim: ref.claim,
      segment: ref.segment,
      accountId,
      adjudicationId: adjudicationIdOf(ref.id, ref.claim),
      claimId,
      payerClaimNumber: `PCN-${claimId}`,
      status,
      charge,
      paid,
      findings: [],
    },
  };
}

function claimSuspended(claim: Claim): RemittanceEvent {
  return {
    type: 'RemittanceClaimSuspended',
    data: {
      remittanceId: claim.ref.id,
      claim: claim.ref.claim,
      reason: 'account_not_found',
      facts: { claimId: claim.claimId },
      candidates: [{ accountId: 'A2', chargeIds: ['C3'], why: 'service' }],
      findings: [
        {
          code: 'date_unreadable',
          severity: 'warns',
          segment: 21,
          claim: claim.ref.claim,
          facts: { element: 'DTM02' },
        },
      ],
      statement: statement(claim),
    },
  };
}

function payment(
  claim: Claim,
  amount: string,
  allocated: { chargeId: string; amount: string },
): AccountEvent & { type: 'PaymentPosted' } {
  return {
    type: 'PaymentPosted',
    data: {
      paymentId: entryIdIn(adjudicationIdOf(claim.ref.id, claim.ref.claim), 1),
      currency,
      effectiveOn: DAY,
      amount,
      from: { party: 'payer', payerId: PAYER },
      method: 'ach',
      allocations: [{ ...allocated, responsible: { party: 'payer', payerId: PAYER, position: 'primary' } }],
      remittance: claim.ref,
    },
  };
}

function controlEntry(
  data: Pick<RemittanceDataOf<'ControlEntryPosted'>, 'entryId' | 'amount' | 'reason' | 'remittance'> & {
    number?: number;
    effectiveOn?: string;
  },
): RemittanceEvent {
  return {
    type: 'ControlEntryPosted',
    data: {
      controlAccountId: CONTROL,
      payerId: PAYER,
      providerId: 'PROV',
      currency,
      effectiveOn: DAY,
      reference: 'REF',
      ...data,
    },
  };
}

function charge(chargeId: string, amount: string, claimId: string): AccountEvent {
  return {
    type: 'ChargePosted',
    data: {
      chargeId,
      currency,
      effectiveOn: '2026-01-10',
      serviceDate: '2026-01-05',
      amount,
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: PAYER, position: 'primary' },
      claimId,
    },
  };
}

const opened = (accountId: string): AccountEvent => ({
  type: 'AccountOpened',
  data: { accountId, openedOn: '2026-01-01', currency, entity: 'main' },
});

function deposit(depositId: string, trace: string, amount: string): RemittanceEvent {
  return {
    type: 'DepositRecorded',
    data: {
      depositId,
      traceNumber: trace,
      tracePayerId: '1512',
      currency,
      amount,
      effectiveOn: '2026-02-02',
    },
  };
}

/** The whole log. `upTo` says how long it was when something had just happened. */
export function remittanceLog(): { events: AnyRecordedEvent[]; upTo: Record<Milestone, number> } {
  const log = new Log();
  const upTo = {} as Record<Milestone, number>;
  const mark = (milestone: Milestone): void => void (upTo[milestone] = log.events.length);

  log.account('A1', opened('A1'), charge('C1', '100.00', 'CLM1'), charge('C2', '50.00', 'CLM2'));
  log.account('A2', opened('A2'), charge('C3', '80.00', 'CLM3'));

  const held = (part: Omit<HeldPart, 'remittance'>, ref: RemittanceRef): HeldPart => ({
    ...part,
    remittance: ref,
  });
  const first: Claim = { ref: refOf(MIXED, 1), claimId: 'CLM1', charge: '100.00', paid: '60.00' };
  const lost: Claim = { ref: refOf(MIXED, 2), claimId: 'LOST', charge: '30.00', paid: '25.00' };
  const overpaid: Claim = { ref: refOf(MIXED, 3), claimId: 'CLM2', charge: '50.00', paid: '55.00' };
  log.beside(
    `remittance-${MIXED}`,
    received(MIXED, 'T-1', {
      amount: '135.00',
      claims: 3,
      totals: ['140.00', '5.00'],
      providerAdjustments: 1,
      findings: [{ code: 'payee_missing', severity: 'warns', segment: 4, facts: {} }],
    }),
    accepted(MIXED, '135.00'),
  );
  const firstPayment = payment(first, '60.00', { chargeId: 'C1', amount: '60.00' });
  const writeOff = entryIdIn(adjudicationIdOf(MIXED, 1), 2);
  log.account(
    'A1',
    adjudicated(first, {
      chargeId: 'C1',
      entries: [firstPayment.data.paymentId, writeOff],
      held: [
        held(
          { kind: 'adjustment', chargeId: 'C1', groupCode: 'CO', reasonCode: '45', amount: '10.00' },
          first.ref,
        ),
      ],
    }),
    firstPayment,
    {
      type: 'AdjustmentPosted',
      data: {
        adjustmentId: writeOff,
        currency,
        effectiveOn: DAY,
        amount: '30.00',
        category: 'contractual',
        direction: 'credit',
        allocations: [
          {
            chargeId: 'C1',
            amount: '30.00',
            responsible: { party: 'payer', payerId: PAYER, position: 'primary' },
          },
        ],
        groupCode: 'CO',
        reasonCode: '45',
        remittance: { ...first.ref, line: 1 },
      },
    },
  );
  log.account(
    'A1',
    adjudicated(overpaid, {
      chargeId: 'C2',
      entries: [entryIdIn(adjudicationIdOf(MIXED, 3), 1)],
      held: [held({ kind: 'payment', amount: '5.00' }, overpaid.ref)],
    }),
    payment(overpaid, '55.00', { chargeId: 'C2', amount: '50.00' }),
  );
  log.beside(
    `remittance-${MIXED}`,
    claimPosted(first, 'A1'),
    claimSuspended(lost),
    claimPosted(overpaid, 'A1'),
  );
  log.beside(
    `control-${CONTROL}`,
    controlEntry({
      entryId: `${MIXED}.plb.1`,
      amount: '5.00',
      reason: 'WO',
      remittance: { id: MIXED, claim: 1, segment: 39 },
      number: 1,
    }),
  );
  log.beside(
    `remittance-${MIXED}`,
    {
      type: 'ProviderAdjustmentPosted',
      data: {
        remittanceId: MIXED,
        number: 1,
        segment: 39,
        controlAccountId: CONTROL,
        providerId: 'PROV',
        reason: 'WO',
        reference: 'REF',
        currency,
        amount: '5.00',
        claim: 1,
      },
    },
    completed(MIXED, 2, 1),
  );
  log.beside('deposit-D1', deposit('D1', 'T-1', '135.00'));
  log.beside(`remittance-${MIXED}`, {
    type: 'RemittanceReconciled',
    data: { remittanceId: MIXED, depositId: 'D1', currency, amount: '135.00', effectiveOn: '2026-02-10' },
  });
  mark('mixed');

  const takesBack: Claim = {
    ref: refOf(TAKES_BACK, 1),
    claimId: 'CLM3',
    charge: '-80.00',
    paid: '-20.00',
    status: '22',
  };
  log.beside(
    `remittance-${TAKES_BACK}`,
    received(TAKES_BACK, 'T-2', { amount: '-20.00', claims: 1, totals: ['-20.00', '0.00'] }),
    accepted(TAKES_BACK, '-20.00'),
  );
  log.account('A2', adjudicated(takesBack, { settlement: 'waits_for_original' }));
  log.beside(`remittance-${TAKES_BACK}`, claimPosted(takesBack, 'A2'), completed(TAKES_BACK, 1, 0));
  mark('waiting');

  const original: Claim = { ref: refOf(ORIGINAL, 1), claimId: 'CLM3', charge: '80.00', paid: '20.00' };
  log.beside(
    `remittance-${ORIGINAL}`,
    received(ORIGINAL, 'T-3', { amount: '20.00', claims: 1, totals: ['20.00', '0.00'] }),
    accepted(ORIGINAL, '20.00'),
  );
  const originalPayment = payment(original, '20.00', { chargeId: 'C3', amount: '20.00' });
  const { paymentId } = originalPayment.data;
  const takesBackId = adjudicationIdOf(TAKES_BACK, 1);
  log.account(
    'A2',
    adjudicated(original, { chargeId: 'C3', entries: [paymentId] }),
    originalPayment,
    {
      type: 'EntryReversed',
      data: {
        reversalId: entryIdIn(takesBackId, 1),
        currency,
        effectiveOn: DAY,
        reverses: paymentId,
        reason: 'takeback',
        amount: '20.00',
        movements: movementsOf(originalPayment).map(({ debit, credit, amount, effectiveOn }) => ({
          of: paymentId,
          debit: credit,
          credit: debit,
          amount,
          effectiveOn,
        })),
        remittance: takesBack.ref,
      },
    },
    {
      type: 'AdjudicationContinued',
      data: {
        continuationId: `${takesBackId}.c1`,
        adjudicationId: takesBackId,
        effectiveOn: DAY,
        currency,
        remittance: takesBack.ref,
        because: 'original_posted',
        reverses: adjudicationIdOf(ORIGINAL, 1),
        entries: [entryIdIn(takesBackId, 1)],
        held: [],
      },
    },
  );
  log.beside(`remittance-${ORIGINAL}`, claimPosted(original, 'A2'));
  mark('reversed');

  log.beside(
    `remittance-${UNBALANCED}`,
    received(UNBALANCED, 'T-4', {
      amount: '10.00',
      claims: 1,
      totals: ['11.00', '0.00'],
      findings: [
        { code: 'payer_missing', severity: 'warns', segment: 3, facts: {} },
        {
          code: 'transaction_does_not_balance',
          severity: 'stops',
          segment: 40,
          facts: { stated: '10.00', computed: '11.00' },
        },
      ],
    }),
    { type: 'RemittanceHeld', data: { remittanceId: UNBALANCED, effectiveOn: DAY } },
  );

  const asked: Claim = {
    ref: refOf(REJECTED, 1),
    claimId: 'CLM1',
    charge: '100.00',
    paid: '90.00',
    status: '25',
  };
  const foreign: Claim = { ref: refOf(REJECTED, 2), claimId: 'FOREIGN', charge: '9.00', paid: '7.00' };
  log.beside(
    `remittance-${REJECTED}`,
    received(REJECTED, 'T-5', { amount: '7.00', claims: 2, totals: ['7.00', '0.00'] }),
    accepted(REJECTED, '7.00'),
  );
  log.account('A1', adjudicated(asked, { settlement: 'moves_nothing' }));
  log.beside(
    `remittance-${REJECTED}`,
    claimPosted(asked, 'A1'),
    claimSuspended(foreign),
    completed(REJECTED, 1, 1),
  );
  log.beside('deposit-D3', deposit('D3', 'T-5', '8.00'));
  log.beside('deposit-D2', deposit('D2', 'T-9', '44.00'));
  mark('everything');

  log.beside(`remittance-${REJECTED}`, {
    type: 'RemittanceClaimResolved',
    data: {
      remittanceId: REJECTED,
      claim: 2,
      resolutionId: 'RES-1',
      resolution: 'reject',
      effectiveOn: '2026-03-01',
      reason: 'not one of ours',
    },
  });
  log.beside(
    `control-${CONTROL}`,
    controlEntry({
      entryId: `${adjudicationIdOf(REJECTED, 2)}.rejected`,
      amount: '-7.00',
      reason: 'claim_rejected',
      remittance: { ...foreign.ref },
      effectiveOn: '2026-03-01',
    }),
  );
  mark('rejected');

  // Found after all, and with room for what was held.
  log.account('A2', charge('C4', '30.00', 'LOST'));
  log.account(
    'A2',
    adjudicated(lost, { chargeId: 'C4', entries: [entryIdIn(adjudicationIdOf(MIXED, 2), 1)] }),
    payment(lost, '25.00', { chargeId: 'C4', amount: '25.00' }),
  );
  log.beside(`remittance-${MIXED}`, claimPosted(lost, 'A2'));
  log.account('A1', {
    type: 'AdjudicationContinued',
    data: {
      continuationId: `${adjudicationIdOf(MIXED, 1)}.c1`,
      adjudicationId: adjudicationIdOf(MIXED, 1),
      effectiveOn: '2026-03-01',
      currency,
      remittance: first.ref,
      because: 'dropped',
      entries: [],
      held: [],
      reason: 'agreed with the payer',
    },
  });
  mark('settled');
  return { events: log.events, upTo };
}

type Milestone = 'mixed' | 'waiting' | 'reversed' | 'everything' | 'rejected' | 'settled';
