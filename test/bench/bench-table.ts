import { type Column, count, table } from '../../src/command-line/table.js';
import type { Line, Taken } from './bench-row.js';
import type { Machine } from './machine.js';

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'Work' },
  { title: 'Ours', right: true },
  { title: 'Unit' },
  { title: 'Peak MiB', right: true },
  { title: 'Beside' },
  { title: 'Its', right: true },
  { title: 'Peak MiB', right: true },
  { title: 'Ours : its', right: true },
  { title: 'Takes', right: true },
];

/** The lines of the table as text. */
export function benchTable(lines: readonly Line[]): string {
  return table(COLUMNS, cellsOf(lines));
}

/** The lines of the table as Markdown. */
export function markdownTable(lines: readonly Line[]): string {
  return [
    COLUMNS.map(({ title }) => title),
    COLUMNS.map(({ right }) => (right ? '--:' : '---')),
    ...cellsOf(lines),
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** What a line repeats of the one before is left out. */
function cellsOf(lines: readonly Line[]): string[][] {
  return lines.map((line, i) => {
    const before = lines[i - 1];
    const again = before?.row === line.row && before.work === line.work && before.unit === line.unit;
    return [
      before?.row === line.row ? '' : line.row,
      ...(again ? ['', '', '', ''] : [line.work, valueText(line.ours), line.unit, memoryText(line.ours)]),
      line.beside?.name ?? line.remark ?? '',
      valueText(line.beside),
      memoryText(line.beside),
      ratioText(line),
      line.ours?.takes?.toString() ?? '',
    ];
  });
}

/** What stands above the table, as lines. */
export function machineLines(machine: Machine): string[] {
  const { date, cpu, cores, memoryGb, syncsPerSecond, node, sqlite, pglite, postgresql, load } = machine;
  return [
    `${date} UTC, ${cpu}, ${cores} cores, ${memoryGb} GiB, ${count(syncsPerSecond)} fsync/s, load at the start ${load.toFixed(2)}`,
    `Node ${node}, SQLite ${sqlite}, PGlite ${pglite}, PostgreSQL ${postgresql}`,
  ];
}

/** One line on its own, for whoever watches: in columns as far as nothing is longer than usual. */
export function lineText(line: Line): string {
  const { row, work, unit, ours, beside, remark } = line;
  const own = ours === undefined ? '' : `${valueText(ours)} ${unit}`;
  const other = beside === undefined ? (remark ?? '') : `${beside.name}  ${valueText(beside)}`;
  const ratio = ratioText(line);
  return [row, work.padEnd(62), own.padStart(15), other, ratio && `ratio ${ratio}`]
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

/** Three digits at least: 0.123, 12.3, 1,234. */
function valueText(taken: Taken | undefined): string {
  if (taken === undefined) return '';
  const { value } = taken;
  if (value >= 100) return count(Math.round(value));
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

function memoryText(taken: Taken | undefined): string {
  return taken?.peakMb === undefined ? '' : count(Math.round(taken.peakMb));
}

function ratioText({ ours, beside }: Line): string {
  if (ours === undefined || beside === undefined) return '';
  return (ours.value / beside.value).toFixed(2);
}
