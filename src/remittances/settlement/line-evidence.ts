import type { StatedLine } from '../../ledger/claim-statement.js';
import type { Cents } from '../remittance-advice/cents.js';
import { type ChargeCode, WHOLE_CLAIM, sameModifiers } from './charge-code.js';
import { type ChargeSlot, fits } from './charge-slot.js';
import { isCounter } from './control-number.js';

/** A line that looks for its charge. */
export interface SeekingLine {
  line: StatedLine;
  /** What it charges, counted upwards for a reversal too. */
  need: Cents;
  /** See `chargeCodesOf`. */
  codes: readonly ChargeCode[];
  /** Id of the charge that was opened for this very line, if one was. */
  ownChargeId: string;
  /** REF*6R as it stands and as the ledger writes it. */
  controlIds: readonly string[];
}

/** Whether something speaks for a line being about a charge. */
export type Evidence = (seeking: SeekingLine, slot: ChargeSlot) => boolean;

const isDated: Evidence = ({ line }) => line.serviceDate !== undefined;
const dateAgrees: Evidence = ({ line }, { charge }) =>
  line.serviceDate === undefined || line.serviceDate === charge.serviceDate;
const amountAgrees: Evidence = ({ need }, { amount, touched }) => need === amount && !touched;
/** A line that charges nothing is a part of a charge that nobody has taken whole. */
const isPart: Evidence = ({ need }, slot) =>
  fits(need, slot) && (need !== 0 || slot.room > 0 || !slot.touched);
const anyCode: Evidence = ({ codes }, { charge }) => codes.some(({ value }) => value === charge.code);
const isNamed: Evidence = ({ controlIds }, { chargeId }) => controlIds.includes(chargeId);
const isCounted = ({ line }: SeekingLine) => isCounter(line.controlNumber ?? '');

const isOwn: Evidence = ({ ownChargeId, need }, slot) => ownChargeId === slot.chargeId && fits(need, slot);

/** The line item control number; believed when two of procedure, amount and date do not speak against it. */
const byControlNumber: Evidence = (seeking, slot) => {
  if (!isNamed(seeking, slot) || !fits(seeking.need, slot)) return false;
  const onDate = dateAgrees(seeking, slot);
  if (isCounted(seeking) && !onDate) return false;
  const agree = [anyCode, amountAgrees, dateAgrees].filter((evidence) => evidence(seeking, slot)).length;
  return agree >= (slot.standing === 'elsewhere' ? 3 : 2);
};

/** The same, of a charge that is less than what the line states: what is paid beyond it stays unapplied. */
const byControlNumberBeyond: Evidence = (seeking, slot) =>
  isNamed(seeking, slot) &&
  !isCounted(seeking) &&
  !slot.touched &&
  anyCode(seeking, slot) &&
  dateAgrees(seeking, slot);

const ofWholeClaim: Evidence = (seeking, slot) =>
  slot.charge.code === WHOLE_CLAIM.value && isPart(seeking, slot);

/** By the nth of the line's codes, with its modifiers or without. */
function byProcedure(n: number, withModifiers: boolean): Evidence {
  return ({ codes }, { charge }) => {
    const code = codes[n];
    if (code?.value !== charge.code) return false;
    return !withModifiers || sameModifiers(code.modifiers, charge.modifiers);
  };
}

function both(...all: Evidence[]): Evidence {
  return (seeking, slot) => all.every((evidence) => evidence(seeking, slot));
}

/**
 * The ways in which a line is matched to charges that name its claim, the strongest first.
 *
 * 1. The charge was opened for this line of this remittance.
 * 2. REF*6R is the charge's id.
 * 3. The procedure: what was billed, then what was paid, then the revenue code; with its modifiers, then the code alone;
 *    each time with the whole amount first, then as a part of the charge. A date that is stated must be the charge's.
 */
export const WAYS_TO_NAMED: readonly Evidence[] = [isOwn, byControlNumber, ...proceduresWith(() => true)];

/** The same to charges that may belong to the claim; parts of a charge only where the line states its date. */
export const WAYS_TO_UNNAMED: readonly Evidence[] = [isOwn, byControlNumber, ...proceduresWith(isDated)];

/** The way to charges of other claims: the control number, with all that is stated. */
export const WAYS_ELSEWHERE: readonly Evidence[] = [byControlNumber];

/**
 * The weaker ways to charges that name the claim: date and amount, whatever the procedure; then a charge that stands for
 * the claim as a whole.
 */
export const WEAK_WAYS_TO_NAMED: readonly Evidence[] = [
  both(isDated, dateAgrees, amountAgrees),
  ofWholeClaim,
];

function proceduresWith(partly: Evidence): Evidence[] {
  return [0, 1, 2].flatMap((n) =>
    [true, false].flatMap((withModifiers) => {
      const procedure = byProcedure(n, withModifiers);
      return [both(procedure, dateAgrees, amountAgrees), both(procedure, dateAgrees, isPart, partly)];
    }),
  );
}

/** Charges of which several together may be what the line is about: untouched, of its procedure and date. */
export const BUNDLED: readonly Evidence[] = [true, false].map((withModifiers) => {
  const procedures = [0, 1, 2].map((n) => byProcedure(n, withModifiers));
  return (seeking, slot) =>
    !slot.touched && dateAgrees(seeking, slot) && procedures.some((procedure) => procedure(seeking, slot));
});

const untouched: Evidence = (_, slot) => !slot.touched;

/** When nothing above has matched: the control number of a charge that is less than the line. */
export const LAST_WAYS: readonly Evidence[] = [byControlNumberBeyond];

/**
 * Where somebody said to take the account as given, also the control number alone, and the procedure with another date or
 * a lower amount.
 */
export const LAST_WAYS_RELEASED: readonly Evidence[] = [
  byControlNumberBeyond,
  both(isNamed, untouched),
  both(anyCode, amountAgrees),
  both(anyCode, untouched, isPart),
  both(anyCode, untouched),
];
