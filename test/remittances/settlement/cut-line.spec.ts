import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { centsOf, dollars } from '../../../src/remittances/remittance-advice/cents.js';
import { cutLine, joinLines } from '../../../src/remittances/settlement/cut-line.js';
import { adjustmentsOf, stated, total, unexplained } from './stated-claims.js';

describe('a line that covers several charges', () => {
  it('is cut so that what one payer leaves over falls to the charges that the next one pays', () => {
    const [primary] = stated('CLP*C*1*200*80', 'SVC*HC:1*200*80**2', 'CAS*PR*2*40', 'CAS*CO*45*80').lines;
    const [secondary] = stated('CLP*C*2*200*30', 'SVC*HC:1*200*30', 'CAS*PR*2*10', 'CAS*OA*23*160').lines;
    const first = cutLine(primary!, [10000, 10000]);
    expect(first.map((line) => [line.charge, line.paid, adjustmentsOf(line), line.units])).toEqual([
      ['100.00', '20.00', ['CO-45 80.00'], '2'],
      ['100.00', '60.00', ['PR-2 40.00'], undefined],
    ]);
    expect(cutLine(secondary!, [10000, 10000]).map((line) => [line.paid, adjustmentsOf(line)])).toEqual([
      ['0.00', ['OA-23 100.00']],
      ['30.00', ['OA-23 60.00', 'PR-2 10.00']],
    ]);
  });

  it('keeps what is negative on the first, and what is too much on the last', () => {
    const [line] = stated('CLP*C*1*100*109', 'SVC*HC:1*100*109', 'CAS*OA*94*-9').lines;
    expect(cutLine(line!, [4000, 6000]).map(({ paid }) => paid)).toEqual(['49.00', '60.00']);
    const [off] = stated('CLP*C*1*100*130', 'SVC*HC:1*100*130').lines;
    expect(cutLine(off!, [4000, 6000]).map(({ paid }) => paid)).toEqual(['40.00', '90.00']);
  });

  it('is itself when there is one charge', () => {
    const [line] = stated('CLP*C*1*100*100', 'SVC*HC:1*100*100').lines;
    expect(cutLine(line!, [7000])).toEqual([line]);
  });

  it('gives lines that add up to it and balance, whatever it is', () => {
    const adjustment = fc.record({
      group: fc.constantFrom('CO', 'PR', 'OA'),
      reason: fc.constantFrom('45', '23', '1'),
      amount: fc.integer({ min: -3000, max: 9000 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 5 }),
        fc.array(adjustment, { maxLength: 5 }),
        fc.constantFrom(1, -1),
        (charges, adjustments, sign) => {
          const charged = charges.reduce((a, b) => a + b, 0);
          const paid = adjustments.reduce((left, { amount }) => left - amount, charged);
          const [line] = stated(
            `CLP*C*1*${dollars(sign * charged)}*${dollars(sign * paid)}`,
            `SVC*HC:1*${dollars(sign * charged)}*${dollars(sign * paid)}`,
            ...adjustments.map((a) => `CAS*${a.group}*${a.reason}*${dollars(sign * a.amount)}`),
          ).lines;
          const cut = cutLine(line!, charges);
          expect(cut.map(unexplained)).toEqual(charges.map(() => 0));
          expect(cut.map(({ charge }) => charge)).toEqual(charges.map((amount) => dollars(sign * amount)));
          expect(total(cut, 'paid')).toBe(sign * paid);
          for (const { group, reason } of adjustments) {
            const sum = (lines: typeof cut) =>
              lines
                .flatMap((part) => part.adjustments)
                .filter((a) => a.group === group && a.reason === reason)
                .reduce((all, { amount }) => all + centsOf(amount)!, 0);
            expect(sum(cut)).toBe(sum([line!]));
            expect(sum(joinLines(cut))).toBe(sum([line!]));
          }
          const other = { ...line!, line: 2 };
          const joined = joinLines([...cut, other]);
          expect(joined).toHaveLength(2);
          expect(joined[0]).toMatchObject({ line: 1, charge: line!.charge, paid: line!.paid });
          expect(joined[1]).toEqual(other);
        },
      ),
      { numRuns: 500 },
    );
  });
});
