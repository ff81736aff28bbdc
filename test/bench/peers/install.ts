import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { writeLoader } from './load.js';
import type { Peer } from './peer.js';

/** Says what is installed beside it. */
const INSTALLED = 'installed.json';
/** SQLite is compiled where nobody has it ready, which takes minutes. */
const INSTALL_MINUTES_MAX = 10;

/**
 * Installs a peer's packages outside of the project, or finds them there from an earlier run.
 *
 * @returns its folder; or why it does not install, in a line
 */
export async function install(peer: Peer): Promise<{ folder: string } | { reason: string }> {
  const { name, installedIn, packages, builds = [] } = peer;
  const above = process.env['PEERS_FOLDER'] ?? join(homedir(), '.cache', 'arledger-bench-peers');
  const folder = join(above, installedIn);
  const allowScripts = Object.fromEntries(builds.map((built) => [built, true]));
  const wanted = JSON.stringify({ private: true, dependencies: packages, allowScripts });
  const installed = join(folder, INSTALLED);
  if (existsSync(installed) && readFileSync(installed, 'utf8') === wanted) return { folder };
  process.stderr.write(`${name} is installed into ${folder}\n`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), wanted);
  writeLoader(folder);
  const reason = await npmInstall(folder);
  if (reason !== undefined) return { reason };
  writeFileSync(installed, wanted);
  return { folder };
}

/** @returns why it failed, if it did */
async function npmInstall(folder: string): Promise<string | undefined> {
  // In a group of its own, so that a compiler that takes too long ends with it.
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    env: process.env,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const limit = new AbortController();
  const tooLong = setTimeout(() => {
    limit.abort();
    process.kill(-npm.pid!);
  }, INSTALL_MINUTES_MAX * 60_000);
  try {
    const [said, [code, signal]] = await Promise.all([
      text(npm.stderr),
      once(npm, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    ]);
    if (code === 0) return undefined;
    if (limit.signal.aborted) return `not done within ${INSTALL_MINUTES_MAX} minutes`;
    return /^npm error .*/m.exec(said)?.[0] ?? `npm ended with ${code ?? signal}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    clearTimeout(tooLong);
  }
}
