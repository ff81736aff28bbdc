import { isPredetermination, takesBack } from '../../ledger/claim-status.js';
import type { ClaimSettlement, HeldPart } from '../../ledger/events.js';
import { type Money, ZERO, formatMoney, money } from '../../ledger/money.js';
import type { RemittanceDataOf, RemittanceEvent } from '../../ledger/remittance-events.js';
import type { PostedClaim } from '../settlement/claim-outcome.js';
import type { Need, RemittanceSummary } from './import-summary.js';
import type { Received } from './received-advice.js';
import type { ClaimStanding } from './remittance-state.js';

const NEEDS_KEPT = 1000;

/** How a claim that is posted stands on its account now. */
export interface StandsNow {
  settlement: PostedClaim['settlement'];
  hasHeld: boolean;
  /** It waited, and was rejected then. */
  isGivenUp: boolean;
}

/** A claim that something may have happened to since it was posted. */
export interface ToLookAt {
  claim: number;
  accountId: string;
  adjudicationId: string;
}

type Posted = RemittanceDataOf<'RemittanceClaimPosted'>;
type Suspended = RemittanceDataOf<'RemittanceClaimSuspended'>;

interface Unsettled extends ToLookAt {
  posted: Posted;
  held: readonly HeldPart[];
  /** How it was counted. */
  counted: ClaimSettlement;
}

/** So many claims, and what they were paid. */
interface Count {
  claims: number;
  paid: Money;
}

