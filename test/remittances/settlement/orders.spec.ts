import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GivenUpCategory } from '../../../src/ledger/given-up.js';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { type Money, ZERO, formatMoney, money, sumOf } from '../../../src/ledger/money.js';
import { type Party, partyKey } from '../../../src/ledger/party.js';
import { dollars } from '../../../src/remittances/remittance-advice/cents.js';
import { lesser } from '../../../src/remittances/settlement/share-book.js';
import { ACCOUNT, ClaimBench, type Line, reversalOf, reversalOfLines, said } from './claim-bench.js';

/*
 * Remittances come in any order. Whatever it is, everybody owes in the end what they owe when they come in turn: the
 * primary payer's, its reversal and correction, then the secondary's and the tertiary's.
 */

const RUNS = Number(process.env.ARLEDGER_RUNS ?? 400);

/** An amount in parts that sum to it. */
function parts(total: number, shares: readonly number[]): number[] {
  const weight = shares.reduce((a, b) => a + b, 0);
  if (weight === 0) return shares.map((_, i) => (i === 0 ? total : 0));
  let left = total;
  return shares.map((share, i) => {
    const part = i === shares.length - 1 ? left : Math.min(left, Math.floor((total * share) / weight));
    left -= part;
    return part;
  });
}

const weights = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3));

/** What one line's payers do with a charge. */
const lineCase = fc.record({
  charge: fc.integer({ min: 1, max: 30_000 }),
  original: weights,
  originalDenied: fc.boolean(),
  correction: weights,
  correctionDenied: fc.boolean(),
  secondary: weights,
  secondaryDenied: fc.boolean(),
  tertiary: weights,
});

const claimCase = fc.record({
  lines: fc.array(lineCase, { minLength: 1, maxLength: 3 }),
  /** What is in the account from the start, and which remittances there are. */
  isCorrected: fc.boolean(),
  /** Whether only this one of its lines is taken back and decided anew, where it has others. */
  byLine: fc.option(fc.nat(2), { nil: undefined }),
  /** Some payers give a reversal a number of its own, and the correction another. */
  reversalNumber: fc.constantFrom('P1', 'P1R'),
  correctionNumber: fc.constantFrom('P1', 'P2'),
  hasTertiary: fc.boolean(),
  secondaryRepeats: fc.boolean(),
  tertiaryRepeats: fc.boolean(),
  crossover: fc.boolean(),
  order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }),
  /** A line of several charges for one service. */
  isBundled: fc.boolean(),
  /** What people give up of what the patient owes of the first charge at the time, and before which remittance. */
  givenUp: fc.array(
    fc.record({
      category: fc.constantFrom<GivenUpCategory>('bad_debt', 'charity', 'small_balance'),
      amount: fc.integer({ min: 1, max: 30_000 }),
      before: fc.nat(5),
    }),
    { maxLength: 2 },
  ),
  /** Which are sent a second time, after the others. */
  again: fc.subarray([0, 1, 2, 3, 4]),
});
type ClaimCase = typeof claimCase extends fc.Arbitrary<infer T> ? T : never;

type Adjustments = NonNullable<Line['adjustments']>;

function line(charge: number, paid: number, adjustments: [string, string, number][]): Line {
  const stated = adjustments.filter(([, , amount]) => amount !== 0);
  return {
    charge: dollars(charge),
    paid: dollars(paid),
    adjustments: stated.map(([group, reason, amount]): Adjustments[number] => [
      group,
      reason,
      dollars(amount),
    ]),
  };
}

interface Decided {
  paid: number;
  writtenOff: number;
  left: number;
  denied: number;
}

function decide(total: number, shares: readonly [number, number, number], denied: boolean): Decided {
  if (denied) return { paid: 0, writtenOff: 0, left: 0, denied: total };
  const [paid, writtenOff, left] = parts(total, shares) as [number, number, number];
  return { paid, writtenOff, left, denied: 0 };
}

function primaryLine(charge: number, d: Decided): Line {
  return line(charge, d.paid, [
    ['CO', '45', d.writtenOff],
    ['PR', '2', d.left],
    ['CO', '197', d.denied],
  ]);
}

