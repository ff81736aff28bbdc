import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of this folder that runs as a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  /** What it prints, line by line. */
  readonly lines: AsyncIterableIterator<string>;
  /** Resolves when it has ended and all it printed has arrived; with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface ChildOptions {
  /** What the program is started by, e.g. `['unshare', '--mount']`. */
  through?: readonly string[];
}

/**
 * Starts a TypeScript program from its source, so that a test never runs a stale build: Node leaves the types out, and
 * `event-store-imports.ts` lets `.js` imports find their sources.
 */
export function startChild(
  program: string,
  args: readonly string[],
  { through = [] }: ChildOptions = {},
): Child {
  const [command = process.execPath, ...rest] = [
    ...through,
    process.execPath,
    '--experimental-transform-types',
    '--disable-warning=ExperimentalWarning',
    '--import',
    new URL('event-store-imports.ts', import.meta.url).href,
    fileURLToPath(new URL(program, import.meta.url)),
    ...args,
  ];
  const child = spawn(command, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    process: child,
    lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](),
    ended: once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals),
  };
}
