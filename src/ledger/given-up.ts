import { type CalendarDate, laterOf } from './calendar.js';
import type { AdjustmentCategory, Place } from './events.js';
import { type Money, ZERO } from './money.js';
import { adjustmentPlace } from './movements.js';

/**
 * Categories that remittances never post in: what people give up of a share for its party's sake, unlike bad debt, which
 * is a loss and has its own account.
 */
export const FORGIVEN = [
  'charity',
  'small_balance',
  'discount',
  'courtesy',
] as const satisfies AdjustmentCategory[];
export type ForgivenCategory = (typeof FORGIVEN)[number];

/** What people give up of a share, as a loss or for its party's sake; in the order in which remittances bring it back. */
export const GIVEN_UP = ['bad_debt', ...FORGIVEN] as const;
export type GivenUpCategory = (typeof GIVEN_UP)[number];

/** What remittances brought back, in one category, of what people gave up of a share. */
export interface BroughtBack {
  amount: Money;
  /** The latest date from which some of that counts; empty while there is none. */
  on: string;
}

/** What was given up of a share in one category. */
export interface Forgiven {
  /** What was written off and has not come back since. */
  amount: Money;
  /** The latest date from which some of that counts; empty while there is none. */
  on: string;
  /** What debit adjustments of the caller brought back; `amount` is less by it. */
  reinstatedByHand: Money;
}

/** What people gave up of a share, and what came back of that. */
export interface GivenUp {
  /** Bad debt written off on this share and not reinstated since. */
  writtenOff: Money;
  /** The latest date from which some of that counts; empty while there is none. */
  writtenOffOn: string;
  /** Bad debt that debit adjustments of the caller brought back, not money; `writtenOff` is less by it. */
  reinstatedByHand: Money;
  /** By category, once something was given up in it. */
  forgiven: ReadonlyMap<ForgivenCategory, Forgiven>;
  /**
   * By category, what remittances brought back since it was of a part that the party does not answer for any more. Given
   * up again as far as later ones make it answer for that; unless somebody took the write-off back meanwhile.
   */
  broughtBack: ReadonlyMap<GivenUpCategory, BroughtBack>;
}

/** Of most shares nothing is ever given up: they have the same two empty maps. */
export const NOTHING_GIVEN_UP: Readonly<GivenUp> = {
  writtenOff: ZERO,
  writtenOffOn: '',
  reinstatedByHand: ZERO,
  forgiven: new Map(),
  broughtBack: new Map(),
};

const PLACES: ReadonlyMap<string, GivenUpCategory> = new Map(
  GIVEN_UP.map((category) => [adjustmentPlace(category).account, category]),
);

/** The category whose place in the books this is, where it is one of what people give up. */
export function givenUpAt({ account }: Place): GivenUpCategory | undefined {
  return PLACES.get(account);
}

/**
 * What is given up of a share grows, or shrinks where the amount is negative.
 *
 * @param byHand whether a debit adjustment of the caller brought it back, or is taken back
 */
export function giveUp(
  share: GivenUp,
  category: GivenUpCategory,
  amount: Money,
  effectiveOn: CalendarDate,
  byHand: boolean,
): void {
  if (category !== 'bad_debt') {
    forgive(share, category, amount, effectiveOn, byHand);
    return;
  }
  share.writtenOff = share.writtenOff.plus(amount);
  if (share.writtenOff.isZero()) share.writtenOffOn = '';
  else if (amount.isPositive()) share.writtenOffOn = laterOf(share.writtenOffOn, effectiveOn);
  if (byHand) share.reinstatedByHand = share.reinstatedByHand.minus(amount);
}

function forgive(
  share: GivenUp,
  category: ForgivenCategory,
  amount: Money,
  effectiveOn: CalendarDate,
  byHand: boolean,
): void {
  const before = share.forgiven.get(category) ?? { amount: ZERO, on: '', reinstatedByHand: ZERO };
  const left = before.amount.plus(amount);
  share.forgiven = new Map(share.forgiven).set(category, {
    amount: left,
    on: left.isZero() ? '' : amount.isPositive() ? laterOf(before.on, effectiveOn) : before.on,
    reinstatedByHand: byHand ? before.reinstatedByHand.minus(amount) : before.reinstatedByHand,
  });
}

/** How an event changes what is remembered as brought back of what was given up. */
export interface BringingBack {
  category: GivenUpCategory;
  /** Somebody took the write-off back: what is back already is not given up again. */
  forGood: boolean;
}

/** What is remembered as brought back grows, or shrinks where the amount is negative. */
export function bringBack(
  share: GivenUp,
  { category, forGood }: BringingBack,
  amount: Money,
  effectiveOn: CalendarDate,
): void {
  const before = share.broughtBack.get(category) ?? { amount: ZERO, on: '' };
  const left = forGood ? ZERO : before.amount.plus(amount);
  const after = new Map(share.broughtBack);
  if (left.isZero()) after.delete(category);
  else {
    after.set(category, {
      amount: left,
      on: amount.isPositive() ? laterOf(before.on, effectiveOn) : before.on,
    });
  }
  share.broughtBack = after;
}
