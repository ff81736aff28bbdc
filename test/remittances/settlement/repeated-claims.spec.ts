import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { chargesOf } from '../../../src/remittances/settlement/adjudications.js';
import { methodOf, statementOf } from '../../../src/remittances/settlement/statement-of.js';
import { read } from '../advice-text.js';
import { ACCOUNT, CLAIM, ClaimBench, type Line, type Said, payer, reversalOf, said } from './claim-bench.js';

/*
 * The same CLP01 several times: each time it is a claim of its own, about charges of its own.
 */

const paying = (paid: string, off: string): Line[] => [
  { charge: '100.00', paid, adjustments: [['CO', '45', off]] },
];
const ONE = said({ remittance: 'O', claim: 1, payerClaimNumber: 'N1', lines: paying('60.00', '40.00') });
const TWO = said({ remittance: 'O', claim: 2, payerClaimNumber: 'N2', lines: paying('70.00', '30.00') });
/** What comes in the place of the second. */
const correction = (given: Partial<Said> = {}) =>
  said({ remittance: 'C', claim: 2, payerClaimNumber: 'N2', lines: paying('75.00', '25.00'), ...given });
const back = (statement: ClaimStatement) => reversalOf(statement, { remittance: 'C' });

/** An account on which the same was done several times. */
function withAlike(count: number): ClaimBench {
  const bench = ClaimBench.withCharges([]);
  for (let n = 1; n <= count; n += 1) {
    bench.command({
      type: 'PostCharge',
      accountId: ACCOUNT,
      chargeId: `C${n}`,
      effectiveOn: '2026-01-05',
      serviceDate: '2026-01-05',
      amount: '100.00',
      code: { system: 'CPT', value: '99211' },
      responsible: payer('ACME'),
      claimId: CLAIM,
    });
  }
  return bench;
}

/** The charges of each claim that was recorded, in the order of recording. */
function chargesOfClaims(ledger: ClaimBench): string[] {
  return [...ledger.account.claims.values()].map((claim) => chargesOf(claim).join(' '));
}

/** What the payer paid on each charge, beginning with the least: which of two that are alike, nobody can say. */
function paidInAll(ledger: ClaimBench): string[] {
  const paid = new Map<string, number>();
  for (const claim of ledger.account.claims.values()) {
    if (claim.reversedBy !== undefined || claim.reverses !== undefined) continue;
    const of = chargesOf(claim).join(' ');
    paid.set(of, (paid.get(of) ?? 0) + Number(claim.paid));
  }
  return [...paid.values()].sort((a, b) => a - b).map(String);
}

