import { readFileSync } from 'node:fs';

/** A connection string of EventStoreDB, taken apart as far as the adapter needs it. */
export interface ConnectionString {
  /** As the client reads it. */
  text: string;
  /** Whom the server is to take us for; a server without TLS takes everybody for its administrator. */
  credentials: { username: string; password: string };
  /** Its hosts, to be named to people: never with a password. */
  hosts: string;
}

/** A connection string that cannot be used; the message says why in one line and never repeats a secret. */
export class ConnectionStringUnusable extends Error {
  constructor(fault: string) {
    super(`the connection string of EventStoreDB ${fault}`);
    this.name = 'ConnectionStringUnusable';
  }
}

const FORM = /^esdb(?:\+discover)?:\/\/(?:(?<user>[^@/?]*)@)?(?<hosts>[^@/?\s]+)\/?(?:\?(?<options>\S*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::\d{1,5})?$/;

const WHOLE_NUMBER = /^-?\d{1,9}$/;
const YES_OR_NO = /^(true|false)$/;
/** Options that the client knows, in lower case, and what their values look like. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  connectionname: /./,
  defaultdeadline: WHOLE_NUMBER,
  discoveryinterval: WHOLE_NUMBER,
  gossiptimeout: WHOLE_NUMBER,
  keepaliveinterval: WHOLE_NUMBER,
  keepalivetimeout: WHOLE_NUMBER,
  maxdiscoverattempts: WHOLE_NUMBER,
  nodepreference: /^leader$/i,
  tls: YES_OR_NO,
  tlscafile: /./,
  tlsverifycert: YES_OR_NO,
  usercertfile: /./,
  userkeyfile: /./,
};

/** A cluster that elects a leader is asked for so long, and not longer than that at a start. */
const DISCOVERY = { maxDiscoverAttempts: '5', discoveryInterval: '500', gossipTimeout: '3' };

/**
 * Reads a connection string such as `esdb://admin:secret@host:2113?tlsCaFile=ca.crt`. The client would print one that
 * it does not understand with the password in it, so it is checked here first.
 *
 * @throws ConnectionStringUnusable
 */
export function readConnectionString(text: string): ConnectionString {
  const { user, hosts = '', options } = FORM.exec(text.trim())?.groups ?? {};
  if (hosts === '') {
    throw new ConnectionStringUnusable(
      'must be of the form esdb://user:password@host:2113?tls=true, with special characters of the password percent-encoded',
    );
  }
  for (const host of hosts.split(',')) {
    if (!HOST.test(host)) throw new ConnectionStringUnusable(`names no host with a port in "${host}"`);
  }
  const given = optionsIn(options);
  const isSecure = given.get('tls') !== 'false';
  if (isSecure && user === undefined) {
    throw new ConnectionStringUnusable(
      'names no user: put one in as esdb://user:password@…, or tls=false for a server without TLS and users',
    );
  }
  for (const name of ['tlscafile', 'usercertfile', 'userkeyfile']) {
    const file = given.get(name);
    if (file !== undefined) requireReadable(name, decodeURIComponent(file));
  }
  return { text: withDiscovery(text.trim(), given), credentials: credentialsIn(user), hosts };
}

function optionsIn(text: string | undefined): Map<string, string> {
  const options = new Map<string, string>();
  if (!text) return options;
  for (const pair of text.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    const key = name.toLowerCase().replace(/[_-]/g, '');
    const form = OPTIONS[key];
    if (form === undefined) throw new ConnectionStringUnusable(`has an option that nobody knows: "${name}"`);
    if (!form.test(value)) throw new ConnectionStringUnusable(`has no such ${name}`);
    options.set(key, value);
  }
  return options;
}

function credentialsIn(user: string | undefined): ConnectionString['credentials'] {
  if (user === undefined) return { username: '', password: '' };
  const [, username, password] = /^([^:]+):([^:]+)$/.exec(user) ?? [];
  if (username === undefined || password === undefined) {
    throw new ConnectionStringUnusable('must name a user and a password, as user:password');
  }
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new ConnectionStringUnusable('has a percent sign that encodes nothing in its user or password');
  }
}

function requireReadable(option: string, file: string): void {
  try {
    readFileSync(file);
  } catch {
    throw new ConnectionStringUnusable(`names a file for ${option} that cannot be read: ${file}`);
  }
}

function withDiscovery(text: string, given: ReadonlyMap<string, string>): string {
  const missing = Object.entries(DISCOVERY).filter(([name]) => !given.has(name.toLowerCase()));
  const added = missing.map((pair) => pair.join('=')).join('&');
  if (added === '') return text;
  return text.includes('?') ? `${text}&${added}` : `${text}?${added}`;
}
