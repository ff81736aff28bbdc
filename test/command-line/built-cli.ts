import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that imports of packages are found from there too. */
const CACHE = join(ROOT, 'node_modules/.cache/arledger-cli');

/**
 * The real command line, compiled from the sources as they are now: the folder is named by their content, so that a
 * test never runs stale code, and what several test files ask for is compiled once.
 */
export function builtCli(): string {
  const sources = [
    ...globSync('src/**/*.ts', { cwd: ROOT }),
    ...globSync('projections/**/*.ts', { cwd: ROOT }),
  ].sort();
  const hash = createHash('sha256');
  for (const source of sources) hash.update(source).update(readFileSync(join(ROOT, source)));
  const folder = join(CACHE, hash.digest('hex').slice(0, 16));
  const cli = join(folder, 'src/cli.js');
  if (existsSync(cli)) return cli;

  removeOldBuilds();
  const draft = `${folder}.${process.pid}`;
  for (const source of sources) {
    const { code } = transformSync(readFileSync(join(ROOT, source), 'utf8'), {
      filename: source,
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
      },
      module: { type: 'es6' },
    });
    const out = join(draft, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, code);
  }
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another test file was faster; what it compiled is the same.
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(cli)) throw error;
  }
  return cli;
}

/** What was compiled of other sources is of no use; a run that goes on beside this one may still want its own. */
function removeOldBuilds(): void {
  const anHourAgo = Date.now() - 3_600_000;
  for (const old of globSync('*', { cwd: CACHE })) {
    const path = join(CACHE, old);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < anHourAgo) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

export interface CliResult {
  code: number | null;
  /** What ended it, where it did not end by itself. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: Record<string, string>;
  input?: string;
  /** Where it runs. */
  cwd?: string;
  /** Another Node than the one the tests run on. */
  node?: string;
  /** Sees the process as soon as it runs. */
  onStart?: (child: ReturnType<typeof spawn>) => void;
}

/** Runs the command line as a process of its own. */
export function arledger(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { DATABASE_URL: _, EVENTSTORE_URL: __, LOG_LEVEL: ___, ARLEDGER_DATA: ____, ...env } = process.env;
  const child = spawn(options.node ?? process.execPath, [builtCli(), ...args], {
    env: { ...env, ...options.env },
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  options.onStart?.(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined); // It may end before it has read everything.
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
