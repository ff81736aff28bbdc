import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { preferred } from '../../../src/read-models/controllers/content-negotiation.js';
import { csvLine } from '../../../src/read-models/queries/csv.js';

describe('CSV', () => {
  it('parses back to what it holds', () => {
    const cells = ['plain', 'a,b', 'say "hi"', 'two\r\nlines', '-3.50', 12, true, null, undefined];
    expect(parse(csvLine(cells))).toEqual([
      ['plain', 'a,b', 'say "hi"', 'two\r\nlines', '-3.50', '12', 'true', '', ''],
    ]);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=HYPERLINK("http://x","y")'])(
    'keeps a spreadsheet from running %j',
    (text) => {
      expect(parse(csvLine([{ text }, 'x']), { relax_quotes: false })).toEqual([[`'${text}`, 'x']]);
    },
  );

  it('leaves other text and our own negative amounts as they are', () => {
    expect(csvLine([{ text: 'Charge CPT 99213 =1' }, '-3.50', { text: null }])).toBe(
      'Charge CPT 99213 =1,-3.50,\r\n',
    );
  });
});

describe('the media type of an answer', () => {
  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/csv', 'text/csv'],
    ['TEXT/CSV; charset=utf-8', 'text/csv'],
    ['text/*', 'text/csv'],
    ['application/json;q=0.5, text/csv;q=0.8', 'text/csv'],
    ['application/json, text/csv;q=0.8', 'application/json'],
    ['text/csv, */*;q=0.1', 'text/csv'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'application/json'],
    ['image/png', 'application/json'],
    ['text/csv;q=0, */*', 'application/json'],
  ])('for Accept %j is %s', (accept, expected) => {
    expect(preferred(accept, ['application/json', 'text/csv'])).toBe(expected);
  });
});
