import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Line, RowBench } from './bench-row.js';
import { benchTable, lineText, machineText } from './bench-table.js';
import { describeMachine } from './machine.js';
import { ROWS } from './rows.js';

export interface RunOptions {
  /** Letters of rows, in the order of the table. */
  letters: readonly string[];
  isQuick: boolean;
  isLarge: boolean;
  /** Gets the machine, then each line as it is taken, one JSON object a line. */
  json?: string | undefined;
}

/**
 * Takes rows one after the other and prints their table. A row that fails is named under the table, and the rest goes on.
 *
 * @returns whether all rows were taken
 */
export async function runRows({ letters, isQuick, isLarge, json }: RunOptions): Promise<boolean> {
  // The PostgreSQL of the tests does not wait for its disk; one that figures are taken on has to.
  process.env['POSTGRES_FSYNC'] = 'on';
  const above = process.env['BENCH_FOLDER'] ?? tmpdir();
  mkdirSync(above, { recursive: true });
  const folder = mkdtempSync(join(above, 'arledger-bench-'));
  const machine = await describeMachine(folder);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(machine)}\n`);
  process.stderr.write(`${machineText(machine)}\n`);
  const lines: Line[] = [];
  const onLine = (line: Line): void => {
    lines.push(line);
    process.stderr.write(`${lineText(line)}\n`);
    if (json !== undefined) appendFileSync(json, `${JSON.stringify(line)}\n`);
  };
  const titles: string[] = [];
  const failures: string[] = [];
  try {
    for (const letter of letters) {
      try {
        const { row } = await ROWS[letter]!();
        titles.push(`${letter}  ${row.title}`);
        await using bench = new RowBench({ letter, isQuick, isLarge, folder, onLine });
        await row.run(bench);
      } catch (error) {
        failures.push(`${letter} was not taken to its end: ${(error as Error).message}`);
        process.stderr.write(`${(error as Error).stack}\n`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const size = isQuick ? '\nSmall sizes (--quick): not for comparing.' : '';
  console.log(`\n${machineText(machine)}${size}\n\n${benchTable(lines)}\n\n${titles.join('\n')}`);
  for (const failure of failures) console.log(failure);
  return failures.length === 0;
}
