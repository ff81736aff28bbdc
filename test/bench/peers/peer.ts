import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import type { AccountCommand } from '../../../src/ledger/commands.js';

/** Packages are looked for from where the file lies that imports them. */
const LOADER = 'load.mjs';
/** SQLite is compiled where nobody has it ready, which takes minutes. */
const INSTALL_MINUTES_MAX = 10;

/** Where a peer keeps its events. */
export interface PeerPlace {
  folder: string;
  databaseUrl?: string | undefined;
  eventStoreUrl?: string | undefined;
}

/** Gives the file in a peer's folder that loads its packages, as `load`. */
const loaderIn = (folder: string) => import(pathToFileURL(join(folder, LOADER)).href);

/** Gives a package of a peer, of whose types nothing is known here. */
export type Load = (name: string) => ReturnType<typeof loaderIn>;

/** A library that decides on a stream and appends to it, as ours does. */
export interface Peer {
  name: string;
  /** What it keeps its events in; taken only where there is one. */
  needs: 'folder' | 'databaseUrl' | 'eventStoreUrl';
  /** Exact versions, installed in a folder of the peer's own. */
  packages: Readonly<Record<string, string>>;
  /** Those of them that build something when they are installed. */
  builds?: readonly string[];
  /**
   * Opens its store.
   *
   * @returns reads the account of a command from its stream, and appends what follows from it; resolves when that is kept
   */
  open(load: Load, place: PeerPlace): Promise<(command: AccountCommand) => Promise<unknown>>;
}

/** What a peer knows of an account: enough to refuse a charge or a payment that is there already. */
export interface PeerAccount {
  entries: readonly string[];
  balance: number;
}

/** An event as peers write it. */
export interface PeerEvent {
  type: AccountCommand['type'];
  data: Record<string, unknown>;
}

/** What follows from a command on an account; repeated ids are refused. */
export function decideAsPeer({ entries }: PeerAccount, command: AccountCommand): PeerEvent {
  const { type, ...data } = command;
  if (entries.includes(idOf(data))) throw new Error(`${type} ${idOf(data)} is there already`);
  return { type, data };
}

/** An account after an event. */
export function evolveAsPeer(account: PeerAccount, { data }: PeerEvent): PeerAccount {
  const signed = 'chargeId' in data ? Number(data['amount']) : -Number(data['amount'] ?? 0);
  return { entries: [...account.entries, idOf(data)], balance: account.balance + signed };
}

/** An account without events. */
export function unopenedAsPeer(): PeerAccount {
  return { entries: [], balance: 0 };
}

function idOf(data: Record<string, unknown>): string {
  return String(data['chargeId'] ?? data['paymentId'] ?? data['accountId']);
}

/**
 * Installs a peer's packages outside of the project, or finds them there from an earlier run.
 *
 * @returns its folder; or why it does not install, in a line
 */
export async function install({
  name,
  packages,
  builds = [],
}: Peer): Promise<{ folder: string } | { reason: string }> {
  const folder = join(tmpdir(), 'arledger-bench-peers', name.toLowerCase().replaceAll(' ', '-'));
  await mkdir(folder, { recursive: true });
  const allowScripts = Object.fromEntries(builds.map((built) => [built, true]));
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: packages, allowScripts }),
  );
  await writeFile(join(folder, LOADER), 'export const load = (name) => import(name);\n');
  try {
    await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: folder,
      timeout: INSTALL_MINUTES_MAX * 60_000,
    });
    return { folder };
  } catch (error) {
    const { killed, stderr = '' } = error as { killed?: boolean; stderr?: string };
    if (killed) return { reason: `not done within ${INSTALL_MINUTES_MAX} minutes` };
    return { reason: /^npm error .*/m.exec(stderr)?.[0] ?? (error as Error).message.split('\n')[0]! };
  }
}

/** What loads the packages of a peer from the folder that it was installed to. */
export async function loadFrom(folder: string): Promise<Load> {
  const { load } = await loaderIn(folder);
  return load as Load;
}
