import { type Money, ZERO, sumOf } from '../../ledger/money.js';
import type { Party, PayerInPosition } from '../../ledger/party.js';
import type { ChargeFigures, StatedTransfer, WriteOff } from './charge-figures.js';
import { type Reinstated, type ShareBook, atLeastNothing, lesser } from './share-book.js';

/** What of an adjudication is still to be posted on a charge: all of it at first, later what is held. */
export interface Unposted {
  payment: Money;
  /** Negative amounts raise what is owed. */
  writeOffs: WriteOff[];
  /** What it refuses and nobody has dealt with: stays open on its share. */
  refused: Money;
}

export interface ChargeSituation {
  /** The payer that decided. */
  party: PayerInPosition;
  /** Who answers for what this payer leaves. */
  next: Party;
  /** It was not posted before. */
  isFirst: boolean;
  /** Another decision of this payer on the charge stands: it brought in, and raised, what this one would. */
  isRepeat: boolean;
  /**
   * A payer before this one has not decided: what stands with the patient may be that payer's, and write-offs may repeat
   * its own.
   */
  awaitsEarlier: boolean;
  /** No payer before this one has decided on the claim. */
  isAlone: boolean;
  /** Payers after this one have decided on the charge already; what the last of them leaves to the patient. */
  leftByLater: Money | undefined;
  /** Somebody said to post it whole, whatever is open. */
  released: boolean;
}

/** A part that goes to the next party, with the codes that say why, if any do. */
export type TransferOut = Pick<StatedTransfer, 'amount'> & Partial<StatedTransfer>;

/** What is to be posted on a charge, in this order, and what is not. */
export interface ChargeMoves {
  /** Whom `transfersOut` go to. */
  next: Party;
  /** `toWriteOff` where the part was brought in for that alone. */
  transfersIn: { from: Party; amount: Money; toWriteOff?: WriteOff }[];
  /** Raised before the payment. */
  debits: WriteOff[];
  payment: Money;
  transfersOut: TransferOut[];
  credits: WriteOff[];
  reinstated: Reinstated[];
  held: { payment: Money; writeOffs: WriteOff[]; transfers: TransferOut[] };
}

/**
 * Works out what a payer's decision does to one charge, and enters it in the book.
 *
 * It says who is to be responsible for what when all is posted: payers before for what they did, this one for what it
 * pays, writes off and refuses, those after it for the rest. It does not say who is now; that depends on what came
 * before. So everything is held against what each was made responsible for (`assigned`), not against what is open, and
 * remittances come to the same end in whatever order they arrive:
 * 1. What this payer answers for is brought to it: from the patient, as far as no later payer left it there; then
 *    from payers before it, of what they have open and, by its word, will not settle. From those nothing is brought for
 *    write-offs: they may repeat what the earlier payer is going to write off itself, and wait for it; unless no
 *    command named that payer and it has not decided: then it may never be heard of. When it is, that is undone
 *    (`hold-write-offs.ts`).
 *    Once the payer has a part, no more is brought than there is to post.
 * 2. Debit write-offs, then the payment, as far as the share is open or was written off as bad debt.
 * 3. The next party's part, less what those after this payer have already.
 * 4. Credit write-offs, as far as the share is still open beside what is refused: one that repeats another payer's finds
 *    no room, and is held.
 * 5. Bad debt, charity and the like, where a party that they were written off for has lost the part that they were of:
 *    they come back as far as the party would show a credit that nobody paid, and go again when it gets the part back.
 */
export function settleCharge(
  book: ShareBook,
  figures: ChargeFigures,
  unposted: Unposted,
  situation: ChargeSituation,
): ChargeMoves {
  const { party, next, released } = situation;
  const debits = unposted.writeOffs.filter(({ amount }) => amount.isNegative());
  const postable = situation.isRepeat && !released ? [] : debits;
  const raised = sumOf(postable.map(({ amount }) => amount)).abs();
  const { transfersIn, apart } = bringIn(book, figures, { ...unposted, raised }, situation);

  const own = book.of(party);
  own.balance = own.balance.plus(raised);
  const room = atLeastNothing(own.balance).plus(own.writtenOff);
  const payment = released ? unposted.payment : lesser(unposted.payment, room);
  book.pay(party, payment);

  const missing = missingAfter(book, figures, party, apart);
  const moved = released ? missing : lesser(missing, atLeastNothing(own.balance));
  book.transfer(party, next, moved);

  const credits: WriteOff[] = [];
  const heldWriteOffs = debits.filter((debit) => !postable.includes(debit));
  for (const writeOff of unposted.writeOffs) {
    if (!writeOff.amount.greaterThan(0)) continue;
    const amount = released
      ? writeOff.amount
      : lesser(writeOff.amount, atLeastNothing(own.balance.minus(unposted.refused)));
    const left = writeOff.amount.minus(amount);
    own.balance = own.balance.minus(amount);
    if (!amount.isZero()) credits.push({ ...writeOff, amount });
    if (!left.isZero()) heldWriteOffs.push({ ...writeOff, amount: left });
  }
  return {
    next,
    transfersIn,
    debits: postable,
    payment,
    transfersOut: byCode(figures.transfers, moved),
    credits,
    reinstated: book.reinstate(),
    held: {
      payment: unposted.payment.minus(payment),
      writeOffs: heldWriteOffs,
      transfers: byCode(figures.transfers, missing.minus(moved)),
    },
  };
}

