import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { ExportFormat } from '../../../src/export/export-journal.js';
import { peakMbOf } from '../peak-memory.js';

/** A program of plain-text accounting, and how it is asked what every account owes. */
export interface PlainTextTool {
  name: string;
  format: Exclude<ExportFormat, 'csv'>;
  /** @param before the first day that does not count; left out, all days do */
  command(file: string, before?: string): [program: string, ...args: string[]];
}

export const PLAIN_TEXT_TOOLS: readonly PlainTextTool[] = [
  {
    name: 'ledger',
    format: 'ledger',
    command: (file, before) => ['ledger', '-f', file, ...endOf('-e', before), 'balance', 'Receivable'],
  },
  {
    name: 'hledger',
    format: 'hledger',
    command: (file, before) => ['hledger', '-f', file, 'balance', ...endOf('-e', before), 'Receivable'],
  },
  {
    name: 'beancount',
    format: 'beancount',
    command: (file, before) => [
      'bean-query',
      file,
      `select account, sum(position) ${before === undefined ? '' : `from close on ${before}`}
        where account ~ 'Receivable' group by account`,
    ],
  },
];

function endOf(flag: string, before: string | undefined): string[] {
  return before === undefined ? [] : [flag, before];
}

/** Whether a program is on the path. */
export function isInstalled({ command }: PlainTextTool): boolean {
  const [program] = command('');
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** What is longer is given up. */
export const TOOL_SECONDS_MAX = 120;

/**
 * Runs a tool on a journal.
 *
 * @param before as in {@link PlainTextTool.command}
 * @returns how long it took, and the most memory it had resident, where the system tells that (Linux); undefined when it
 *   was not done within {@link TOOL_SECONDS_MAX}
 * @throws when it refuses the journal
 */
export async function runTool(
  tool: PlainTextTool,
  file: string,
  before?: string,
): Promise<{ ms: number; peakMb?: number } | undefined> {
  const [program, ...args] = tool.command(file, before);
  const start = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    // Else beancount keeps what it has read, and reads nothing the second time.
    env: { ...process.env, BEANCOUNT_DISABLE_LOAD_CACHE: '1' },
    timeout: TOOL_SECONDS_MAX * 1000,
    killSignal: 'SIGKILL',
  });
  let peakMb: number | undefined;
  const looking = setInterval(() => (peakMb = peakMbOf(child.pid!) ?? peakMb), 20);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  clearInterval(looking);
  if (child.killed) return undefined;
  if (code !== 0) throw new Error(`${tool.name} ended with ${code ?? signal}`);
  return { ms: performance.now() - start, ...(peakMb !== undefined && { peakMb }) };
}
