import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { centsOf, dollars } from '../../../src/remittances/remittance-advice/cents.js';
import { type MatchedLine, matchLines } from '../../../src/remittances/settlement/match-lines.js';
import { chargesOf } from '../../../src/remittances/settlement/adjudications.js';
import { accountIdForClaim, commandsToOpen } from '../../../src/remittances/settlement/charges-to-open.js';
import { type Account, unopenedAccount } from '../../../src/ledger/account.js';
import { ClaimBench } from './claim-bench.js';
import { accountAfter, accountWith, charge, code, stated, total, unexplained } from './stated-claims.js';

/*
 * Few codes, dates and amounts, so that lines and charges are alike more often than in life.
 */
const CODES = ['97110', '97112'] as const;
const DATES = ['2026-01-05', '2026-01-06'] as const;
const cents = fc.constantFrom(2000, 4000, 6000, 8000, 12000);

const someCharge = fc.record({
  code: fc.constantFrom(...CODES),
  modifiers: fc.constantFrom<string[]>([], ['GP'], ['59']),
  date: fc.constantFrom(...DATES),
  amount: cents,
  claimId: fc.constantFrom('CLM1', 'CLM1', 'CLM2', undefined),
});

const someLine = fc.record({
  code: fc.constantFrom(...CODES),
  modifier: fc.constantFrom('', ':GP'),
  date: fc.constantFrom(undefined, ...DATES),
  charge: fc.oneof({ weight: 9, arbitrary: cents }, { weight: 1, arbitrary: fc.constantFrom(0, -2000) }),
  off: fc.constantFrom(0, 500),
  control: fc.constantFrom(undefined, undefined, 'C0', 'C1', 'X9'),
});
type SomeLine = Omit<typeof someLine extends fc.Arbitrary<infer T> ? T : never, 'charge'> & {
  charge: number;
};

function claim(lines: readonly SomeLine[], sign = 1): string[] {
  const charged = lines.reduce((sum, line) => sum + line.charge, 0);
  const paid = lines.reduce((sum, line) => sum + line.charge - line.off, 0);
  return [
    `CLP*CLM1*1*${dollars(sign * charged)}*${dollars(sign * paid)}`,
    ...lines.flatMap((line) => [
      `SVC*HC:${line.code}${line.modifier}*${dollars(sign * line.charge)}*${dollars(sign * (line.charge - line.off))}`,
      `CAS*CO*45*${dollars(sign * line.off)}`,
      ...(line.date ? [`DTM*472*${line.date.replaceAll('-', '')}`] : []),
      ...(line.control ? [`REF*6R*${line.control}`] : []),
    ]),
  ];
}

function byCharge(lines: readonly MatchedLine[]): Map<string, MatchedLine[]> {
  return Map.groupBy(lines, ({ chargeId }) => chargeId);
}

