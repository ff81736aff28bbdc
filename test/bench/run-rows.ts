import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newDatabase, noPostgres } from '../support/database-server.js';
import { type Line, RowBench, timed } from './bench-row.js';
import { benchTable, lineText, machineLines, markdownTable } from './bench-table.js';
import { describeMachine } from './machine.js';
import { ROWS } from './rows.js';

export interface RunOptions {
  /** What was typed to take the table, without what only says how it is printed. */
  command: string;
  /** Letters of rows, in the order of the table. */
  letters: readonly string[];
  isQuick: boolean;
  isLarge: boolean;
  /** Whether the table is printed as Markdown. */
  isMarkdown: boolean;
  /** Gets the machine, then each line as it is taken, one JSON object a line. */
  json?: string | undefined;
}

/**
 * Takes rows one after the other. Every line is told on standard error as soon as it is known; the whole table goes to
 * standard output at the end. A row that fails is named under the table, and the rest goes on.
 *
 * @returns whether all rows were taken
 */
export async function runRows(options: RunOptions): Promise<boolean> {
  const { letters, isQuick, isLarge, json } = options;
  // The PostgreSQL of the tests does not wait for its disk; one that figures are taken on has to.
  process.env['POSTGRES_FSYNC'] = 'on';
  const above = process.env['BENCH_FOLDER'] ?? tmpdir();
  mkdirSync(above, { recursive: true });
  const folder = mkdtempSync(join(above, 'arledger-bench-'));
  const machine = await describeMachine(folder);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(machine)}\n`);
  tell(machineLines(machine).join('\n'));
  const lines: Line[] = [];
  const onLine = (line: Line): void => {
    lines.push(line);
    tell(lineText(line));
    if (json !== undefined) appendFileSync(json, `${JSON.stringify(line)}\n`);
  };
  const newPostgres = noPostgres() === undefined ? newDatabase : undefined;
  const titles: string[] = [];
  const failures: string[] = [];
  try {
    for (const letter of letters) {
      const { minutes, load } = ROWS[letter]!;
      try {
        const { row } = await load();
        tell(`\n${letter}  ${row.title}${isQuick ? '' : `; some ${minutes} min`}`);
        await using bench = new RowBench({
          ...{ letter, isQuick, isLarge, folder, newPostgres, onLine },
          onMeasure: (name) => tellNow(`${letter}  … ${name}`),
        });
        const { seconds } = await timed(() => row.run(bench));
        titles.push(`${letter}  ${row.title} (${durationText(seconds)})`);
        tell(`${letter}  took ${durationText(seconds)}`);
      } catch (error) {
        failures.push(`${letter} was not taken to its end: ${(error as Error).message}`);
        tell((error as Error).stack!);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const size = isQuick ? ['Small sizes (--quick): not for comparing.'] : [];
  const head = [...machineLines(machine), ...size, `To repeat it: ${options.command}`];
  const foot = [...titles, ...failures];
  console.log(
    options.isMarkdown
      ? [head.join('  \n'), markdownTable(lines), foot.map((line) => `- ${line}`).join('\n')].join('\n\n')
      : `\n${head.join('\n')}\n\n${benchTable(lines)}\n\n${foot.join('\n')}`,
  );
  return failures.length === 0;
}

/** A line that stays, in place of the one that says what goes on. */
function tell(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? ERASE : ''}${text}\n`);
}

/** What goes on, where somebody watches: the next line takes its place. */
function tellNow(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`${ERASE}${text}`);
}

const ERASE = '\r\u001b[K';

function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
