import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { Load } from './load.js';

/** Where a peer keeps its events. */
export interface PeerPlace {
  folder: string;
  databaseUrl?: string | undefined;
  eventStoreUrl?: string | undefined;
}

/** Carries out a command on a peer's store; resolves when what follows from it is said to be kept. */
export type Transact = (command: AccountCommand) => Promise<unknown>;

/** A library that decides on a stream and appends to it, as ours does. */
export interface Peer {
  name: string;
  /** What it keeps its events in; taken only where there is one. */
  needs: 'folder' | 'databaseUrl' | 'eventStoreUrl';
  /** Name of the folder that its packages are installed in. */
  installedIn: string;
  /** In exact versions. */
  packages: Readonly<Record<string, string>>;
  /** Those of them that build something when they are installed. */
  builds?: readonly string[];
  /** Opens its store. */
  open(load: Load, place: PeerPlace): Promise<Transact>;
}

/** What a peer knows of an account: enough to refuse a charge or a payment that is there already. */
export interface PeerAccount {
  entries: readonly string[];
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
export function evolveAsPeer({ entries }: PeerAccount, { data }: PeerEvent): PeerAccount {
  return { entries: [...entries, idOf(data)] };
}

/** An account without events. */
export function unopenedAsPeer(): PeerAccount {
  return { entries: [] };
}

function idOf(data: Record<string, unknown>): string {
  return String(data['chargeId'] ?? data['paymentId'] ?? data['accountId']);
}
