import { type BesideKind, besideOf, streamBeside } from '../event-store/codec.js';
import { isPredetermination } from '../ledger/claim-status.js';
import { type Money, ZERO, money } from '../ledger/money.js';
import { journalLinesOfRemittance } from '../ledger/movements.js';
import type { RecordedRemittanceEvent } from '../ledger/recorded-event.js';
import type { RemittanceDataOf, RemittanceEvent, RemittanceEventType } from '../ledger/remittance-events.js';
import { type KnownStream, unbalanced, unseenStream } from './log-contradiction.js';

/** What is known of a stream beside the accounts while the log is read. */
export type BesideStream = KnownRemittance | KnownControlAccount | KnownDeposit;

interface KnownBeside extends KnownStream {
  id: string;
  /** When its last event was recorded; empty before the first. */
  recordedAt: string;
}

export interface KnownRemittance extends KnownBeside {
  kind: 'remittance';
  received: RemittanceDataOf<'RemittanceReceived'> | undefined;
  outcome: 'accepted' | 'held' | undefined;
  /** The account that has what it says of a claim, by number of the claim. */
  decidedOn: Map<number, string>;
  settled: Map<number, 'posted' | 'suspended'>;
  /** CLP04 of the claims that are settled, without predeterminations. */
  paid: Money;
  /** Provider adjustments by number, as it says them and as control accounts have them. */
  adjustments: Map<number, string>;
  controlled: Map<number, string>;
  isCompleted: boolean;
  /** The deposits that its payment lies in; the empty text for one that moved no money. */
  reconciledWith: Set<string>;
}

interface KnownControlAccount extends KnownBeside {
  kind: 'control';
  entryIds: Set<string>;
  /** Of whom and whom it is, from its first entry. */
  between: string | undefined;
}

interface KnownDeposit extends KnownBeside {
  kind: 'deposit';
}

/** Where an event's surroundings are looked up. */
export interface Surroundings {
  streamOf: (stream: string) => BesideStream | undefined;
  accountOf: (accountId: string) => KnownStream | undefined;
}

/** A stream beside the accounts before its first event. */
export function newBesideStream(stream: string): BesideStream {
  const beside = besideOf(stream);
  if (beside === undefined) throw new TypeError(`${stream} is no stream beside the accounts`);
  const known: KnownBeside = { ...unseenStream(), id: beside.id, recordedAt: '' };
  switch (beside.kind) {
    case 'remittance':
      return {
        ...known,
        kind: 'remittance',
        received: undefined,
        outcome: undefined,
        decidedOn: new Map(),
        settled: new Map(),
        paid: ZERO,
        adjustments: new Map(),
        controlled: new Map(),
        isCompleted: false,
        reconciledWith: new Set(),
      };
    case 'control':
      return { ...known, kind: 'control', entryIds: new Set(), between: undefined };
    case 'deposit':
      return { ...known, kind: 'deposit' };
  }
}

/** Whether nothing of a stream is missing or unreadable, so that what was not seen is not there. */
export function reads({ isIncomplete, isReadable }: KnownStream): boolean {
  return !isIncomplete && isReadable;
}

/**
 * What is wrong with an event beside the accounts, held against what came before it in the log; notes what it says.
 *
 * @param known the event's own stream
 */
export function* faultsBeside(
  { event, revision, recordedAt }: RecordedRemittanceEvent,
  known: BesideStream,
  surroundings: Surroundings,
): Generator<string> {
  if (recordedAt < known.recordedAt) {
    yield `was recorded at ${recordedAt}, before the event before it: ${known.recordedAt}`;
  }
  known.recordedAt = recordedAt;
  yield* unbalanced(journalLinesOfRemittance(event));
  const [kind, id] = homeOf(event);
  if (kind !== known.kind) {
    yield `does not belong into the stream of a ${known.kind}`;
    return;
  }
  if (id !== known.id) yield `names another ${kind}, ${id}`;
  switch (known.kind) {
    case 'remittance':
      if (event.type === 'RemittanceReceived') {
        if (revision !== 0) yield 'receives a remittance that has events already';
        known.received = event.data;
      } else {
        if (revision === 0) yield 'comes before the remittance is received';
        yield* faultsOfRemittance(event, known, surroundings);
      }
      return;
    case 'control':
      if (event.type === 'ControlEntryPosted') yield* faultsOfControlEntry(event.data, known, surroundings);
      if (event.type === 'ControlEntryBooked') yield* faultsOfBookedEntry(event.data, known, surroundings);
      return;
    case 'deposit':
      if (revision !== 0) yield 'records a deposit that is recorded already';
      return;
  }
}

