import type { CalendarDate } from './calendar.js';
import {
  type AccountEvent,
  type AccountEventType,
  type ClaimSettlement,
  type DataOf,
  type Place,
  type ReversedLines,
  effectiveOnOf,
  entryIdOf,
} from './events.js';
import {
  type BringingBack,
  GIVEN_UP,
  type GivenUp,
  NOTHING_GIVEN_UP,
  bringBack,
  giveUp,
  givenUpAt,
} from './given-up.js';
import { type Money, ZERO, money } from './money.js';
import { movementsOf } from './movements.js';
import { type Owner, type Party, type PayerPosition, partyKey } from './party.js';

/** What one party owes of one charge. */
export interface Share extends GivenUp {
  party: Party;
  /** Open when positive, a credit when negative. */
  balance: Money;
  /** What the party was made responsible for, whatever became of it since: the charge, and transfers in less out. */
  assigned: Money;
  /** The charge was posted to the party, or a transfer named it, by command and not by a remittance. */
  named: boolean;
}

export interface Charge {
  effectiveOn: CalendarDate;
  /** What a remittance's lines are matched by. */
  serviceDate: CalendarDate;
  amount: Money;
  code: string;
  modifiers: readonly string[];
  claimId: string;
  shares: Map<string, Share>;
}

/** What a payer's remittance said of a claim, as far as later ones are held against it. */
export interface AdjudicatedClaim {
  remittanceId: string;
  /** Number of the claim within its remittance. */
  claim: number;
  payerId: string;
  position: PayerPosition | undefined;
  traceNumber: string;
  claimId: string;
  payerClaimNumber: string;
  /** REF*F8; empty where there is none. */
  originalClaimNumber: string;
  status: string;
  charge: string;
  paid: string;
  settlement: ClaimSettlement;
  /** The adjudication that took this one back, or the last of its lines, once there is one. */
  reversedBy: string | undefined;
  /** The adjudication that this one takes back, or lines of; the first of several. */
  reverses: string | undefined;
  /** The charges that its lines were matched to, by number of the line; one that covers several has several. */
  lines: { line: number; chargeId: string }[];
  /** Numbers of the lines that were taken back by themselves. */
  taken: number[];
  /** Ids of what was posted for it, in order. */
  entries: string[];
  /**
   * How many entries came beside these: they bring back what people gave up, or give it up again. These follow from what
   * shares show, not from what the claim says, so that taking it back is not what takes them back.
   */
  broughtBack: number;
  /** Whether a part of it is held. */
  hasHeld: boolean;
  /** How often it was gone on with. */
  continued: number;
  /** Ids of the decisions of people that were carried out on it. */
  decisions: string[];
}

/** Unapplied credit that a payment left. */
export interface Credit {
  owner: Owner;
  effectiveOn: CalendarDate;
  unapplied: Money;
  /** Ids of the allocations and refunds that drew on it: a reversal of the payment must look at them. */
  drawnBy: string[];
}

export type DenialStatus =
  'open' | 'appealed' | 'upheld' | 'overturned' | 'written_off' | 'transferred' | 'rebilled';

export interface Denial {
  status: DenialStatus;
  /** Level of the last appeal, 0 before the first. */
  level: number;
}

/** Where an entry stands in the stream. */
export interface EntryRef {
  revision: number;
  type: AccountEventType;
}

/**
 * The state that the rules decide on: no more of the history than they need. What a rule must know of single old
 * events (to compare a repeated command, to mirror a reversed entry) is read from the stream by its revision.
 */
export interface Account {
  /** Revision of the last event folded; -1 before the first. */
  revision: number;
  accountId: string;
  currency: string;
  entries: Map<string, EntryRef>;
  charges: Map<string, Charge>;
  credits: Map<string, Credit>;
  denials: Map<string, Denial>;
  /** By the id of an entry: the reversals that took from it. */
  reversals: Map<string, string[]>;
  /** What remittances said, by adjudication id. */
  claims: Map<string, AdjudicatedClaim>;
}

/** The state before the first event. */
export function unopenedAccount(): Account {
  return {
    revision: -1,
    accountId: '',
    currency: '',
    entries: new Map(),
    charges: new Map(),
    credits: new Map(),
    denials: new Map(),
    reversals: new Map(),
    claims: new Map(),
  };
}