function statementsOf({ lines, ...of }: ClaimCase): ClaimStatement[] {
  const only = lines.length > 1 && of.byLine !== undefined ? of.byLine % lines.length : undefined;
  const isDecidedAnew = (i: number): boolean => only === undefined || i === only;
  const original: Line[] = [];
  const correction: Line[] = [];
  const secondary: Line[] = [];
  const tertiary: Line[] = [];
  for (const each of lines) {
    const { charge } = each;
    original.push(primaryLine(charge, decide(charge, each.original, each.originalDenied)));
    const first =
      of.isCorrected && isDecidedAnew(correction.length)
        ? decide(charge, each.correction, each.correctionDenied)
        : decide(charge, each.original, each.originalDenied);
    correction.push(primaryLine(charge, first));
    // A secondary payer that repeats the primary's write-off has none of its own.
    const own: [number, number, number] = [...each.secondary];
    if (of.secondaryRepeats) own[1] = 0;
    const second = decide(first.left, own, each.secondaryDenied && first.left > 0);
    const repeated = of.secondaryRepeats ? first.writtenOff : 0;
    secondary.push(
      line(charge, second.paid, [
        ['OA', '23', charge - first.left - repeated],
        ['CO', '45', repeated + second.writtenOff],
        ['PR', '2', second.left],
        ['CO', '29', second.denied],
      ]),
    );
    const last: [number, number, number] = [...each.tertiary];
    if (of.tertiaryRepeats) last[1] = 0;
    const third = decide(second.left, last, false);
    const repeatedAgain = of.tertiaryRepeats ? first.writtenOff : 0;
    tertiary.push(
      line(charge, third.paid, [
        ['OA', '23', charge - second.left - repeatedAgain],
        ['CO', '45', repeatedAgain + third.writtenOff],
        ['PR', '3', third.left],
      ]),
    );
  }
  const crossing = of.crossover ? { status: '19', crossoverPayerId: 'BETA' } : {};
  const o = said({ remittance: 'O', payerClaimNumber: 'P1', lines: original, ...crossing });
  const result = [o];
  if (of.isCorrected) {
    const reversal = { effectiveOn: '2026-02-10', payerClaimNumber: of.reversalNumber };
    result.push(
      only === undefined
        ? reversalOf(o, reversal)
        : reversalOfLines(o, [only + 1], { ...reversal, originalClaimNumber: 'P1' }),
      said({
        remittance: 'C',
        payerClaimNumber: of.correctionNumber,
        effectiveOn: '2026-02-10',
        lines: correction.map((each, i) => ({ ...each, n: i + 1 })).filter((_, i) => isDecidedAnew(i)),
        ...crossing,
      }),
    );
  }
  result.push(
    said({
      remittance: 'S',
      payerId: 'BETA',
      payerClaimNumber: 'S1',
      status: '2',
      effectiveOn: '2026-02-20',
      lines: secondary,
    }),
  );
  if (of.hasTertiary) {
    result.push(
      said({
        remittance: 'T',
        payerId: 'GAMMA',
        payerClaimNumber: 'G1',
        status: '3',
        effectiveOn: '2026-02-25',
        lines: tertiary,
      }),
    );
  }
  return result;
}

/**
 * A correction of one line before its original, where a later payer's remittance opens the other lines' charges without
 * knowing who is first: one claim then has two names for its first payer, and is none of what is tried here.
 */
function withoutLonePieces(of: ClaimCase): ClaimCase {
  return of.order.indexOf(0) < of.order.indexOf(2) ? of : { ...of, byLine: undefined };
}

/** Gives up some of what the patient owes of the first charge; nothing where nothing is owed. */
function giveUp(ledger: ClaimBench, id: string, category: GivenUpCategory, most: number): Money {
  const amount = lesser(money(dollars(most)), patientsOf(ledger));
  if (!amount.greaterThan(0)) return ZERO;
  const written = formatMoney(amount, 'USD');
  ledger.command({
    type: 'PostAdjustment',
    accountId: ACCOUNT,
    adjustmentId: id,
    effectiveOn: '2026-02-05',
    amount: written,
    category,
    allocations: [{ chargeId: 'C1', amount: written, responsible: PATIENT }],
  });
  return amount;
}