describe('two claims of one CLP01, on charges that are alike', () => {
  test('have a charge each', () => {
    const ledger = withAlike(2);
    ledger.post(ONE);
    ledger.post(TWO);
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2']);
    expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
  });

  test('one of which is corrected under a number of its own, which says in REF*F8 whose place it takes', () => {
    const anew = correction({ payerClaimNumber: 'N9', originalClaimNumber: 'N2' });
    for (const order of permutations([TWO, back(TWO), anew])) {
      const ledger = withAlike(3);
      ledger.post(ONE);
      for (const statement of order) ledger.post(statement);
      expect(ledger.owed()).toHaveLength(1);
      expect(ledger.unapplied()).toBe('0.00');
      const decisions = [...ledger.account.claims.values()].filter(({ reverses }) => reverses === undefined);
      expect(decisions.map((claim) => chargesOf(claim))).toEqual([['C1'], ['C2'], ['C2']]);
    }
  });

  test.each([
    ['one number', 'N1'],
    ['no number', ''],
  ])('have a charge each with %s', (_, payerClaimNumber) => {
    const ledger = withAlike(2);
    ledger.post({ ...ONE, payerClaimNumber });
    ledger.post({ ...TWO, payerClaimNumber });
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2']);
  });

  test('have a charge each in remittances of their own, which their numbers tell', () => {
    const ledger = withAlike(2);
    ledger.post(ONE);
    ledger.post(said({ remittance: 'P', payerClaimNumber: 'N2', lines: paying('70.00', '30.00') }));
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2']);
  });

  test('share one where there is no other: the money of the second stands unapplied', () => {
    const ledger = withAlike(1);
    ledger.post(ONE);
    const { held } = ledger.post(TWO);
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C1']);
    expect(held).toContain('payment C1 70.00');
    expect(ledger.unapplied()).toBe('70.00');
  });

  test('have a charge each without lines', () => {
    const ledger = withAlike(2);
    const whole = (statement: ClaimStatement): ClaimStatement => ({
      ...statement,
      lines: [{ ...statement.lines[0]!, line: 0, procedure: { qualifier: '', code: '', modifiers: [] } }],
    });
    ledger.post(whole(ONE));
    ledger.post(whole(TWO));
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2']);
  });

  test.each([
    ['bundles what is left', 1],
    ['has no lines', 0],
  ])('have two charges each where the second %s', (_, line) => {
    const ledger = withAlike(4);
    const [first] = ONE.lines;
    ledger.post({ ...ONE, charge: '200.00', paid: '120.00', lines: [first!, { ...first!, line: 2 }] });
    const second = said({
      remittance: 'O',
      claim: 2,
      lines: [{ charge: '200.00', paid: '150.00', adjustments: [['CO', '45', '50.00']] }],
    });
    ledger.post({ ...second, lines: [{ ...second.lines[0]!, line }] });
    expect(chargesOfClaims(ledger)).toEqual(['C1 C2', 'C3 C4']);
    expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
  });

  test.each(['O', 'C'])(
    'are taken back on their own charges without a number, in the remittance %s',
    (remittance) => {
      const ledger = withAlike(2);
      const unnumbered = { ...TWO, payerClaimNumber: '' };
      ledger.post({ ...ONE, payerClaimNumber: '' });
      ledger.post(unnumbered);
      ledger.post(reversalOf(unnumbered, { remittance, claim: 3 }));
      expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2', 'C2']);
      expect(ledger.owed()).toEqual(['C2 ACME primary 100.00']);
    },
  );

  test('keep theirs when the second is taken back and corrected', () => {
    const ledger = withAlike(2);
    for (const statement of [ONE, TWO, back(TWO), correction()]) ledger.post(statement);
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2', 'C2', 'C2']);
    expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
  });

  test('leave what was taken back to a correction that has another number', () => {
    const ledger = withAlike(2);
    const renumbered = correction({ payerClaimNumber: 'N3' });
    for (const statement of [ONE, TWO, back(TWO), renumbered]) ledger.post(statement);
    expect(chargesOfClaims(ledger)).toEqual(['C1', 'C2', 'C2', 'C2']);
  });

  const steps: [string, ClaimStatement][] = [
    ['one', ONE],
    ['two', TWO],
    ['back', back(TWO)],
    ['correction', correction()],
  ];
  const orders = permutations(steps).map(
    (order) => [order.map(([name]) => name).join(', '), order.map(([, statement]) => statement)] as const,
  );
  test.each(orders)('end the same in the order %s', (_, order) => {
    const ledger = withAlike(2);
    for (const statement of order) expect(ledger.post(statement).outcome.kind).toBe('posted');
    expect([ledger.owed(), ledger.unapplied(), paidInAll(ledger)]).toEqual([[], '0.00', ['60', '75']]);
  });

  /** A correction before both of them cannot be told from one under a new number. */
  const afterAny = orders.filter(([order]) => /^(back, )?one, two/.test(order));
  test.each(afterAny)('end the same where they open their charges, in the order %s', (_, order) => {
    const ledger = new ClaimBench();
    for (const statement of order) ledger.post(statement, { createAccounts: true });
    expect([ledger.owed(), ledger.unapplied(), paidInAll(ledger)]).toEqual([[], '0.00', ['60', '75']]);
    expect(ledger.ofType('ChargePosted').length).toBe(2);
  });
});

