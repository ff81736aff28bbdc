import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { isCurrency, minorDigitsOf } from '../../src/ledger/currency.js';
import { Money, ZERO, amountFault, formatMoney, money, sumOf } from '../../src/ledger/money.js';
import { simulation } from '../support/ledger-histories.js';

describe('an amount in a request', () => {
  test.each([
    ['USD', '125.00'],
    ['USD', '0.01'],
    ['USD', '999999999999.99'],
    ['JPY', '125'],
    ['JPY', '1'],
    ['JPY', '999999999999'],
    ['KWD', '125.000'],
    ['KWD', '0.001'],
    ['KWD', '999999999999.999'],
  ])('in %s may be "%s", and is written as it was read', (currency, text) => {
    expect(amountFault(text, currency)).toBeUndefined();
    expect(formatMoney(money(text), currency)).toBe(text);
  });

  test.each([
    ['USD', ['125', '125.', '125.0', '125.000', '.50', '1000000000000.00']],
    ['JPY', ['125.0', '125.', '1000000000000']],
    ['KWD', ['125.00', '125.0000', '125', '1000000000000.000']],
    ['USD', ['', ' ', '-1.00', '+1.00', '1e3', '1.0e2', 'NaN', 'Infinity', '0x10.00', '1,000.00', '1_0.00']],
    ['USD', [' 1.00', '1.00 ', '1.00\n', '１.00', '٣.00', '1.00\u0000', '--1.00', '1.0.0']],
  ])('in %s may not be any of %j', (currency, texts) => {
    for (const text of texts) expect([text, amountFault(text, currency)]).toEqual([text, expect.any(String)]);
  });

  test('has one way to be written: no zeros that mean nothing', () => {
    expect(amountFault('007.00', 'USD')).toBe('must not start with a zero that means nothing');
    expect(amountFault('00', 'JPY', true)).toBe('must not start with a zero that means nothing');
  });

  test('is more than zero, but for a charge', () => {
    for (const [currency, nothing] of [
      ['USD', '0.00'],
      ['JPY', '0'],
      ['KWD', '0.000'],
    ] as const) {
      expect(amountFault(nothing, currency)).toBe('must be more than zero');
      expect(amountFault(nothing, currency, true)).toBeUndefined();
    }
  });

  test('says what it must look like in its currency', () => {
    expect(amountFault('1', 'KWD')).toBe(
      'must be a decimal string such as "125.000": at most 12 digits, then exactly 3 for KWD',
    );
    expect(amountFault('1.0', 'JPY')).toBe(
      'must be a decimal string such as "125": at most 12 digits, then exactly 0 for JPY',
    );
  });
});

describe('money', () => {
  test('is written with the digits of its currency, negative in answers, never as minus nothing', () => {
    expect(formatMoney(money('-3.5'), 'USD')).toBe('-3.50');
    expect(formatMoney(money('-3'), 'JPY')).toBe('-3');
    expect(formatMoney(ZERO.minus('0.001'), 'KWD')).toBe('-0.001');
    expect(formatMoney(money('1').minus('1').negated(), 'USD')).toBe('0.00');
    expect(formatMoney(new Money('-0'), 'JPY')).toBe('0');
  });

  test('sums exactly: millions of the largest entries, and cents that binary numbers cannot hold', () => {
    expect(sumOf([money('0.1'), money('0.2')]).equals('0.3')).toBe(true);
    const largest = money('999999999999.99');
    expect(formatMoney(largest.times(10_000_000).plus('0.01'), 'USD')).toBe('9999999999999900000.01');
    expect(sumOf([]).toFixed()).toBe('0');
  });

  test('sums as whole cents do, in whatever order', () => {
    const cents = fc.array(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), { maxLength: 50 });
    fc.assert(
      fc.property(cents, (units) => {
        const amounts = units.map((u) => money(u.toString()).dividedBy(100));
        const total = units.reduce((sum, u) => sum + u, 0n);
        expect(sumOf(amounts).times(100).toFixed()).toBe(total.toString());
        expect(sumOf(amounts.toReversed()).equals(sumOf(amounts))).toBe(true);
      }),
      simulation(),
    );
  });
});

describe('currencies', () => {
  test('have the minor digits that ISO 4217 gives them', () => {
    expect(['USD', 'EUR', 'JPY', 'KRW', 'ISK', 'KWD', 'BHD', 'HUF'].map(minorDigitsOf)).toEqual([
      2, 2, 0, 0, 0, 3, 3, 2,
    ]);
  });

  test('are active ones, in capitals', () => {
    expect(['USD', 'usd', 'DEM', 'XXX', 'XAU', '', 'US', '__proto__'].filter(isCurrency)).toEqual(['USD']);
    expect(() => minorDigitsOf('DEM')).toThrow(new RangeError('not an ISO 4217 currency: DEM'));
  });
});
