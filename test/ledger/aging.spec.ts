import { describe, expect, test } from '@jest/globals';
import { DEFAULT_BUCKETS, bucketLabels, parseBuckets } from '../../src/ledger/aging.js';
import { bucketIndex } from '../support/ledger-buckets.js';

describe('aging buckets', () => {
  test('are named by their days', () => {
    expect(bucketLabels(DEFAULT_BUCKETS)).toEqual(['0-30', '31-60', '61-90', '91-120', '121+']);
    expect(bucketLabels([1, 2])).toEqual(['0-1', '2-2', '3+']);
  });

  test('end with their bound: day 90 of a 61-90 bucket is in it', () => {
    const bucketOf = (age: number) => bucketLabels(DEFAULT_BUCKETS)[bucketIndex(DEFAULT_BUCKETS, age)];
    expect([0, 30, 31, 60, 61, 90, 91, 120, 121, 9999].map(bucketOf)).toEqual([
      '0-30',
      '0-30',
      '31-60',
      '31-60',
      '61-90',
      '61-90',
      '91-120',
      '91-120',
      '121+',
      '121+',
    ]);
  });

  test('hold nothing that is not yet due', () => {
    expect(bucketIndex(DEFAULT_BUCKETS, -1)).toBe(-1);
  });

  test('are read from their bounds', () => {
    expect(parseBuckets('30,60,90,120')).toEqual({ bounds: [30, 60, 90, 120] });
    expect(parseBuckets('45')).toEqual({ bounds: [45] });
  });

  test.each([
    '',
    '0,30',
    '-30',
    '30,',
    ',30',
    '30, 60',
    '30;60',
    '1e2',
    '3.5',
    '030',
    'thirty',
    '109999999',
    '１0',
  ])('are not read from %j', (text) => {
    expect(parseBuckets(text)).toEqual({
      fault: 'must be whole numbers of days from 1 to 109999, such as "30,60,90,120"',
    });
  });

  test.each(['30,30', '60,30', '30,60,59'])('must be strictly rising, as %j is not', (text) => {
    expect(parseBuckets(text)).toEqual({ fault: 'must be strictly rising' });
  });

  test('are not without number', () => {
    const bounds = Array.from({ length: 25 }, (_, i) => i + 1);
    expect(parseBuckets(bounds.join(','))).toEqual({ fault: 'must be at most 24 bounds' });
    expect(parseBuckets(bounds.slice(1).join(','))).toEqual({ bounds: bounds.slice(1) });
  });
});