/** Whether the account has been opened. */
export function isOpened(account: Account): boolean {
  return account.currency !== '';
}

/**
 * Folds the next event of the stream into the state, in place (a copy for each of 100,000 events would cost more than
 * the events), and returns it. Never refuses: the decision has been taken.
 *
 * @param event undefined for an event that cannot be read: it counts in the revision and moves nothing
 */
export function evolve(account: Account, event: AccountEvent | undefined): Account {
  account.revision += 1;
  if (event === undefined) return account;
  if (event.type === 'AccountOpened') {
    account.accountId = event.data.accountId;
    account.currency = event.data.currency;
    return account;
  }
  account.entries.set(entryIdOf(event), { revision: account.revision, type: event.type });
  note(account, event);
  const effectiveOn = effectiveOnOf(event);
  const bringsBack = bringingBack(account, event);
  for (const [i, { debit, credit, amount, effectiveOn: movedOn }] of movementsOf(event).entries()) {
    const plus = money(amount);
    const minus = plus.negated();
    const debited = move(account, debit, plus, effectiveOn);
    const credited = move(account, credit, minus, effectiveOn);
    if (assigns(account, event, i)) {
      if (debited) debited.assigned = debited.assigned.plus(plus);
      if (credited) credited.assigned = credited.assigned.plus(minus);
    }
    if (isNaming(event)) {
      if (debited) debited.named = true;
      if (credited) credited.named = true;
    }
    const back = givenUpAt(credit);
    if (back && debited) giveUp(debited, back, minus, movedOn, isAdjustmentByHand(event));
    const given = givenUpAt(debit);
    if (given && credited) {
      giveUp(credited, given, plus, movedOn, isReversalOfAdjustmentByHand(account, event));
    }
    if (bringsBack && debited) bringBack(debited, bringsBack, plus, movedOn);
    if (bringsBack && credited) bringBack(credited, bringsBack, minus, movedOn);
  }
  return account;
}

/** Whether somebody asked for an adjustment: those that follow from a remittance bring back what it has shown not to be owed. */
function isAdjustmentByHand(event: AccountEvent): boolean {
  return event.type === 'AdjustmentPosted' && event.data.remittance === undefined;
}

function isReversalOfAdjustmentByHand(account: Account, event: AccountEvent): boolean {
  if (event.type !== 'EntryReversed') return false;
  const { reverses } = event.data;
  const isOfClaim = account.claims.has(reverses.slice(0, reverses.lastIndexOf('.')));
  return account.entries.get(reverses)?.type === 'AdjustmentPosted' && !isOfClaim;
}

/**
 * Remittances post in these categories only to bring back what people gave up (debit), or to give it up again (credit).
 */
function bringingBack(account: Account, event: AccountEvent): BringingBack | undefined {
  if (event.type === 'AdjustmentPosted') {
    const category = GIVEN_UP.find((each) => each === event.data.category);
    const { remittance, adjustmentId } = event.data;
    if (category === undefined || remittance === undefined) return undefined;
    setApart(account, adjustmentId);
    return { category, forGood: false };
  }
  if (event.type !== 'EntryReversed') return undefined;
  const { reverses, movements } = event.data;
  const [first] = movements;
  if (!first || account.entries.get(reverses)?.type !== 'AdjustmentPosted') return undefined;
  const back = givenUpAt(first.credit);
  const category = back ?? givenUpAt(first.debit);
  if (category === undefined) return undefined;
  if (!isReversalOfAdjustmentByHand(account, event)) return { category, forGood: false };
  // A debit by hand that is taken back says nothing of what remittances brought back.
  return back && { category, forGood: true };
}

/** Takes an entry out of those of its claim: see {@link AdjudicatedClaim.broughtBack}. */
function setApart(account: Account, entryId: string): void {
  const claim = account.claims.get(entryId.slice(0, entryId.lastIndexOf('.')));
  const at = claim?.entries.indexOf(entryId) ?? -1;
  if (!claim || at < 0) return;
  claim.entries.splice(at, 1);
  claim.broughtBack += 1;
}

