import { describe, expect, it } from '@jest/globals';
import { type Line, RowBench } from './bench-row.js';

function benchInto(lines: Line[]): RowBench<Record<string, never>> {
  return new RowBench({
    ...{ letter: 'p', isQuick: false, isLarge: false, folder: '/nowhere' },
    onLine: (line) => lines.push(line),
    onMeasure: () => undefined,
  });
}

const take = (value: number) => () => Promise.resolve({ value });

describe('A row of the bench', () => {
  it('names a peer that fails with its reason, and holds ours against the others', async () => {
    const lines: Line[] = [];
    await benchInto(lines).compare(
      ...(['appends', '/s', take(20)] as const),
      { name: 'broken', take: () => Promise.reject(new Error('it lost its disk')) },
      { name: 'whole', take: take(10) },
    );
    const line = { row: 'p', work: 'appends', unit: '/s', ours: { value: 20, takes: 3 } };
    expect(lines).toEqual([
      { ...line, remark: 'broken: it lost its disk' },
      { ...line, beside: { name: 'whole', value: 10, takes: 3 } },
    ]);
  });
});