describe('where charges are opened', () => {
  const opening = { createAccounts: true };

  test('a claim that stands twice in a remittance opens charges of its own, called apart', () => {
    const ledger = new ClaimBench();
    const named = (statement: ClaimStatement): ClaimStatement => ({
      ...statement,
      lines: statement.lines.map((line) => ({ ...line, controlNumber: 'LINE-7' })),
    });
    ledger.post(named(ONE), opening);
    const { outcome } = ledger.post(named(TWO), opening);
    const id = outcome.kind === 'posted' ? outcome.adjudicationId : '';
    expect(chargesOfClaims(ledger)).toEqual(['LINE-7', `${id}.l1`]);
    expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
  });

  test('a second run finds what it opened, and adds nothing', () => {
    const ledger = new ClaimBench();
    const run = () => [ONE, TWO].map((statement) => ledger.post(statement, opening).events.length);
    expect(run()).toEqual([5, 4]);
    expect(run()).toEqual([0, 0]);
  });

  test('a duplicate in the remittance of its original opens none: it moves nothing', () => {
    const ledger = new ClaimBench();
    ledger.post(ONE, opening);
    const duplicate = said({
      remittance: 'O',
      claim: 2,
      payerClaimNumber: 'N9',
      lines: [{ charge: '100.00', paid: '0.00', adjustments: [['OA', '18', '100.00']] }],
    });
    expect(ledger.post(duplicate, opening).outcome).toMatchObject({ settlement: 'moves_nothing' });
    expect(ledger.ofType('ChargePosted').length).toBe(1);
  });

  test('the same payer as secondary, in one remittance, is about the charges that it had as primary', () => {
    const ledger = new ClaimBench();
    ledger.post(
      said({
        remittance: 'O',
        payerClaimNumber: 'N1',
        lines: [{ charge: '100.00', paid: '60.00', adjustments: [['PR', '2', '40.00']] }],
      }),
      opening,
    );
    const second = said({
      remittance: 'O',
      claim: 2,
      status: '2',
      payerClaimNumber: 'N2',
      lines: [{ charge: '100.00', paid: '40.00', adjustments: [['OA', '23', '60.00']] }],
    });
    ledger.post(second, opening);
    expect(ledger.ofType('ChargePosted').length).toBe(1);
    expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
  });
});

test('a second claim raises and refuses on its own charge, not as a repetition of the first', () => {
  const ledger = withAlike(2);
  ledger.post(ONE);
  const withInterest = said({
    remittance: 'O',
    claim: 2,
    payerClaimNumber: 'N2',
    lines: [{ charge: '100.00', paid: '105.00', adjustments: [['CO', '225', '-5.00']] }],
  });
  expect(ledger.post(withInterest).held).toEqual([]);
  expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
});

const SAMPLE = join(
  import.meta.dirname,
  '../../../../shared/data/835/keironstoddart.edi-835-parser__emedny_sample.txt',
);
const there = existsSync(SAMPLE);
if (!there) console.log(`skipped: ${SAMPLE} is not there`);

(there ? test : test.skip)('the sample with a CLP01 three times posts whole', () => {
  const { headers, claims } = read(readFileSync(SAMPLE));
  const ledgers = new Map<string, ClaimBench>();
  for (const claim of claims) {
    const statement = statementOf(claim, {
      remittanceId: 'a'.repeat(32),
      payerId: 'EMEDNY',
      trace: headers[0]!.trace,
      effectiveOn: '2026-02-01',
      currency: 'USD',
      method: methodOf(headers[0]!.payment),
    });
    const ledger = ledgers.get(statement.claimId) ?? new ClaimBench();
    ledgers.set(statement.claimId, ledger);
    const { outcome, held } = ledger.post(statement, { createAccounts: true }, 'A1');
    expect([statement.claim, outcome.kind, held]).toEqual([statement.claim, 'posted', []]);
  }
  const often = [...ledgers.values()].filter(({ account }) => account.claims.size === 3);
  expect(often.length).toBe(1);
  for (const { account } of often) {
    const charges = [...account.claims.values()].flatMap(chargesOf);
    expect(new Set(charges).size).toBe(charges.length);
  }
  expect([...ledgers.values()].map((ledger) => ledger.unapplied())).toEqual([...ledgers].map(() => '0.00'));
});

function permutations<T>(of: readonly T[]): T[][] {
  if (of.length <= 1) return [[...of]];
  return of.flatMap((one, i) => permutations(of.toSpliced(i, 1)).map((rest) => [one, ...rest]));
}
