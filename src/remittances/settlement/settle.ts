import type { Account } from '../../ledger/account.js';
import type { RemittanceRef } from '../../ledger/claim-statement.js';
import type { HeldPart } from '../../ledger/events.js';
import { type Money, ZERO, money, sumOf } from '../../ledger/money.js';
import type { PayerInPosition } from '../../ledger/party.js';
import { type Adjudication, standingLines } from './adjudications.js';
import { type ChargeFigures, type WriteOff, figuresOf } from './charge-figures.js';
import type { MatchedLine } from './match-lines.js';
import { decidingParty, partyAfter } from './next-party.js';
import { type ChargeMoves, type Unposted, settleCharge } from './settle-charge.js';
import { ShareBook, atLeastNothing, rankOf } from './share-book.js';

/** A payer's decision on a claim. */
export interface Decision {
  party: PayerInPosition;
  figures: ReadonlyMap<string, ChargeFigures>;
}

/** What is to be posted of a decision, by charge. */
export type Settlement = { chargeId: string; moves: ChargeMoves }[];

export interface SettleOptions {
  isFirst: boolean;
  /** Charges on which another decision of this payer stands. */
  decidedOtherwise: ReadonlySet<string>;
  released: boolean;
  crossoverPayerId: string | undefined;
  /** No payer before this one has decided on the claim. */
  isAlone: boolean;
  /** Whether a secondary payer has decided on the claim. */
  secondaryDecided: boolean;
  /** Nothing is brought to the payer for write-offs yet. */
  leavesWriteOffs: boolean;
  /** What payers in later positions have decided on the claim. */
  later: readonly Decision[];
}

/** The decision that an adjudication is, as far as its lines stand. */
export function decisionOf(account: Account, adjudication: Pick<Adjudication, 'claim' | 'data'>): Decision {
  const { data } = adjudication;
  const lines = standingLines(adjudication).flatMap(({ chargeId, ...line }): MatchedLine[] =>
    chargeId === undefined ? [] : [{ line, chargeId }],
  );
  const figures = figuresOf(lines);
  return {
    party: decidingParty(account, { payerId: data.payerId, position: data.position }, figures.keys()),
    figures,
  };
}

/** Works out what a decision does to each of its charges; nothing is posted. */
export function settle(
  account: Account,
  { party, figures }: Decision,
  unpostedOf: (figures: ChargeFigures) => Unposted,
  options: SettleOptions,
): Settlement {
  const { crossoverPayerId, secondaryDecided, leavesWriteOffs, later, decidedOtherwise, ...given } = options;
  const settlement: Settlement = [];
  const next = partyAfter(account, party, crossoverPayerId, figures.keys());
  for (const [chargeId, of] of figures) {
    const book = new ShareBook(account, chargeId);
    const mayBeSecondarys =
      party.position === 'tertiary' && !secondaryDecided && !book.hasPayerIn('secondary');
    const here = later.filter((decision) => decision.figures.has(chargeId));
    const last = here.reduce<Decision | undefined>(
      (a, b) => (a && rankOf(a.party.position) > rankOf(b.party.position) ? a : b),
      undefined,
    );
    const decided = here.findLast((d) => rankOf(d.party.position) === rankOf(party.position) + 1)?.party;
    const moves = settleCharge(book, of, unpostedOf(of), {
      party,
      next: decided ?? next,
      ...given,
      isRepeat: decidedOtherwise.has(chargeId),
      awaitsEarlier: leavesWriteOffs || mayBeSecondarys,
      leftByLater: last && atLeastNothing(last.figures.get(chargeId)!.responsibility),
    });
    settlement.push({ chargeId, moves });
  }
  return settlement;
}

/** All of it: each charge's payment, together at most what the claim was paid. */
export function allOf(paid: Money): (figures: ChargeFigures) => Unposted {
  let left = atLeastNothing(paid);
  return (figures) => {
    const stated = atLeastNothing(figures.paid);
    const payment = stated.lessThan(left) ? stated : left;
    left = left.minus(payment);
    return { payment, writeOffs: figures.writeOffs, refused: figures.denied };
  };
}

/**
 * What is held of it: as much of a payment as is still unapplied.
 *
 * @param isDealtWith somebody has said what becomes of what it refuses
 */
export function heldOf(
  held: readonly HeldPart[],
  unapplied: Money,
  isDealtWith: boolean,
): (figures: ChargeFigures) => Unposted {
  let left = unapplied;
  return ({ chargeId, writeOffs, denied }) => {
    const parts = held.filter((part) => part.chargeId === chargeId);
    const payment = parts
      .filter(({ kind }) => kind === 'payment')
      .reduce((sum, { amount }) => sum.plus(amount), ZERO);
    const usable = payment.lessThan(left) ? payment : left;
    left = left.minus(usable);
    return {
      payment: usable,
      refused: isDealtWith ? ZERO : denied,
      writeOffs: writeOffs.flatMap((writeOff) => {
        const size = sumOf(parts.filter((part) => isOf(part, writeOff)).map(({ amount }) => money(amount)));
        const amount = writeOff.amount.isNegative() ? size.negated() : size;
        return size.isZero() ? [] : [{ ...writeOff, amount }];
      }),
    };
  };
}

function isOf({ kind, groupCode, reasonCode }: HeldPart, writeOff: WriteOff): boolean {
  return kind === 'adjustment' && groupCode === writeOff.groupCode && reasonCode === writeOff.reasonCode;
}

/** What is not posted of a settlement, for people and for later. */
export function heldParts(
  settlement: Settlement,
  remittance: RemittanceRef,
  write: (amount: Money) => string,
): HeldPart[] {
  const parts: HeldPart[] = [];
  for (const { chargeId, moves } of settlement) {
    const { payment, writeOffs, transfers } = moves.held;
    if (payment.greaterThan(0)) {
      parts.push({ kind: 'payment', chargeId, amount: write(payment), remittance });
    }
    for (const [kind, coded] of [['adjustment', writeOffs] as const, ['transfer', transfers] as const]) {
      for (const { groupCode, reasonCode, amount, line } of coded) {
        parts.push({
          kind,
          chargeId,
          ...(groupCode !== undefined && { groupCode }),
          ...(reasonCode !== undefined && { reasonCode }),
          amount: write(amount.abs()),
          remittance: line ? refOfLine(remittance, line) : remittance,
        });
      }
    }
  }
  return parts;
}

/** Where a line of a claim stands. */
export function refOfLine(
  remittance: RemittanceRef,
  { line, segment }: { line: number; segment: number },
): RemittanceRef {
  const { id, claim } = remittance;
  return { id, claim, ...(line > 0 && { line }), segment };
}