/** Whether a movement of an event says who is responsible, rather than what was paid or given up. */
function assigns(account: Account, event: AccountEvent, movement: number): boolean {
  const type =
    event.type === 'EntryReversed'
      ? account.entries.get(event.data.movements[movement]!.of)?.type
      : event.type;
  return type === 'ChargePosted' || type === 'ResponsibilityTransferred';
}

/** Whether an event says by command who is responsible: one of a remittance names nobody. */
function isNaming(event: AccountEvent): boolean {
  const names = event.type === 'ChargePosted' || event.type === 'ResponsibilityTransferred';
  return names && event.data.remittance === undefined;
}

/**
 * Remembers the id of the event folded last, which could not be read: whoever sends it again must not post twice.
 */
export function rememberUnreadable(account: Account, entry: { id: string; type: AccountEventType }): void {
  if (entry.type === 'AccountOpened' || account.entries.has(entry.id)) return;
  account.entries.set(entry.id, { revision: account.revision, type: entry.type });
}

/** What an event says beside the money it moves. */
function note(account: Account, event: AccountEvent): void {
  switch (event.type) {
    case 'ChargePosted': {
      const { chargeId, effectiveOn, serviceDate, amount, code, claimId = '', responsible } = event.data;
      // Shares are there already only where an event of this id could not be read: what was paid on them stays.
      const shares = account.charges.get(chargeId)?.shares ?? new Map<string, Share>();
      account.charges.set(chargeId, {
        effectiveOn,
        serviceDate,
        amount: money(amount),
        code: code.value,
        modifiers: code.modifiers ?? [],
        claimId,
        shares,
      });
      shareFor(account, chargeId, responsible, effectiveOn);
      return;
    }
    case 'CreditApplied':
      for (const { source } of event.data.applied) draw(account, source, event.data.allocationId);
      return;
    case 'RefundIssued':
      for (const { source } of event.data.refunded) draw(account, source, event.data.refundId);
      return;
    case 'EntryReversed': {
      const { reverses, reversalId, movements } = event.data;
      for (const entryId of new Set([reverses, ...movements.map((m) => m.of)])) {
        const reversals = account.reversals.get(entryId);
        if (reversals) reversals.push(reversalId);
        else account.reversals.set(entryId, [reversalId]);
      }
      return;
    }
    case 'DenialRecorded':
      account.denials.set(event.data.denialId, { status: 'open', level: 0 });
      return;
    case 'DenialAppealed':
      account.denials.set(event.data.denialId, { status: 'appealed', level: event.data.level });
      return;
    case 'DenialResolved': {
      const level = account.denials.get(event.data.denialId)?.level ?? 0;
      account.denials.set(event.data.denialId, { status: event.data.outcome, level });
      return;
    }
    case 'ClaimAdjudicated':
      noteAdjudication(account, event.data);
      return;
    case 'AdjudicationContinued': {
      const { adjudicationId, reverses, reversesLines, settlement, entries, held, resolutionId } = event.data;
      const claim = account.claims.get(adjudicationId);
      if (!claim) return;
      claim.entries.push(...entries);
      claim.hasHeld = held.length > 0;
      claim.continued += 1;
      if (resolutionId !== undefined) claim.decisions.push(resolutionId);
      if (settlement !== undefined) claim.settlement = settlement;
      if (reverses !== undefined) noteReversal(account, adjudicationId, claim, reverses);
      if (reversesLines) noteReversalOfLines(account, adjudicationId, claim, reversesLines);
      return;
    }
    case 'AccountOpened':
    case 'PaymentPosted':
    case 'AdjustmentPosted':
    case 'ResponsibilityTransferred':
    case 'NoteRecorded':
      return;
  }
}

function noteAdjudication(account: Account, data: DataOf<'ClaimAdjudicated'>): void {
  const { adjudicationId, remittance, reverses, reversesLines } = data;
  const claim: AdjudicatedClaim = {
    remittanceId: remittance.id,
    claim: remittance.claim,
    payerId: data.payerId,
    position: data.position,
    traceNumber: data.trace?.number ?? '',
    claimId: data.claimId,
    payerClaimNumber: data.payerClaimNumber,
    originalClaimNumber: data.originalClaimNumber ?? '',
    status: data.status,
    charge: data.charge,
    paid: data.paid,
    settlement: data.settlement,
    reversedBy: undefined,
    reverses: undefined,
    lines: data.lines.flatMap(({ line, chargeId }) => (chargeId === undefined ? [] : [{ line, chargeId }])),
    taken: [],
    entries: [...data.entries],
    broughtBack: 0,
    hasHeld: data.held.length > 0,
    continued: 0,
    decisions: [],
  };
  account.claims.set(adjudicationId, claim);
  if (reverses !== undefined) noteReversal(account, adjudicationId, claim, reverses);
  if (reversesLines) noteReversalOfLines(account, adjudicationId, claim, reversesLines);
}