/** Counts what becomes of a remittance, from the events of its stream as they are read and written. */
export class RemittanceTally {
  /** Claims on accounts by what they came to there; one that is rejected counts as none of these, wherever it was. */
  readonly #counts: Readonly<Record<ClaimSettlement, Count>> = {
    posted: { claims: 0, paid: ZERO },
    waits_for_original: { claims: 0, paid: ZERO },
    moves_nothing: { claims: 0, paid: ZERO },
  };
  #paidSuspended: Money = ZERO;
  /** What suspended claims were paid: it stands on the clearing account. */
  readonly #suspended = new Map<number, Money>();
  readonly #needs = new Map<number, Need>();
  /** Claims that wait or of which something is held. */
  readonly #unsettled = new Map<number, Unsettled>();
  /** What posting came to, until the remittance's own event says so. */
  readonly #told = new Map<number, PostedClaim>();

  /** A claim was posted in this run; its event follows. */
  tell(claim: number, outcome: PostedClaim): void {
    this.#told.set(claim, outcome);
  }

  /** The next event of the remittance. */
  take(event: RemittanceEvent, before: ClaimStanding): void {
    switch (event.type) {
      case 'RemittanceClaimPosted':
        if (before === 'suspended') this.#noLongerSuspended(event.data.claim);
        if (before !== 'posted') this.#takePosted(event.data);
        return;
      case 'RemittanceClaimSuspended':
        this.#noLongerSuspended(event.data.claim);
        this.#takeSuspended(event.data);
        return;
      case 'RemittanceClaimResolved':
        if (before === 'suspended' && event.data.resolution === 'reject') {
          this.#noLongerSuspended(event.data.claim);
        }
        return;
      case 'RemittanceReceived':
      case 'RemittanceAccepted':
      case 'RemittanceHeld':
      case 'ProviderAdjustmentPosted':
      case 'RemittanceCompleted':
      case 'RemittanceReconciled':
      case 'ControlEntryPosted':
      case 'ControlEntryBooked':
      case 'DepositRecorded':
        return;
    }
  }

  /** Claims of which the account may know more by now: those that waited, and those of which something was held. */
  toLookAt(): ToLookAt[] {
    return [...this.#unsettled.values()];
  }

  /** What looking at such a claim showed. */
  revise(claim: number, now: StandsNow): void {
    const unsettled = this.#unsettled.get(claim);
    if (!unsettled) return;
    const { posted, held, counted } = unsettled;
    this.#unsettled.delete(claim);
    this.#needs.delete(claim);
    this.#count(counted, posted, -1);
    if (now.isGivenUp) return;
    this.#count(now.settlement, posted, 1);
    if (now.settlement === 'waits_for_original') this.#need(posted, 'waits_for_original', []);
    else if (now.hasHeld) this.#need(posted, 'held', held);
  }

  /** The summary as far as it is known now. */
  summary(
    { remittanceId, controlNumber, payer, trace, currency, payment, totals, ...received }: Received,
    {
      outcome,
      receivedBefore,
      paymentsByHand,
    }: Pick<RemittanceSummary, 'outcome' | 'receivedBefore' | 'paymentsByHand'>,
    segment: number,
  ): RemittanceSummary {
    const isHeld = outcome === 'held';
    const suspended = this.#suspended.size;
    const needs = [...this.#needs.values()].sort((a, b) => a.claim - b.claim);
    const unsettled = [...this.#unsettled.values()].filter(
      ({ counted, held }) => counted === 'waits_for_original' || held.length > 0,
    );
    const { posted, waits_for_original: waiting, moves_nothing: movesNothing } = this.#counts;
    const clearing = this.#paidSuspended.plus(waiting.paid);
    return {
      remittanceId,
      outcome,
      receivedBefore,
      controlNumber,
      segment,
      payer,
      trace,
      currency,
      amount: payment?.amount ?? formatMoney(ZERO, currency),
      claims: {
        total: received.claims,
        posted: posted.claims,
        waiting: waiting.claims,
        movesNothing: movesNothing.claims,
        suspended,
      },
      paid: {
        posted: formatMoney(posted.paid, currency),
        inClearing: formatMoney(isHeld ? ZERO : clearing, currency),
      },
      providerAdjustments: { count: received.providerAdjustments, amount: totals.providerAdjustments },
      needs,
      paymentsByHand,
      needsMore: Math.max(0, suspended + unsettled.length - needs.length),
      findings: received.findings,
    };
  }

  #takePosted(posted: Posted): void {
    const { claim, accountId, adjudicationId } = posted;
    const told = this.#told.get(claim);
    this.#told.delete(claim);
    const settlement =
      told?.settlement ?? posted.settlement ?? (isPredetermination(posted) ? 'moves_nothing' : 'posted');
    this.#count(settlement, posted, 1);
    const held = told?.held ?? [];
    // Of a takeback that another run posted, only the account knows whether it still waits.
    if (settlement === 'waits_for_original' || held.length > 0 || (!told && takesBack(posted))) {
      this.#unsettled.set(claim, { claim, accountId, adjudicationId, posted, held, counted: settlement });
    }
    if (settlement === 'waits_for_original') this.#need(posted, 'waits_for_original', []);
    else if (held.length > 0) this.#need(posted, 'held', held);
  }

  #count(settlement: ClaimSettlement, { paid }: Posted, by: 1 | -1): void {
    const count = this.#counts[settlement];
    count.claims += by;
    count.paid = by === 1 ? count.paid.plus(paid) : count.paid.minus(paid);
  }

  #takeSuspended({ claim, reason, facts, findings, statement, candidates }: Suspended): void {
    // What is outside of every sum is not in clearing.
    const paid = isPredetermination(statement) ? ZERO : money(statement.paid);
    this.#suspended.set(claim, paid);
    this.#paidSuspended = this.#paidSuspended.plus(paid);
    const [candidate, ...others] = candidates;
    this.#keep({
      claim,
      segment: statement.segment,
      claimId: statement.claimId,
      charge: statement.charge,
      paid: statement.paid,
      ...(candidate && others.length === 0 && { accountId: candidate.accountId }),
      code: reason,
      facts,
      held: [],
      findings,
    });
  }

  #noLongerSuspended(claim: number): void {
    const paid = this.#suspended.get(claim);
    if (paid === undefined) return;
    this.#paidSuspended = this.#paidSuspended.minus(paid);
    this.#suspended.delete(claim);
    this.#needs.delete(claim);
  }

  #need(posted: Posted, code: 'waits_for_original' | 'held', held: readonly HeldPart[]): void {
    const { claim, segment, claimId, charge, paid, accountId } = posted;
    this.#keep({ claim, segment, claimId, charge, paid, accountId, code, facts: {}, held, findings: [] });
  }

  #keep(need: Need): void {
    if (this.#needs.size < NEEDS_KEPT) this.#needs.set(need.claim, need);
  }
}
