import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The first version that has `node:sqlite` without a flag. */
const NODE_NEEDED = [22, 13] as const;

/** Whether this Node can run everything. */
export function thisNodeWillDo(version = process.versions.node): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
}

/** Starts the same command line on the Node that the npm package `node` holds, and ends as that one ends. */
export function runOnPinnedNode(args: readonly string[]): void {
  const node = pinnedNode();
  if (node === undefined) {
    process.stderr.write(
      `arledger: node_too_old: this is Node ${process.versions.node}; run "npm ci", which brings Node 24 along, or start it with Node ${NODE_NEEDED.join('.')} or newer\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, args, { stdio: 'inherit' });
  // On a terminal Ctrl-C reaches the child by itself; sent twice it would mean "at once".
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    process.stderr.write(`arledger: node_not_started: ${node}: ${error.message}; run "npm ci" again\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}

/** The binary of the npm package `node`, in the nearest `node_modules` above this file. */
function pinnedNode(): string | undefined {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const found = [join('.bin', name), join('node', 'bin', name)]
      .map((path) => join(folder, 'node_modules', path))
      .find((path) => existsSync(path));
    if (found !== undefined || folder === dirname(folder)) return found;
  }
}