function noteReversal(account: Account, by: string, claim: AdjudicatedClaim, reverses: string): void {
  claim.settlement = 'posted';
  claim.reverses = reverses;
  const original = account.claims.get(reverses);
  if (!original) return;
  original.reversedBy = by;
  original.hasHeld = false;
}

function noteReversalOfLines(
  account: Account,
  by: string,
  claim: AdjudicatedClaim,
  reversed: readonly ReversedLines[],
): void {
  claim.settlement = 'posted';
  claim.reverses = reversed[0]?.adjudicationId;
  for (const { adjudicationId, lines } of reversed) {
    const original = account.claims.get(adjudicationId);
    if (!original) continue;
    original.taken.push(...lines);
    // When the last of its lines is gone, so is the whole.
    if (original.lines.some(({ line }) => !original.taken.includes(line))) continue;
    original.reversedBy = by;
    original.hasHeld = false;
  }
}

function draw(account: Account, source: { paymentId: string } | { chargeId: string }, by: string): void {
  if (!('paymentId' in source)) return;
  const credit = account.credits.get(source.paymentId);
  // One event's draws come together, so looking at the last is enough, however many there were.
  if (credit && credit.drawnBy.at(-1) !== by) credit.drawnBy.push(by);
}

/** Moves a debit, or a credit where the amount is negative. Returns the share that it moved, where it is on one. */
function move(account: Account, place: Place, amount: Money, effectiveOn: CalendarDate): Share | undefined {
  if ('chargeId' in place) {
    const share = shareFor(account, place.chargeId, place.party, effectiveOn);
    share.balance = share.balance.plus(amount);
    return share;
  }
  if ('paymentId' in place) {
    const credit = creditFor(account, place.paymentId, place.owner, effectiveOn);
    credit.unapplied = credit.unapplied.minus(amount);
  }
  return undefined;
}

/** A share that money touches for the first time is empty; its charge is known unless its event could not be read. */
function shareFor(account: Account, chargeId: string, party: Party, effectiveOn: CalendarDate): Share {
  let charge = account.charges.get(chargeId);
  if (!charge) {
    charge = {
      effectiveOn,
      serviceDate: effectiveOn,
      amount: ZERO,
      code: '',
      modifiers: [],
      claimId: '',
      shares: new Map(),
    };
    account.charges.set(chargeId, charge);
  }
  const key = partyKey(party);
  let share = charge.shares.get(key);
  if (!share) {
    share = {
      party,
      balance: ZERO,
      ...NOTHING_GIVEN_UP,
      assigned: ZERO,
      named: false,
    };
    charge.shares.set(key, share);
  }
  return share;
}

function creditFor(account: Account, paymentId: string, owner: Owner, effectiveOn: CalendarDate): Credit {
  let credit = account.credits.get(paymentId);
  if (!credit) {
    credit = { owner, effectiveOn, unapplied: ZERO, drawnBy: [] };
    account.credits.set(paymentId, credit);
  }
  return credit;
}

/** Every share of every charge. */
export function* sharesOf(account: Account): Iterable<Share & { chargeId: string }> {
  for (const [chargeId, charge] of account.charges) {
    for (const share of charge.shares.values()) yield { chargeId, ...share };
  }
}

/** The account's unapplied credit. */
export function unappliedOf(account: Account): Money {
  let total = ZERO;
  for (const credit of account.credits.values()) total = total.plus(credit.unapplied);
  return total;
}

/** The account's balance: its shares less its unapplied credit. */
export function balanceOf(account: Account): Money {
  let total = ZERO;
  for (const share of sharesOf(account)) total = total.plus(share.balance);
  return total.minus(unappliedOf(account));
}
