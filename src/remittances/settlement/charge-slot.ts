import type { Charge } from '../../ledger/account.js';
import type { Cents } from '../remittance-advice/cents.js';
import { sameModifiers } from './charge-code.js';
import { type ChargeRank, gradeOf } from './charge-rank.js';

/**
 * How a charge stands to the claim: it names it; it may belong to it, since it names no claim or no charge of the account
 * names this one; or it is of another claim, and a line names it.
 */
export type Standing = 'named' | 'unnamed' | 'elsewhere';

/** A charge while lines of one claim are matched to it. */
export interface ChargeSlot {
  chargeId: string;
  charge: Charge;
  /** A charge finer than a cent counts as its whole cents: a remittance cannot state more. */
  amount: Cents;
  /** What no line has taken yet. */
  room: Cents;
  touched: boolean;
  standing: Standing;
  /** How well it suits the claim by what the payer said before. */
  rank: ChargeRank;
}

export function slotOf(chargeId: string, charge: Charge, standing: Standing, rank: ChargeRank): ChargeSlot {
  const amount = charge.amount.times(100).floor().toNumber();
  return { chargeId, charge, amount, room: amount, touched: false, standing, rank };
}

/** Whether a line's charge goes into what is left; a negative one must not leave more than there was. */
export function fits(need: Cents, slot: ChargeSlot): boolean {
  return need < 0 ? slot.room - need <= slot.amount : need <= slot.room;
}

/**
 * The one charge that is meant: of those with the best grade the only one; where they are all the same in code,
 * modifiers, date and amount, as a procedure done twice is, the one with the best rank, the first in the order of posting
 * of several. Undefined when they differ.
 */
export function theOne(slots: readonly ChargeSlot[]): ChargeSlot | undefined {
  const [best = []] = byGrade(slots);
  const [first, ...others] = best;
  if (!first || !others.every((slot) => isSame(slot, first))) return undefined;
  return others.reduce((a, b) => (b.rank < a.rank ? b : a), first);
}

/** The charges with the best grade, those with the best two, and so on; the last are all. */
export function byGrade(slots: readonly ChargeSlot[]): ChargeSlot[][] {
  const grades = [...new Set(slots.map(({ rank }) => gradeOf(rank)))].sort((a, b) => a - b);
  return grades.map((grade) => slots.filter(({ rank }) => gradeOf(rank) <= grade));
}

function isSame(a: ChargeSlot, b: ChargeSlot): boolean {
  return (
    a === b ||
    (a.amount === b.amount &&
      a.charge.code === b.charge.code &&
      a.charge.serviceDate === b.charge.serviceDate &&
      sameModifiers(a.charge.modifiers, b.charge.modifiers))
  );
}