describe('matching', () => {
  const charges = fc.array(someCharge, { maxLength: 6 });
  const lines = fc.array(someLine, { minLength: 1, maxLength: 5 });

  it('never gives a charge to several lines beyond its amount, and keeps every cent of every line', () => {
    let matchedOften = 0;
    fc.assert(
      fc.property(charges, lines, fc.boolean(), (given, stating, released) => {
        const account = accountWith(
          ...given.map(({ amount, date, claimId, ...what }, i) =>
            charge(`C${i}`, {
              claimId,
              serviceDate: date,
              amount: dollars(amount),
              code: code(what.code, ...what.modifiers),
            }),
          ),
        );
        const statement = stated(...claim(stating));
        const result = matchLines(account, statement, { released });
        if (result.kind === 'suspended') {
          expect(result.missing.length + result.ambiguous.length).toBeGreaterThan(0);
          return;
        }
        matchedOften += 1;
        for (const [chargeId, of] of byCharge(result.lines)) {
          const amount = centsOf(account.charges.get(chargeId)!.amount.toFixed(2))!;
          const upwards = of.filter(({ line }) => !line.charge.startsWith('-'));
          const taken = total(
            of.map(({ line }) => line),
            'charge',
          );
          if (upwards.filter(({ line }) => line.charge !== '0.00').length > 1) {
            expect(taken).toBeLessThanOrEqual(amount);
          }
        }
        for (const line of statement.lines) {
          const parts = result.lines.filter((m) => m.line.line === line.line).map((m) => m.line);
          if (parts.length === 0) expect([line.charge, line.paid]).toEqual(['0.00', '0.00']);
          else {
            expect(dollars(total(parts, 'charge'))).toBe(line.charge);
            expect(dollars(total(parts, 'paid'))).toBe(line.paid);
          }
          expect(parts.filter((part) => unexplained(part) !== 0)).toEqual([]);
        }
      }),
      { numRuns: 1000 },
    );
    expect(matchedOften).toBeGreaterThan(100);
  });

  it('finds for a reversal the charges of what it takes back', () => {
    fc.assert(
      fc.property(charges, lines, (given, stating) => {
        const account = accountWith(
          ...given.map(({ amount, date, claimId, ...what }, i) =>
            charge(`C${i}`, { claimId, serviceDate: date, amount: dollars(amount), code: code(what.code) }),
          ),
        );
        fc.pre(stating.reduce((sum, line) => sum + line.charge, 0) > 0);
        const forth = matchLines(account, stated(...claim(stating)));
        const back = matchLines(account, stated(...claim(stating, -1)));
        const chargesOf = (result: typeof forth) => {
          const found = result.kind === 'matched' ? result.lines : result.matched;
          const { missing, ambiguous } = { missing: [], ambiguous: [], ...result };
          return { lines: found.map(({ line, chargeId }) => [line.line, chargeId]), missing, ambiguous };
        };
        expect(chargesOf(back)).toEqual(chargesOf(forth));
      }),
      { numRuns: 500 },
    );
  });

  it('opens for each claim of a remittance charges of its own, however often one CLP01 stands in it', () => {
    const positive = lines.map((all) =>
      all.map((line) => ({ ...line, charge: Math.abs(line.charge) + 1000 })),
    );
    const number = fc.constantFrom('', 'N1', 'N2');
    const claims = fc.array(fc.record({ stating: positive, number }), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(claims, (several) => {
        const ledger = new ClaimBench();
        const statements = several.map(({ stating, number: payerClaimNumber }, i) => ({
          ...stated(...claim(stating)),
          claim: i + 1,
          payerClaimNumber,
        }));
        const run = () =>
          statements.map((statement) => {
            const { outcome, events } = ledger.post(statement, { createAccounts: true });
            expect(outcome).toMatchObject({ kind: 'posted', held: [] });
            return events.length;
          });
        run();
        const charges = [...ledger.account.claims.values()].flatMap(chargesOf);
        expect(new Set(charges).size).toBe(charges.length);
        expect(ledger.account.charges.size).toBe(charges.length);
        expect([ledger.owed(), ledger.unapplied()]).toEqual([[], '0.00']);
        expect(run()).toEqual(statements.map(() => 0));
      }),
      { numRuns: 300 },
    );
  });

  it('finds what a claim opened, now and when the same claim comes again', () => {
    const upwards = lines.map((all) => all.map((line) => ({ ...line, charge: Math.abs(line.charge) })));
    fc.assert(
      fc.property(upwards, upwards, (stating, later) => {
        const account = unopenedAccount();
        const first = stated(...claim(stating));
        const opened = open(account, first);
        expect(opened).toBeDefined();
        open(account, { ...stated(...claim(later)), remittanceId: 'e'.repeat(32) });
        const count = account.charges.size;
        expect(open(account, first)).toEqual(opened);
        expect(account.charges.size).toBe(count);

        const alone = unopenedAccount();
        const again = { ...first, remittanceId: 'f'.repeat(32) };
        expect(new Set(open(alone, first)).size).toBe(alone.charges.size);
        expect(matchLines(alone, again)).not.toMatchObject({ missing: [expect.anything()] });
      }),
      { numRuns: 500 },
    );
  });
});

/** Opens what is missing, as --create-accounts does; undefined when somebody has to say which charge is meant. */
function open(account: Account, statement: ClaimStatement): string[] | undefined {
  const before = matchLines(account, statement);
  if (before.kind === 'matched') return before.lines.map(({ chargeId }) => chargeId);
  if (before.ambiguous.length > 0) return undefined;
  const missing = new Set(before.missing);
  const commands = commandsToOpen(statement, accountIdForClaim(statement), account, missing);
  const after = matchLines(accountAfter(commands, account), statement);
  if (after.kind !== 'matched') throw new Error(JSON.stringify(after));
  // What was matched before stays, and each new charge has the line that it was posted for.
  const isNew = ({ line }: { line: { line: number } }) => missing.has(line.line);
  expect(after.lines.filter((line) => !isNew(line))).toEqual(before.matched);
  const opened = commands.flatMap((c) =>
    c.type === 'PostCharge' ? [[c.remittance?.line ?? 0, c.chargeId]] : [],
  );
  expect(after.lines.filter(isNew).map(({ line, chargeId }) => [line.line, chargeId])).toEqual(opened);
  return after.lines.map(({ chargeId }) => chargeId);
}