/** The kind of stream that an event belongs to, and the id it gives there. */
function homeOf(event: RemittanceEvent): [BesideKind, string] {
  switch (event.type) {
    case 'ControlEntryPosted':
    case 'ControlEntryBooked':
      return ['control', event.data.controlAccountId];
    case 'DepositRecorded':
      return ['deposit', event.data.depositId];
    case 'RemittanceReceived':
    case 'RemittanceAccepted':
    case 'RemittanceHeld':
    case 'RemittanceClaimPosted':
    case 'RemittanceClaimSuspended':
    case 'RemittanceClaimResolved':
    case 'ProviderAdjustmentPosted':
    case 'RemittanceCompleted':
    case 'RemittanceReconciled':
      return ['remittance', event.data.remittanceId];
  }
}

/** Of claims, what they are settled by, and what a person decided, only an accepted remittance has some. */
const AFTER_ACCEPTANCE: ReadonlySet<RemittanceEventType> = new Set<RemittanceEventType>([
  'RemittanceClaimPosted',
  'RemittanceClaimSuspended',
  'RemittanceClaimResolved',
  'ProviderAdjustmentPosted',
  'RemittanceCompleted',
  'RemittanceReconciled',
]);

function* faultsOfRemittance(
  event: RemittanceEvent,
  known: KnownRemittance,
  surroundings: Surroundings,
): Generator<string> {
  const { received } = known;
  if (reads(known) && AFTER_ACCEPTANCE.has(event.type) && known.outcome !== 'accepted') {
    yield 'comes before the remittance is accepted';
  }
  if ('claim' in event.data && event.data.claim !== undefined && received) {
    const { claim } = event.data;
    if (claim < 1 || claim > received.claims)
      yield `is of claim ${claim}, the remittance has ${received.claims}`;
  }
  switch (event.type) {
    case 'RemittanceAccepted':
      yield* alreadyDecided(known);
      known.outcome = 'accepted';
      if (received) yield* otherPayment(event.data, received);
      return;
    case 'RemittanceHeld':
      yield* alreadyDecided(known);
      known.outcome = 'held';
      return;
    case 'RemittanceClaimPosted':
      yield* faultsOfPostedClaim(event.data, known, surroundings);
      return;
    case 'RemittanceClaimSuspended': {
      const { claim, statement } = event.data;
      if (known.settled.get(claim) === 'posted') yield `suspends claim ${claim}, which was posted before`;
      settle(known, claim, 'suspended', statement);
      return;
    }
    case 'RemittanceClaimResolved': {
      const { claim } = event.data;
      if (reads(known) && !known.settled.has(claim)) {
        yield `resolves claim ${claim}, which was neither posted nor suspended before`;
      }
      return;
    }
    case 'ProviderAdjustmentPosted': {
      const { number, amount, controlAccountId } = event.data;
      if (known.adjustments.has(number)) yield `posts provider adjustment ${number} again`;
      known.adjustments.set(number, adjustmentText(amount, controlAccountId));
      return;
    }
    case 'RemittanceCompleted':
      if (known.isCompleted) yield 'completes the remittance again';
      known.isCompleted = true;
      if (received && reads(known)) yield* notComplete(event.data, received, known, surroundings);
      return;
    case 'RemittanceReconciled': {
      const { depositId } = event.data;
      if (isReconciledAgain(known, depositId)) yield 'reconciles the remittance again';
      known.reconciledWith.add(depositId ?? '');
      if (depositId !== undefined && !surroundings.streamOf(streamBeside('deposit', depositId))) {
        yield `refers to deposit ${depositId}, which was not recorded before`;
      }
      return;
    }
    case 'RemittanceReceived':
    case 'ControlEntryPosted':
    case 'ControlEntryBooked':
    case 'DepositRecorded':
      return;
  }
}

/** A payment may lie in several deposits, one event each; without one it is reconciled as a whole. */
function isReconciledAgain({ reconciledWith }: KnownRemittance, depositId: string | undefined): boolean {
  if (depositId === undefined) return reconciledWith.size > 0;
  return reconciledWith.has(depositId) || reconciledWith.has('');
}

function* alreadyDecided({ outcome }: KnownRemittance): Generator<string> {
  if (outcome !== undefined) yield `comes after the remittance was ${outcome}`;
}

function* otherPayment(
  { amount, currency }: RemittanceDataOf<'RemittanceAccepted'>,
  { totals, payment, currency: own }: RemittanceDataOf<'RemittanceReceived'>,
): Generator<string> {
  if (currency !== own) yield `is in ${currency}, the remittance in ${own}`;
  const stated = money(payment?.amount ?? '0');
  if (!stated.equals(amount)) yield `brings ${amount}, the remittance says ${stated.toFixed()}`;
  const due = money(totals.claims).minus(totals.providerAdjustments);
  if (!due.equals(amount)) {
    yield `brings ${amount}, its claims less its provider adjustments are ${due.toFixed()}`;
  }
}

