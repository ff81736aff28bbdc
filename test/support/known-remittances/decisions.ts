import { type Cents, permilleOf } from '../../../src/generator/cents.js';
import type { Random } from '../../../src/generator/random.js';
import type { AdjustmentCategory } from '../../../src/ledger/events.js';
import { sum } from './cents-text.js';
import type { KnownAdjustment, KnownCharge, KnownLine } from './model.js';

/** What the first payer of a claim can say of a line. */
export type LineCourse =
  'paid' | 'deductible' | 'denied' | 'bundled' | 'capitated' | 'with other' | 'with interest';

/** What a payer decided on one charge, and what it means: amount = paid + responsibility + ΣwrittenOff + denied. */
export interface LineDecision {
  of: KnownCharge;
  paid: Cents;
  adjustments: KnownAdjustment[];
  /** For whoever comes next. */
  responsibility: Cents;
  writtenOff: { category: AdjustmentCategory; amount: Cents }[];
  /** Stays with the payer until somebody decides. */
  denied: Cents;
}

/** Decides a line; every course but a denial and deductibles pays or writes off all that it does not pass on. */
export function decideLine(random: Random, of: KnownCharge, course: LineCourse): LineDecision {
  const decision: LineDecision = {
    of,
    paid: 0,
    adjustments: [],
    responsibility: 0,
    writtenOff: [],
    denied: 0,
  };
  const rest = (): Cents => of.amount - sum(decision.adjustments.map(({ amount }) => amount));
  switch (course) {
    case 'paid':
      writeOff(decision, 'CO', '45', 'contractual', permilleOf(of.amount, random.between(0, 500)));
      passOn(decision, random, permilleOf(of.amount, random.between(0, 300)));
      break;
    case 'deductible':
      writeOff(decision, 'CO', '45', 'contractual', permilleOf(of.amount, random.between(50, 500)));
      pass(decision, '1', rest());
      break;
    case 'denied':
      if (random.permille(400)) {
        writeOff(decision, 'CO', '45', 'contractual', permilleOf(of.amount, random.between(50, 500)));
      }
      deny(decision, random.pick(['16', '29', '50', '197']), rest());
      break;
    case 'bundled':
      writeOff(decision, 'CO', '97', 'contractual', of.amount);
      break;
    case 'capitated':
      writeOff(decision, 'CO', '24', 'contractual', of.amount);
      break;
    case 'with other':
      writeOff(decision, 'CO', '45', 'contractual', permilleOf(of.amount, random.between(50, 400)));
      writeOff(decision, 'PI', '104', 'other', permilleOf(of.amount, random.between(10, 60)));
      passOn(decision, random, permilleOf(of.amount, random.between(0, 300)));
      break;
    case 'with interest':
      writeOff(decision, 'CO', '45', 'contractual', permilleOf(of.amount, random.between(50, 400)));
      passOn(decision, random, permilleOf(of.amount, random.between(0, 300)));
      writeOff(decision, 'CO', '225', 'interest', -random.between(1, 500));
      break;
  }
  decision.paid = rest();
  return decision;
}

/** Decides every charge of a claim, the same way each or as the weights say. */
export function decideClaim(
  random: Random,
  charges: readonly KnownCharge[],
  courses: readonly (readonly [weight: number, course: LineCourse])[],
): LineDecision[] {
  return charges.map((charge) => decideLine(random, charge, random.weighted(courses)));
}

/**
 * What a later payer says of what the ones before passed on to it: restates the whole charge, says what the others did,
 * and pays, passes on or writes off what was left.
 *
 * @param before what the payers before it decided, in order
 * @param repeats whether it says the contractual part of the first payer over again, instead of leaving it in CARC 23
 */
export function decideNext(
  random: Random,
  before: readonly LineDecision[],
  { repeats }: { repeats: boolean },
): LineDecision {
  const { of, writtenOff } = before[0]!;
  const asked = before.at(-1)!.responsibility;
  const decision: LineDecision = {
    of,
    paid: 0,
    adjustments: [],
    responsibility: 0,
    writtenOff: [],
    denied: 0,
  };
  const contractual = sum(writtenOff.map(({ amount }) => amount));
  const repeated = repeats ? contractual : 0;
  say(decision, random.permille(900) ? 'OA' : 'PI', '23', of.amount - asked - repeated);
  say(decision, 'CO', '45', repeated);
  if (!repeats && random.permille(200)) {
    writeOff(decision, 'CO', '45', 'contractual', permilleOf(asked, random.between(0, 200)));
  }
  pass(decision, '2', random.permille(500) ? permilleOf(asked, random.between(0, 500)) : 0);
  decision.paid = asked - decision.responsibility - sum(decision.writtenOff.map(({ amount }) => amount));
  return decision;
}

function say(decision: LineDecision, group: string, reason: string, amount: Cents): void {
  if (amount !== 0) decision.adjustments.push({ group, reason, amount });
}

function writeOff(
  decision: LineDecision,
  group: string,
  reason: string,
  category: AdjustmentCategory,
  amount: Cents,
): void {
  say(decision, group, reason, amount);
  decision.writtenOff.push({ category, amount });
}

function deny(decision: LineDecision, reason: string, amount: Cents): void {
  say(decision, 'CO', reason, amount);
  decision.denied += amount;
}

function pass(decision: LineDecision, reason: string, amount: Cents): void {
  say(decision, 'PR', reason, amount);
  decision.responsibility += amount;
}

/** Deductible, coinsurance and copay, or some of them. */
function passOn(decision: LineDecision, random: Random, amount: Cents): void {
  const deductible = random.permille(300) ? permilleOf(amount, random.between(0, 1000)) : 0;
  const copay = random.permille(300) ? permilleOf(amount - deductible, random.between(0, 1000)) : 0;
  pass(decision, '1', deductible);
  pass(decision, '2', amount - deductible - copay);
  pass(decision, '3', copay);
}

/** The SVC of a decision; several, as far as the payer split the line. */
export function linesOf(decision: LineDecision, options: { named: boolean; parts: number }): KnownLine[] {
  const { of, paid, adjustments } = decision;
  const { named, parts } = options;
  const lines: KnownLine[] = [];
  for (let i = 0; i < parts; i += 1) {
    const part = (amount: Cents): Cents =>
      i === parts - 1 ? amount - (parts - 1) * Math.trunc(amount / parts) : Math.trunc(amount / parts);
    const said = adjustments.map((each) => ({ ...each, amount: part(each.amount) }));
    const partPaid = part(paid);
    lines.push({
      of,
      charge: partPaid + sum(said.map(({ amount }) => amount)),
      paid: partPaid,
      adjustments: said.filter(({ amount }) => amount !== 0),
      named,
    });
  }
  return lines;
}

/**
 * Lays an adjustment of the claim itself on its lines, each up to what it was paid: what the payer explains itself from
 * the first line, the patient's part from the last, as the ledger says that it does. The patient's part comes last.
 */
export function layOnLines(decisions: readonly LineDecision[], { group, amount }: KnownAdjustment): void {
  let left = amount;
  for (const decision of group === 'PR' ? [...decisions].reverse() : decisions) {
    const part = Math.min(left, decision.paid);
    decision.paid -= part;
    if (group === 'PR') decision.responsibility += part;
    else decision.writtenOff.push({ category: 'contractual', amount: part });
    left -= part;
  }
}
