import { describe, expect, it, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Total, centsFault, centsOf, dollars } from '../../src/remittances/remittance-advice/cents.js';
import { simulation } from '../support/ledger-histories.js';

describe('an amount of X12', () => {
  test.each([
    ['100', 10000],
    ['.5', 50],
    ['5.', 500],
    ['-0', 0],
    ['-.01', -1],
    ['00012.30', 1230],
    ['12.3000', 1230],
    ['000000000000000', 0],
    ['999999999999.99', 99_999_999_999_999],
    ['-999999999999.99', -99_999_999_999_999],
  ])('%s is read', (text, cents) => {
    expect(centsOf(text)).toBe(cents);
    expect(Object.is(centsOf(text), -0)).toBe(false);
  });

  test.each([
    ['', 'missing'],
    ['1.005', 'finer_than_cents'],
    ['-0.0001', 'finer_than_cents'],
    ['1000000000000', 'too_large'],
    ['1'.repeat(400), 'too_large'],
    ['1,000.00', 'unreadable'],
    ['+5', 'unreadable'],
    ['5-', 'unreadable'],
    ['1e3', 'unreadable'],
    ['1.2.3', 'unreadable'],
    ['.', 'unreadable'],
    ['-', 'unreadable'],
    ['-.', 'unreadable'],
    ['١', 'unreadable'],
    ['NaN', 'unreadable'],
    ['1 0', 'unreadable'],
  ])('%s is not: %s', (text, fault) => {
    expect([centsOf(text), centsFault(text)]).toEqual([undefined, fault]);
  });

  it('is written as it is sent, and read back', () => {
    const amounts = fc.integer({ min: -(10 ** 14) + 1, max: 10 ** 14 - 1 });
    fc.assert(
      fc.property(amounts, (cents) => {
        expect(centsOf(dollars(cents))).toBe(cents);
      }),
      simulation(),
    );
    expect([dollars(0), dollars(-1), dollars(5), dollars(-12345n)]).toEqual([
      '0.00',
      '-0.01',
      '0.05',
      '-123.45',
    ]);
  });

  it('sums exactly, beyond what numbers can hold', () => {
    const total = new Total();
    for (let i = 0; i < 1000; i += 1) total.add(99_999_999_999_999);
    total.add(-1);
    expect(total.cents).toBe(99_999_999_999_998_999n);
    for (let i = 0; i < 2000; i += 1) total.add(-99_999_999_999_999);
    expect(dollars(total.cents)).toBe('-999999999999990.01');
  });
});
