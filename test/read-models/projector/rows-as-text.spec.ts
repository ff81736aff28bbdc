import { describe, expect, test } from '@jest/globals';
import type { Change, Projection, Table } from '../../../projections/projection.js';
import type { RecordedEvent } from '../../../src/ledger/recorded-event.js';
import { BatchFold } from '../../../src/read-models/projector/fold-batch.js';
import { rowsAsText } from '../../../src/read-models/projector/rows-as-text.js';

const lines: Table = {
  name: 'lines',
  key: ['account', 'no'],
  appendOnly: true,
  columns: { no: 'bigint', sum: 'numeric', account: 'text', note: 'text', done: 'boolean' },
};
const totals: Table = {
  name: 'totals',
  key: ['account', 'party'],
  columns: { account: 'text', party: 'text', note: 'text', amount: 'numeric', paid: 'numeric', seen: 'date' },
};

/** The text of a batch of which each event has these changes. */
function textOf(...events: Change[][]) {
  const changes = [...events];
  const projection: Projection = {
    name: 'some',
    version: 1,
    tables: [lines, totals],
    changesOf: () => changes.shift()!,
  };
  const fold = new BatchFold([projection]);
  const event = { type: 'NoteRecorded', data: {} } as RecordedEvent['event'];
  for (let i = 0; i < events.length; i += 1) {
    fold.add({ accountId: 'A', event, revision: i, position: String(i), recordedAt: '' });
  }
  return rowsAsText(fold.folded()).get('some')!;
}

const line = (no: number, set: Change['set'], amount?: string): Change => ({
  table: 'lines',
  key: { no, account: 'A' },
  ...(set && { set }),
  ...(amount === undefined ? {} : { running: { column: 'sum', amount } }),
});
const total = (party: string, rest: Omit<Change, 'table' | 'key'>): Change => ({
  table: 'totals',
  key: { party, account: 'A' },
  ...rest,
});

describe('rows that are only ever added', () => {
  test('are lines of a COPY by the key, then the other columns as the table has them, whatever the order of cells', () => {
    const { added } = textOf([line(1, { done: true, note: 'a' })], [line(2, { note: null, sum: '5' })]);
    expect(added.map(({ columns, lines }) => ({ columns, lines }))).toEqual([
      {
        columns: ['account', 'no', 'sum', 'note', 'done'],
        lines: ['A\t1\t\\N\ta\ttrue', 'A\t2\t5\t\\N\t\\N'],
      },
    ]);
  });

  test('have what would end a cell or a line escaped', () => {
    const { added } = textOf([line(1, { note: 'a\tb\nc\rd\\N' })], [line(2, { note: '\\N' })]);
    expect(added[0]?.lines).toEqual(['A\t1\t\\N\ta\\tb\\nc\\rd\\\\N\t\\N', 'A\t2\t\\N\t\\\\N\t\\N']);
  });

  test('lack a running sum, which comes last, and say what adds to it', () => {
    const { added } = textOf([line(1, { note: 'a' }, '5')], [line(2, undefined, '-2.5')]);
    expect(added[0]?.columns).toEqual(['account', 'no', 'note', 'done', 'sum']);
    expect(added[0]?.lines).toEqual(['A\t1\ta\t\\N', 'A\t2\t\\N\t\\N']);
    expect(added[0]?.running).toEqual({
      column: 'sum',
      of: [
        { partition: 'A', amount: '5' },
        { partition: 'A', amount: '-2.5' },
      ],
    });
  });
});

describe('rows that are made or changed', () => {
  test('are drawn together by their key: the last value, the sum, the greatest', () => {
    const { changed } = textOf(
      [total('p', { set: { note: 'a' }, add: { amount: '0.10' }, max: { seen: '2026-02-01' } })],
      [total('p', { set: { note: 'b"\\' }, add: { amount: '0.2' }, max: { seen: '2026-01-01' } })],
      [total('p', { max: { seen: null } })],
    );
    expect(changed.map(({ columns }) => columns)).toEqual([
      [
        { name: 'account', how: 'key', cells: '{"A"}' },
        { name: 'party', how: 'key', cells: '{"p"}' },
        { name: 'note', how: 'set', cells: '{"b\\"\\\\"}' },
        { name: 'amount', how: 'add', cells: '{"0.3"}' },
        { name: 'seen', how: 'max', cells: '{"2026-02-01"}' },
      ],
    ]);
  });

  test('take part in a change only by the columns that it names', () => {
    const { changed } = textOf([
      total('p', { add: { amount: '1', paid: '2' } }),
      total('q', { set: { note: null } }),
      total('r', { add: { paid: '3', amount: '4' } }),
      total('q', { add: { amount: '5' } }),
    ]);
    expect(changed.map(({ columns }) => columns.map(({ name, how, cells }) => [name, how, cells]))).toEqual([
      [
        ['account', 'key', '{"A","A"}'],
        ['party', 'key', '{"p","r"}'],
        ['amount', 'add', '{"1","4"}'],
        ['paid', 'add', '{"2","3"}'],
      ],
      [
        ['account', 'key', '{"A"}'],
        ['party', 'key', '{"q"}'],
        ['note', 'set', '{NULL}'],
        ['amount', 'add', '{"5"}'],
      ],
    ]);
  });
});
