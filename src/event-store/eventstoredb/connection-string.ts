import { readFileSync } from 'node:fs';

/** A connection string of EventStoreDB, taken apart as far as the adapter needs it. */
export interface ConnectionString {
  /** As the client reads it. */
  text: string;
  /** Whom the server is to take us for; a server without TLS takes everybody for its administrator. */
  credentials: { username: string; password: string };
  /** Its hosts and how they are spoken to, to be named to people: never with a password. */
  server: string;
}

/** A connection string that cannot be used; the message says why in one line and never repeats a secret. */
export class ConnectionStringUnusable extends Error {
  constructor(fault: string) {
    super(`the connection string of EventStoreDB ${fault}`);
    this.name = 'ConnectionStringUnusable';
  }
}

const FORM = /^esdb(?:\+discover)?:\/\/(?:(?<user>[^@/?]*)@)?(?<hosts>[^@/?\s]+)\/?(?:\?(?<options>\S*))?$/;
const HOST = /^[A-Za-z0-9._-]+(?::(\d{1,5}))?$/;
const PORT_MAX = 65_535;

const WHOLE_NUMBER = /^[1-9]\d{0,8}$/;
const WHOLE_NUMBER_OR_NEVER = /^(-1|[1-9]\d{0,8})$/;
const YES_OR_NO = /^(true|false)$/;
/** Options that the client knows, in lower case, and what their values look like. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  connectionname: /./,
  defaultdeadline: WHOLE_NUMBER,
  discoveryinterval: WHOLE_NUMBER,
  gossiptimeout: WHOLE_NUMBER,
  keepaliveinterval: WHOLE_NUMBER_OR_NEVER,
  keepalivetimeout: WHOLE_NUMBER_OR_NEVER,
  maxdiscoverattempts: WHOLE_NUMBER,
  nodepreference: /^leader$/i,
  tls: YES_OR_NO,
  tlscafile: /./,
  tlsverifycert: YES_OR_NO,
  usercertfile: /./,
  userkeyfile: /./,
};

/** Options that name a file in PEM. */
const CERTIFICATE_FILES = {
  tlscafile: 'tlsCaFile',
  usercertfile: 'userCertFile',
  userkeyfile: 'userKeyFile',
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
    const [whole, port = '1'] = HOST.exec(host) ?? [];
    // It is not repeated: a password with a question mark in it would stand here.
    if (whole === undefined || Number(port) > PORT_MAX || Number(port) === 0) {
      throw new ConnectionStringUnusable(
        'names a host that cannot be one: after the user come host:port, or several with commas between them',
      );
    }
  }
  const given = optionsIn(options);
  const isSecure = given.get('tls') !== 'false';
  if (isSecure && user === undefined) {
    throw new ConnectionStringUnusable(
      'names no user: put one in as esdb://user:password@…, or tls=false for a server without TLS and users',
    );
  }
  for (const [option, name] of Object.entries(CERTIFICATE_FILES)) {
    const file = given.get(option);
    if (file !== undefined) requirePem(name, file);
  }
  return {
    text: withDiscovery(text.trim(), given),
    credentials: credentialsIn(user),
    server: `${hosts}, ${isSecure ? 'with' : 'without'} TLS`,
  };
}

function optionsIn(text: string | undefined): Map<string, string> {
  const options = new Map<string, string>();
  if (!text) return options;
  for (const pair of text.split('&')) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new ConnectionStringUnusable(
        'has an option without a value: options are name=value, with & between them',
      );
    }
    const key = name.toLowerCase().replace(/[_-]/g, '');
    const form = OPTIONS[key];
    if (form === undefined) {
      throw new ConnectionStringUnusable(
        `has an option that nobody knows; there are ${Object.keys(OPTIONS).join(', ')}`,
      );
    }
    if (!form.test(value)) throw new ConnectionStringUnusable(`has a value for ${key} that it cannot have`);
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

function requirePem(option: string, encoded: string): void {
  let text: string;
  try {
    text = readFileSync(decodeURIComponent(encoded), 'utf8');
  } catch {
    throw new ConnectionStringUnusable(`names a file for ${option} that cannot be read: ${encoded}`);
  }
  if (!text.includes('-----BEGIN ')) {
    throw new ConnectionStringUnusable(`names a file for ${option} that holds no PEM: ${encoded}`);
  }
}

function withDiscovery(text: string, given: ReadonlyMap<string, string>): string {
  const missing = Object.entries(DISCOVERY).filter(([name]) => !given.has(name.toLowerCase()));
  const added = missing.map((pair) => pair.join('=')).join('&');
  if (added === '') return text;
  return text.includes('?') ? `${text}&${added}` : `${text}?${added}`;
}