/**
 * What those after the payer should have by its word, and have not.
 *
 * @param apart what the patient has that this payer says nothing of
 */
function missingAfter(book: ShareBook, figures: ChargeFigures, party: PayerInPosition, apart: Money): Money {
  return atLeastNothing(figures.responsibility.minus(book.assignedAfter(party.position).minus(apart)));
}

function bringIn(
  book: ShareBook,
  figures: ChargeFigures,
  unposted: Unposted & { raised: Money },
  { party, isFirst, isRepeat, isAlone, awaitsEarlier, leftByLater, released }: ChargeSituation,
): Pick<ChargeMoves, 'transfersIn'> & { apart: Money } {
  const own = book.of(party);
  let apart = ZERO;
  const transfers: ChargeMoves['transfersIn'] = [];
  const bring = (from: Party, amount: Money, toWriteOff?: WriteOff): void => {
    if (!amount.greaterThan(0)) return;
    book.transfer(from, party, amount);
    transfers.push({ from, amount, ...(toWriteOff && { toWriteOff }) });
  };
  const credits = sumOf(unposted.writeOffs.map(({ amount }) => atLeastNothing(amount)));
  const waiting = awaitsEarlier && !released ? credits : ZERO;
  const isNew = isFirst && !isRepeat && !own.assigned.greaterThan(0);
  const refused = isRepeat ? ZERO : unposted.refused;
  /** What is to be posted and has no room on the share. */
  const needed = (writeOffs: Money): Money =>
    unposted.payment
      .plus(refused)
      .plus(writeOffs)
      .plus(missingAfter(book, figures, party, apart))
      .minus(own.balance.plus(unposted.raised));
  if (!isNew && !needed(credits).greaterThan(0)) return { transfersIn: [], apart };
  /** What it may have in all, with what it passes on. */
  const lacking = (): Money =>
    figures.answersFor
      .minus(figures.responsibility)
      .plus(missingAfter(book, figures, party, apart))
      .minus(own.assigned);

  const patient = book.of({ party: 'patient' });
  if (isNew && leftByLater === undefined) {
    bring(patient.party, lesser(figures.answersFor.minus(waiting).minus(own.assigned), patient.assigned));
    apart = atLeastNothing(patient.assigned);
  } else {
    const tooMuch = book.assignedAfter(party.position).minus(figures.responsibility);
    const free = patient.assigned.minus(leftByLater ?? ZERO);
    // A payer that decides again and takes nothing back does not give up what it left to the patient before.
    const forWriteOffs = isRepeat && !released ? ZERO : credits.minus(waiting);
    bring(patient.party, lesser(lesser(needed(forWriteOffs), lacking()), lesser(tooMuch, free)));
  }

  const before = book.before(party.position);
  let tooMuch = sumOf(before.map(({ assigned }) => assigned)).minus(figures.prior);
  for (const share of before) {
    const wanted = lesser(needed(released ? credits : ZERO), lesser(lacking(), tooMuch));
    const amount = lesser(wanted, share.balance);
    bring(share.party, amount);
    if (amount.greaterThan(0)) tooMuch = tooMuch.minus(amount);
  }
  const unnamed = isAlone ? before.filter(({ named }) => !named) : [];
  for (const share of unnamed) {
    const wanted = lesser(needed(credits.minus(waiting)), lesser(lacking(), tooMuch));
    const amount = lesser(wanted, share.balance);
    bring(
      share.party,
      amount,
      unposted.writeOffs.find((writeOff) => writeOff.amount.greaterThan(0)),
    );
    if (amount.greaterThan(0)) tooMuch = tooMuch.minus(amount);
  }
  return { transfersIn: transfers, apart };
}

/**
 * An amount by the codes that it was stated with, in their order; what is beyond them goes with the last. Without codes
 * it is a part that others had and lost when what they had it from was taken back.
 */
function byCode(stated: readonly StatedTransfer[], amount: Money): TransferOut[] {
  const parts: TransferOut[] = [];
  let left = amount;
  for (const transfer of stated) {
    const part = lesser(left, transfer.amount);
    if (!part.greaterThan(0)) continue;
    parts.push({ ...transfer, amount: part });
    left = left.minus(part);
  }
  if (!left.greaterThan(0)) return parts;
  const last = parts.at(-1);
  if (last) last.amount = last.amount.plus(left);
  else parts.push({ amount: left });
  return parts;
}
