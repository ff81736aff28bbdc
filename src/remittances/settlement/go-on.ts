import { laterOf } from '../../ledger/calendar.js';
import type { RemittanceRef } from '../../ledger/claim-statement.js';
import type { Draft } from '../../ledger/draft.js';
import type { DataOf, HeldPart } from '../../ledger/events.js';
import { type Money, ZERO, money, sumOf } from '../../ledger/money.js';
import type { Rejection } from '../../ledger/rejection.js';
import {
  type Adjudication,
  adjudicationIn,
  chargesDecidedOtherwise,
  decidedLater,
  hasDecided,
  isActive,
  isAlone,
} from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { continueAdjudication, writerOf } from './continue-adjudication.js';
import { remarksWith } from './entries-of-settlement.js';
import { decisionOf, heldOf, heldParts, settle } from './settle.js';
import { rankOf } from './share-book.js';

type Cause = DataOf<'AdjudicationContinued'>['because'];

export interface GoOnReason {
  because: Cause;
  /** When what made room counts. */
  effectiveOn: string;
  /** Nothing is brought to its payer for write-offs. */
  leavesWriteOffs?: boolean;
  /** The decision of a person, and what was said. */
  resolutionId?: string;
  reason?: string;
}

/** More than this many rounds were never needed: each payer's decision depends on those of three positions. */
const ROUNDS = 4;

/**
 * Goes on with adjudications of which more can be posted now, or of which a transfer is to be made anew. What cannot be
 * posted stays held; where nothing can, nothing is recorded.
 *
 * Payers in the last positions come first: what they take from earlier ones is bounded by what they say those did, while
 * an earlier one would fill what is open with its own. Room for write-offs is made only when all have what they need for
 * the rest, and then for the first positions first, since later payers may repeat what they wrote off.
 */
export function goOnWith(draft: Draft, ids: Iterable<string>, reason: GoOnReason): Rejection | undefined {
  const order = [...ids].sort((a, b) => rankIn(draft, b) - rankIn(draft, a));
  if (order.length === 0) return undefined;
  return (
    untilNothingMore(draft, order, { ...reason, leavesWriteOffs: true }) ??
    untilNothingMore(draft, order.toReversed(), reason)
  );
}

function untilNothingMore(draft: Draft, ids: readonly string[], reason: GoOnReason): Rejection | undefined {
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = draft.drafted.length;
    for (const id of ids) {
      const adjudication = adjudicationIn(draft, id);
      if (!adjudication || !isActive(adjudication.claim)) continue;
      const rejected = goOn(draft, adjudication, reason);
      if (rejected) return rejected;
    }
    if (draft.drafted.length === before) return undefined;
  }
  return undefined;
}

/** Goes on with one; `released` posts all that is held, whatever is open. */
export function goOn(draft: Draft, adjudication: Adjudication, reason: GoOnReason): Rejection | undefined {
  const { account } = draft;
  const { id, claim, data, held } = adjudication;
  const released = reason.because === 'released';
  const decision = decisionOf(account, adjudication);
  const write = amountWriter(account.currency);
  const payment = paymentOf(draft, adjudication);
  const later = [...decidedLater(account, claim.claimId, decision.party.position)]
    .map((other) => adjudicationIn(draft, other))
    .filter((other) => other !== undefined && other.id !== id)
    .map((other) => decisionOf(account, other!));
  const settlement = settle(
    account,
    decision,
    heldOf(held, payment.unapplied, isDealtWith(draft, adjudication)),
    {
      isFirst: false,
      decidedOtherwise: chargesDecidedOtherwise(account, id, claim),
      released,
      crossoverPayerId: undefined,
      isAlone: isAlone(account, claim.claimId, decision.party.position),
      secondaryDecided: hasDecided(account, claim.claimId, 'secondary'),
      leavesWriteOffs: reason.leavesWriteOffs ?? false,
      later,
    },
  );
  const remittance: RemittanceRef = data.remittance;
  const effectiveOn = laterOf(reason.effectiveOn, data.effectiveOn);
  const writer = writerOf(draft, adjudication, effectiveOn);
  const pay = () => payment.id !== undefined && writer.credit(decision, settlement, payment.id);
  writer.settlement(decision, settlement, pay, remarksWith([]));
  const heldNow = released
    ? []
    : [...heldParts(settlement, remittance, write), ...withoutCharge(held, payment, settlement, write)];
  // What is held can become less with nothing to post: another decision has brought about what was waited for.
  const isSettled = sizeOf(heldNow).lessThan(sizeOf(held));
  if (writer.commands.length === 0 && !released && !isSettled) return undefined;

  return continueAdjudication(
    draft,
    adjudication,
    {
      because: reason.because,
      effectiveOn,
      held: heldNow,
      ...(reason.resolutionId !== undefined && { resolutionId: reason.resolutionId }),
      ...(reason.reason !== undefined && { reason: reason.reason }),
    },
    writer,
  );
}

function sizeOf(held: readonly HeldPart[]): Money {
  return sumOf(held.map(({ amount }) => money(amount)));
}

/** The payment of an adjudication and what of it is unapplied. */
function paymentOf(draft: Draft, { claim }: Adjudication): { id: string | undefined; unapplied: Money } {
  const { entries, credits } = draft.account;
  const id = claim.entries.find((entryId) => entries.get(entryId)?.type === 'PaymentPosted');
  return { id, unapplied: (id === undefined ? undefined : credits.get(id)?.unapplied) ?? ZERO };
}

/** Whether a denial of it ended: what was refused was given up, moved or asked for anew. */
function isDealtWith(draft: Draft, { claim }: Adjudication): boolean {
  return claim.entries.some((entryId) => {
    const status = draft.account.denials.get(entryId)?.status ?? 'open';
    return status !== 'open' && status !== 'appealed' && status !== 'upheld';
  });
}

/** What of a payment is held and for no charge: never more than is unapplied beside what is held for charges. */
function withoutCharge(
  held: readonly HeldPart[],
  payment: { unapplied: Money },
  settlement: ReturnType<typeof settle>,
  write: (amount: Money) => string,
): HeldPart[] {
  let left = payment.unapplied;
  for (const { moves } of settlement) left = left.minus(moves.payment).minus(moves.held.payment);
  return held
    .filter(({ kind, chargeId }) => kind === 'payment' && chargeId === undefined)
    .flatMap((part) => {
      const amount = left.lessThan(part.amount) ? left : money(part.amount);
      left = left.minus(amount);
      return amount.greaterThan(0) ? [{ ...part, amount: write(amount) }] : [];
    });
}

function rankIn(draft: Draft, id: string): number {
  const position = draft.account.claims.get(id)?.position;
  return position === undefined ? 0 : rankOf(position);
}