function* faultsOfPostedClaim(
  { claim, accountId, paid, status }: RemittanceDataOf<'RemittanceClaimPosted'>,
  known: KnownRemittance,
  { accountOf }: Surroundings,
): Generator<string> {
  if (known.settled.get(claim) === 'posted') yield `posts claim ${claim}, which was posted before`;
  settle(known, claim, 'posted', { paid, status });
  const account = accountOf(accountId);
  // What cannot be found may be what could not be read.
  if (known.decidedOn.get(claim) === accountId || (account && !reads(account))) return;
  yield `says that claim ${claim} is on account ${accountId}, which has nothing of it`;
}

/** Each claim's payment counts once, whatever becomes of the claim later. */
function settle(
  known: KnownRemittance,
  claim: number,
  as: 'posted' | 'suspended',
  stated: { paid: string; status: string },
): void {
  if (!known.settled.has(claim) && !isPredetermination(stated)) known.paid = known.paid.plus(stated.paid);
  known.settled.set(claim, as);
}

function* notComplete(
  { posted, suspended }: RemittanceDataOf<'RemittanceCompleted'>,
  received: RemittanceDataOf<'RemittanceReceived'>,
  known: KnownRemittance,
  { streamOf }: Surroundings,
): Generator<string> {
  if (posted + suspended !== received.claims || known.settled.size !== received.claims) {
    yield `has ${posted} claims posted and ${suspended} suspended, ${known.settled.size} are settled of ${received.claims}`;
  }
  if (!known.paid.equals(received.totals.claims)) {
    yield `completes claims of ${known.paid.toFixed()}, the remittance has ${received.totals.claims}`;
  }
  if (known.adjustments.size !== received.providerAdjustments) {
    yield `has ${known.adjustments.size} provider adjustments posted, the remittance has ${received.providerAdjustments}`;
  }
  for (const [number, text] of known.adjustments) {
    const controlled = known.controlled.get(number);
    if (controlled === text) continue;
    const [, controlAccountId] = text.split(' ');
    const control = streamOf(streamBeside('control', controlAccountId!));
    if (control && !reads(control)) continue;
    yield `has provider adjustment ${number} (${text}), its control account has ${controlled ?? 'none'}`;
  }
}

/** Amount and control account as one text; neither has a blank. */
function adjustmentText(amount: string, controlAccountId: string): string {
  return `${money(amount).toFixed()} ${controlAccountId}`;
}

function* faultsOfControlEntry(
  data: RemittanceDataOf<'ControlEntryPosted'>,
  known: KnownControlAccount,
  { streamOf }: Surroundings,
): Generator<string> {
  yield* faultsOfAnyEntry(data, known);
  const { controlAccountId, amount, remittance, number } = data;
  const of = streamOf(streamBeside('remittance', remittance.id));
  yield* faultsOfItsRemittance(data, remittance.id, of);
  if (of?.kind !== 'remittance' || number === undefined) return;
  if (of.controlled.has(number))
    yield `posts provider adjustment ${number} of remittance ${remittance.id} again`;
  of.controlled.set(number, adjustmentText(amount, controlAccountId));
}

function* faultsOfBookedEntry(
  data: RemittanceDataOf<'ControlEntryBooked'>,
  known: KnownControlAccount,
  { streamOf }: Surroundings,
): Generator<string> {
  if (reads(known) && known.between === undefined) yield 'is the first of its control account';
  yield* faultsOfAnyEntry(data, known);
  const { against, payerId } = data;
  if (against.place !== 'remittance') return;
  const of = streamOf(streamBeside('remittance', against.remittanceId));
  yield* faultsOfItsRemittance(data, against.remittanceId, of);
  if (of?.kind !== 'remittance' || !of.received) return;
  const { payer, claims } = of.received;
  if (payer.id !== payerId) yield `is of payer ${payerId}, the remittance of payer ${payer.id}`;
  if (against.claim !== undefined && (against.claim < 1 || against.claim > claims)) {
    yield `is of claim ${against.claim}, the remittance has ${claims}`;
  }
}

/** What holds for every entry: its id is its own, and it is between whom the control account is. */
function* faultsOfAnyEntry(
  { entryId, payerId, providerId }: { entryId: string; payerId: string; providerId: string },
  known: KnownControlAccount,
): Generator<string> {
  if (known.entryIds.has(entryId)) yield `has the id ${entryId}, which an earlier entry has already`;
  known.entryIds.add(entryId);
  const between = `payer ${payerId} and provider ${providerId}`;
  known.between ??= between;
  if (between !== known.between) yield `is between ${between}, the control account between ${known.between}`;
}

function* faultsOfItsRemittance(
  { currency }: { currency: string },
  remittanceId: string,
  of: BesideStream | undefined,
): Generator<string> {
  if (of?.kind !== 'remittance') {
    yield `is of remittance ${remittanceId}, which was never received`;
    return;
  }
  if (reads(of) && of.outcome !== 'accepted')
    yield `is of remittance ${remittanceId}, which was not accepted`;
  if (of.received && of.received.currency !== currency) {
    yield `is in ${currency}, the remittance in ${of.received.currency}`;
  }
}
