import { describe, expect, it } from '@jest/globals';
import type { Line } from './bench-row.js';
import { benchTable, lineText, markdownTable } from './bench-table.js';

const LINES: readonly Line[] = [
  {
    row: 'a',
    work: 'commands, 32 at once',
    unit: '/s',
    ours: { value: 31_800.4, peakMb: 201.6, takes: 3 },
    beside: { name: 'SQLite', value: 99_500, peakMb: 60, takes: 3 },
  },
  {
    row: 'a',
    work: 'commands, 32 at once',
    unit: '/s',
    ours: { value: 31_800.4, peakMb: 201.6, takes: 3 },
    beside: { name: 'the log alone', value: 63_600.8, takes: 3 },
  },
  { row: 'p', work: 'hledger', unit: '', remark: 'is not on this machine' },
];

describe('The table of speeds', () => {
  it('names ours once beside several others', () => {
    expect(markdownTable(LINES).split('\n')).toEqual([
      '|  | Work | Ours | Unit | Peak MiB | Beside | Its | Peak MiB | Ours : its | Takes |',
      '| --- | --- | --: | --- | --: | --- | --: | --: | --: | --: |',
      '| a | commands, 32 at once | 31,800 | /s | 202 | SQLite | 99,500 | 60 | 0.32 | 3 |',
      '|  |  |  |  |  | the log alone | 63,601 |  | 0.50 | 3 |',
      '| p | hledger |  |  |  | is not on this machine |  |  |  |  |',
    ]);
  });

  it('says the same as text', () => {
    const cells = benchTable(LINES)
      .split('\n')
      .slice(2)
      .map((line) => line.trim().split(/ {2,}/));
    expect(cells).toEqual([
      ['a', 'commands, 32 at once', '31,800', '/s', '202', 'SQLite', '99,500', '60', '0.32', '3'],
      ['the log alone', '63,601', '0.50', '3'],
      ['p', 'hledger', 'is not on this machine'],
    ]);
  });

  it('tells a line alone with all that it is of', () => {
    expect(lineText(LINES[1]!).split(/ {2,}/)).toEqual([
      'a',
      'commands, 32 at once',
      '31,800 /s',
      'the log alone',
      '63,601',
      'ratio 0.50',
    ]);
  });
});
