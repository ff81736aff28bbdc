import { describe, expect, it } from '@jest/globals';
import { Random } from '../../src/generator/random.js';
import { addAmounts, isZero, negated } from '../../src/ledger/add-amounts.js';
import { money } from '../../src/ledger/money.js';

describe('adding amounts', () => {
  it('is exact whatever their length and digits, and writes as Money does', () => {
    const random = new Random(1);
    const digits = (count: number) =>
      Array.from({ length: count }, () => String(random.between(0, 9))).join('');
    for (let i = 0; i < 20_000; i += 1) {
      const draw = () => {
        const part = random.between(0, 4);
        return `${random.between(0, 1) ? '-' : ''}${digits(random.between(1, 18))}${part > 0 ? `.${digits(part)}` : ''}`;
      };
      const [a, b] = [draw(), draw()];
      expect([a, b, addAmounts(a, b)]).toEqual([a, b, money(a).plus(b).toFixed().replace(/^-0$/, '0')]);
    }
  });

  it.each([
    ['0', '0', '0'],
    ['-0', '0.000', '0'],
    ['0.1', '0.2', '0.3'],
    ['100.50', '-0.50', '100'],
    ['-3.50', '3.499', '-0.001'],
    ['999999999999.99', '0.01', '1000000000000'],
    ['-5', '0.25', '-4.75'],
  ])('%s and %s are %s', (a, b, sum) => {
    expect(addAmounts(a, b)).toBe(sum);
  });

  it('knows nothing when it sees it, and the other sign', () => {
    expect(['0', '0.00', '-0.000', '0.01', '10'].map(isZero)).toEqual([true, true, true, false, false]);
    expect(['1.50', '-1.50'].map(negated)).toEqual(['-1.50', '1.50']);
  });

  it('takes no text for a number that Money would not take', () => {
    for (const text of ['', '-', '.', 'x', '1,0', '1.2.3', '--1'])
      expect(() => addAmounts(text, '1')).toThrow();
  });
});
