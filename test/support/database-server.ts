import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/*
 * A throwaway PostgreSQL for a test run: started by the first spec that asks, shared by all workers, stopped by a
 * watcher when the run has ended, however it ended. It does not wait for its disk unless POSTGRES_FSYNC is `on`.
 * DATABASE_URL_TEST names another server to use instead.
 */

const START_TIMEOUT_MS = 60_000;

/** Why there is no PostgreSQL to test on; undefined where there is one. */
export function noPostgres(): string | undefined {
  if (process.env['DATABASE_URL_TEST']) return undefined;
  if (!binaries()) return 'no PostgreSQL on this machine: install one, or set DATABASE_URL_TEST';
  if (process.getuid?.() === 0 && !/^postgres:/m.test(readFileSync('/etc/passwd', 'utf8'))) {
    return 'PostgreSQL does not run as root, and there is no user postgres: set DATABASE_URL_TEST';
  }
  return undefined;
}

function binaries(): string | undefined {
  return globSync('/usr/{lib/postgresql/*,pgsql-*,local/pgsql,local}/bin/initdb')
    .sort()
    .at(-1)
    ?.replace(/\/initdb$/, '');
}

/** URL of the server, to a database that is there. */
export async function serverUrl(): Promise<string> {
  const given = process.env['DATABASE_URL_TEST'];
  if (given) return given;
  const folder = join(tmpdir(), `arledger-postgres-${runPid()}`);
  const ready = join(folder, 'url');
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const until = Date.now() + START_TIMEOUT_MS;
    while (Date.now() < until) {
      if (existsSync(ready)) return readFileSync(ready, 'utf8');
      await delay(50);
    }
    throw new Error(`no PostgreSQL came up in ${folder}`, { cause: error });
  }
  const url = await startServer(folder);
  writeFileSync(`${ready}.new`, url);
  renameSync(`${ready}.new`, ready);
  return url;
}

/** The process that all workers of this run belong to. */
function runPid(): number {
  return typeof process.send === 'function' ? process.ppid : process.pid;
}

async function startServer(folder: string): Promise<string> {
  const data = join(folder, 'data');
  const asPostgres = userToRunAs();
  mkdirSync(data);
  if (asPostgres) {
    chownSync(folder, asPostgres.uid, asPostgres.gid);
    chownSync(data, asPostgres.uid, asPostgres.gid);
  }
  const run = (program: string, args: string[]): [string, string[]] =>
    asPostgres
      ? [
          'setpriv',
          ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(binaries()!, program), ...args],
        ]
      : [join(binaries()!, program), args];
  const [initdb, initdbArgs] = run('initdb', [
    '-D',
    data,
    '-A',
    'trust',
    '-U',
    'postgres',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  execFileSync(initdb, initdbArgs, { stdio: 'pipe', cwd: folder });
  const port = await freePort();
  const [postgres, postgresArgs] = run('postgres', [
    ...['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder],
    ...['-c', `fsync=${process.env['POSTGRES_FSYNC'] ?? 'off'}`],
    ...['-c', 'max_connections=200', '-c', 'timezone=Asia/Tokyo'],
  ]);
  const server = spawn(postgres, postgresArgs, { stdio: 'ignore', detached: true, cwd: folder });
  server.unref();
  stopAfterTheRun(server, folder);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await answers(url);
  return url;
}

/** PostgreSQL refuses to run as root. */
function userToRunAs(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The run may be killed, so it is not the run that cleans up. */
function stopAfterTheRun(server: ChildProcess, folder: string): void {
  const script = `while kill -0 ${runPid()} 2>/dev/null; do sleep 1; done; kill -INT ${server.pid}; sleep 2; rm -rf '${folder}'`;
  spawn('sh', ['-c', script], { stdio: 'ignore', detached: true, cwd: '/' }).unref();
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(50);
    }
  }
}

/** Makes a new empty database; returns its URL and how to remove it. */
export async function newDatabase(): Promise<{ url: string; remove: () => Promise<void> }> {
  const admin = await serverUrl();
  const name = `arledger_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  const run = async (statement: string): Promise<void> => {
    const client = new pg.Client(admin);
    await client.connect();
    await client.query(statement);
    await client.end();
  };
  await run(`create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => run(`drop database ${name} with (force)`) };
}