/** An amount as two thirds of it and one; a cent as itself. */
function cutInTwo(charge: number): string[] {
  const second = Math.floor(charge / 3);
  return second === 0 ? [dollars(charge)] : [dollars(charge - second), dollars(second)];
}

/** What the patient owes of the first charge. */
function patientsOf({ account }: ClaimBench): Money {
  return account.charges.get('C1')?.shares.get(partyKey(PATIENT))?.balance ?? ZERO;
}

const PATIENT: Party = { party: 'patient' };
const GIVEN_UP_PLACES = ['Expenses:BadDebt', 'Income:Adjustments:Charity', 'Income:Adjustments:SmallBalance'];
const ADJUSTMENTS = 'Income:Adjustments:Contractual';

describe('remittances of one claim, in whatever order they come', () => {
  test('come to the same balances, and again to nothing more', () => {
    fc.assert(
      fc.property(claimCase, (of) => {
        const statements = statementsOf(of);
        const charges = of.lines.map(({ charge }) => (of.isBundled ? cutInTwo(charge) : dollars(charge)));
        const inTurn = ClaimBench.withCharges(charges);
        for (const statement of statements) expect(inTurn.post(statement).outcome.kind).toBe('posted');

        const inOrder = ClaimBench.withCharges(charges);
        let givenUp = ZERO;
        for (const [step, n] of [...of.order.filter((i) => i < statements.length), undefined].entries()) {
          for (const [i, { category, amount, before }] of of.givenUp.entries()) {
            if (before === step) givenUp = givenUp.plus(giveUp(inOrder, `given${i}`, category, amount));
          }
          if (n === undefined) continue;
          expect(inOrder.post(statements[n]!).outcome).toMatchObject({ kind: 'posted', isNew: true });
          expect(patientsOf(inOrder).isNegative()).toBe(false);
        }
        const others = (ledger: ClaimBench) => ledger.owed().filter((owed) => !owed.startsWith('C1 patient'));
        expect(others(inOrder)).toEqual(others(inTurn));
        // Of what was given up, as much stands as the patient would owe, whenever and of whatever that was.
        const still = lesser(givenUp, patientsOf(inTurn));
        expect(patientsOf(inOrder).toFixed()).toBe(patientsOf(inTurn).minus(still).toFixed());
        expect(sumOf(GIVEN_UP_PLACES.map((place) => money(inOrder.movedOver(place)))).toFixed()).toBe(
          still.toFixed(),
        );
        expect(inOrder.unapplied()).toBe('0.00');
        expect(inTurn.unapplied()).toBe('0.00');
        expect(inOrder.movedOver(ADJUSTMENTS)).toBe(inTurn.movedOver(ADJUSTMENTS));
        const paid = statements.reduce((sum, statement) => sum.plus(statement.paid), ZERO);
        expect(inOrder.movedOver('Assets:RemittanceClearing')).toBe(formatMoney(paid, 'USD'));

        const count = inOrder.events.length;
        for (const n of of.again.filter((i) => i < statements.length)) {
          expect(inOrder.post(statements[n]!).outcome).toMatchObject({ kind: 'posted', isNew: false });
        }
        expect(inOrder.events).toHaveLength(count);
      }),
      { numRuns: RUNS },
    );
  });

  test('come to the same in an empty ledger that opens what is missing, whoever the payers are called', () => {
    fc.assert(
      fc.property(claimCase, (any) => {
        const of = withoutLonePieces(any);
        const statements = statementsOf(of);
        const inTurn = new ClaimBench();
        for (const statement of statements) {
          expect(inTurn.post(statement, { createAccounts: true }).outcome.kind).toBe('posted');
        }
        const inOrder = new ClaimBench();
        for (const n of of.order.filter((i) => i < statements.length)) {
          const { outcome } = inOrder.post(statements[n]!, { createAccounts: true });
          expect(outcome).toMatchObject({ kind: 'posted', isNew: true });
        }
        expect(inOrder.owedByPosition()).toEqual(inTurn.owedByPosition());
        expect(inOrder.unapplied()).toBe('0.00');
      }),
      { numRuns: RUNS },
    );
  });
});
