import Table from 'cli-table3';
import { styled } from './terminal.js';

export interface Column {
  title: string;
  /** Amounts and counts stand right. */
  right?: boolean;
}

const PLAIN = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** An aligned table, its head underlined; plain text where no terminal reads it. Totals stand under a line of their own. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  totals: readonly (readonly string[])[] = [],
): string {
  const all = [...rows, ...totals];
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, ...all.map((row) => row[i]?.length ?? 0)),
  );
  const rule = widths.map((width) => styled('dim', '─'.repeat(width)));
  const drawn = new Table({
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
  });
  drawn.push(
    columns.map(({ title }) => styled('bold', title)),
    rule,
    ...rows.map((row) => [...row]),
    ...(rows.length > 0 && totals.length > 0 ? [rule] : []),
    ...totals.map((row) => row.map((cell) => styled('bold', cell))),
  );
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** An amount as people read it: `1,234,567.50`; zeros as a dash where a table has many of them. */
export function readable(amount: string, zeroAsDash = false): string {
  if (zeroAsDash && /^-?[0.]+$/.test(amount)) return '-';
  const [whole = '', fraction] = amount.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A count with thousands apart. */
export function count(number: number): string {
  return readable(String(number));
}
