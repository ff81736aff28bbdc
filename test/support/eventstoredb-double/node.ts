import type { Metadata } from '@grpc/grpc-js';
import type { Address } from './addresses.js';
import type { EventLog } from './event-log.js';
import type { Faults } from './faults.js';
import { refusal } from './refusals.js';

/** A member of the cluster as gossip tells of it. */
export interface Member {
  address: Address;
  state: 'leader' | 'follower' | 'catching_up';
  alive: boolean;
}

/** One server, as its services see it. */
export interface Node {
  readonly log: EventLog;
  readonly faults: Faults;
  /** The most that an append may hold, in bytes of data. */
  readonly appendBytesMax: number;
  /** Passwords by name; undefined on a server that takes everybody for its administrator. */
  readonly users: Readonly<Record<string, string>> | undefined;
  /** The members of its cluster, itself among them. */
  readonly members: readonly Member[];
  /** Whom it names as its leader; itself when it leads. */
  readonly leader: Address;
  readonly leads: boolean;
  /** Subscriptions that are open. */
  readonly subscriptions: Set<AbortController>;
  /** Cuts the connection of a call. */
  cut(call: { getPeer(): string }): void;
}

/** Users who may also read `$all` and what the server keeps for itself. */
const ADMINISTRATORS = ['admin', 'ops'];

/**
 * Lets a call in.
 *
 * @param stream what it reads or writes; undefined for what is open to all
 * @throws Refused for wrong credentials, too few rights, or when only the leader is to answer and another one leads
 */
export function admit(node: Node, metadata: Metadata, stream: string | undefined): void {
  const user = authenticated(node, metadata);
  if (node.users !== undefined && stream !== undefined) {
    const allowed = user !== undefined && (!stream.startsWith('$') || ADMINISTRATORS.includes(user));
    if (!allowed) throw refusal('access_denied', node.leader);
  }
  if (metadata.get('requires-leader')[0] === 'true' && !node.leads) {
    throw refusal('not_leader', node.leader);
  }
}

function authenticated({ users, leader }: Node, metadata: Metadata): string | undefined {
  const header = metadata.get('authorization')[0];
  if (users === undefined || header === undefined) return undefined;
  const [scheme, text = ''] = String(header).split(' ');
  const [name = '', ...password] = Buffer.from(text, 'base64').toString().split(':');
  if (scheme === 'Basic' && Object.hasOwn(users, name) && users[name] === password.join(':')) return name;
  throw refusal('wrong_credentials', leader);
}
