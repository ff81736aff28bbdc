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
];

/** The lines of the table as text; what a line repeats of the one before is left out. */
export function benchTable(lines: readonly Line[]): string {
  return table(
    COLUMNS,
    lines.map((line, i) => {
      const before = lines[i - 1];
      const again = before?.row === line.row && before.work === line.work && before.unit === line.unit;
      return [
        before?.row === line.row ? '' : line.row,
        ...(again ? ['', '', '', ''] : [line.work, valueText(line.ours), line.unit, memoryText(line.ours)]),
        line.beside?.name ?? line.remark ?? '',
        valueText(line.beside),
        memoryText(line.beside),
        ratioText(line),
      ];
    }),
  );
}

/** What stands above the table. */
export function machineText(machine: Machine): string {
  const { date, cpu, cores, memoryGb, syncsPerSecond, node, sqlite, pglite, postgresql, load } = machine;
  return [
    `${date} UTC, ${cpu}, ${cores} cores, ${memoryGb} GiB, ${count(syncsPerSecond)} fsync/s, load at the start ${load.toFixed(2)}`,
    `Node ${node}, SQLite ${sqlite}, PGlite ${pglite}, PostgreSQL ${postgresql}`,
  ].join('\n');
}

/** One line on its own, for whoever watches. */
export function lineText({ row, work, unit, ours, beside, remark }: Line): string {
  const other = beside === undefined ? (remark ?? '') : `${beside.name} ${valueText(beside)}`;
  const own = ours === undefined ? '' : `${valueText(ours)} ${unit}`;
  return `${row}  ${work}: ${[own, other].filter((part) => part !== '').join('; ')}`;
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
