import { isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';

/** Injection token of the configuration. */
export const CONFIG = Symbol('Config');

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that can be set from outside. */
export interface Config {
  /** Absolute path of the folder of the embedded store and read models. */
  dataFolder: string;
  host: string;
  /** 0 lets the system choose a free one. */
  port: number;
  /** IANA name of the entity's time zone: what "today" is. */
  timeZone: string;
  /** PostgreSQL of the read models; left out, an embedded PGlite in the data folder. */
  databaseUrl?: string;
  logLevel: LogLevel;
  /** How far the clocks of writing processes may differ: a younger `knownAt` waits. */
  clockSkewMs: number;
  /** How many entries of folded accounts stay in memory, all accounts together. */
  cachedEntriesMax: number;
}

/** A variable that cannot be used; the message is one line that names it and never repeats a secret. */
export class ConfigError extends Error {
  constructor(
    readonly variable: string,
    fault: string,
  ) {
    super(`${variable} ${fault}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks the environment, once at start; nothing else reads `process.env`. An empty variable counts as unset.
 *
 * @throws ConfigError for the first variable that cannot be used
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const text = (name: string): string | undefined => env[name]?.trim() || undefined;

  if (text('EVENTSTORE_URL') !== undefined) {
    throw new ConfigError(
      'EVENTSTORE_URL',
      'is set, but EventStoreDB comes with the next release: unset it to use the embedded event log',
    );
  }
  const databaseUrl = text('DATABASE_URL');
  if (databaseUrl !== undefined && !isPostgresUrl(databaseUrl)) {
    throw new ConfigError('DATABASE_URL', 'must be a URL such as postgres://user@host:5432/database');
  }
  const timeZone = text('ARLEDGER_TIMEZONE') ?? 'UTC';
  if (!isTimeZone(timeZone)) {
    throw new ConfigError(
      'ARLEDGER_TIMEZONE',
      `must be an IANA time zone such as America/New_York, not "${timeZone}"`,
    );
  }
  const logLevel = text('LOG_LEVEL') ?? 'info';
  if (!isLogLevel(logLevel)) {
    throw new ConfigError('LOG_LEVEL', `must be one of ${LOG_LEVELS.join(', ')}, not "${logLevel}"`);
  }
  const dataFolder = text('ARLEDGER_DATA') ?? './data';
  if (dataFolder.includes('\0')) throw new ConfigError('ARLEDGER_DATA', 'must be the path of a folder');

  return {
    dataFolder: resolve(dataFolder),
    host: hostNamed(text('HOST') ?? '127.0.0.1'),
    port: wholeNumber('PORT', text('PORT'), { min: 0, max: 65_535, unset: 3000 }),
    timeZone,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    logLevel,
    clockSkewMs: wholeNumber('ARLEDGER_CLOCK_SKEW_MS', text('ARLEDGER_CLOCK_SKEW_MS'), {
      min: 0,
      max: 60_000,
      unset: 2000,
    }),
    cachedEntriesMax: wholeNumber('ARLEDGER_CACHED_ENTRIES', text('ARLEDGER_CACHED_ENTRIES'), {
      min: 0,
      max: 100_000_000,
      unset: 500_000,
    }),
  };
}

/** A name or an address; IPv6 also in the brackets that it has in a URL. */
function hostNamed(text: string): string {
  const bracketed = /^\[(.*)\]$/.exec(text)?.[1];
  if (isIPv6(bracketed ?? text)) return bracketed ?? text;
  if (/^[^:/]+:\d+$|^\[.*\]:\d+$/.test(text)) {
    throw new ConfigError(
      'HOST',
      `must be a host name or an address without a port, which goes into PORT; not "${text}"`,
    );
  }
  // Nothing of digits and dots alone is a name.
  if (/[\s/:[\]]/.test(text) || (/^[\d.]+$/.test(text) && !isIPv4(text))) {
    throw new ConfigError('HOST', `must be a host name or an address, not "${text}"`);
  }
  return text;
}

function wholeNumber(
  name: string,
  text: string | undefined,
  { min, max, unset }: { min: number; max: number; unset: number },
): number {
  if (text === undefined) return unset;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new ConfigError(name, `must be a whole number from ${min} to ${max}, not "${text}"`);
}

function isPostgresUrl(text: string): boolean {
  return URL.canParse(text) && ['postgres:', 'postgresql:'].includes(new URL(text).protocol);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}
