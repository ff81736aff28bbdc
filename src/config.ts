import { isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';

/** Injection token of the configuration. */
export const CONFIG = Symbol('Config');

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TRACES_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Where OpenTelemetry traces go, and which of them. */
export interface TracesConfig {
  /** URL of an OTLP collector (http/protobuf), without the path of a signal. */
  endpoint: string;
  /** `ratio`: the part of traces that is kept, from 0 to 1, where the sampler asks for it. */
  sampler: { name: (typeof TRACES_SAMPLERS)[number]; ratio: number };
}

/** Everything that can be set from outside. */
export interface Config {
  /** Absolute path of the folder of the embedded store and read models. */
  dataFolder: string;
  host: string;
  /** 0 lets the system choose a free one. */
  port: number;
  /** IANA name of the entity's time zone: what "today" is. */
  timeZone: string;
  /** Connection string of the EventStoreDB that holds the events; left out, an embedded log in the data folder. */
  eventStoreUrl?: string;
  /** PostgreSQL of the read models; left out, an embedded PGlite in the data folder. */
  databaseUrl?: string;
  logLevel: LogLevel;
  /**
   * A younger `knownAt` waits: nothing is recorded any more for an instant that is so long ago. Half of it is for the
   * clocks of writing processes to differ, half for an append; 0, for an embedded log only, where one process writes.
   */
  clockSkewMs: number;
  /** Records events although the clock is behind the log; answers for the time between the two may change. */
  acceptClockBehindLog?: true;
  /** How many entries of folded accounts stay in memory, all accounts together. */
  cachedEntriesMax: number;
  /** Left out, no traces are made. */
  traces?: TracesConfig;
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

  const eventStoreUrl = text('EVENTSTORE_URL');
  if (eventStoreUrl !== undefined && !/^esdb(\+discover)?:\/\/\S+$/.test(eventStoreUrl)) {
    throw new ConfigError(
      'EVENTSTORE_URL',
      'must be a connection string such as esdb://user:password@host:2113?tls=true',
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
  const clockSkewMs = wholeNumber('ARLEDGER_CLOCK_SKEW_MS', text('ARLEDGER_CLOCK_SKEW_MS'), {
    min: 0,
    max: 60_000,
    unset: 2000,
  });
  if (clockSkewMs === 0 && eventStoreUrl !== undefined) {
    throw new ConfigError(
      'ARLEDGER_CLOCK_SKEW_MS',
      'must be above 0 with EVENTSTORE_URL: 0 is for the embedded event log, which one process writes',
    );
  }
  const traces = tracesIn(text);

  return {
    dataFolder: resolve(dataFolder),
    host: hostNamed(text('HOST') ?? '127.0.0.1'),
    port: wholeNumber('PORT', text('PORT'), { min: 0, max: 65_535, unset: 3000 }),
    timeZone,
    ...(eventStoreUrl === undefined ? {} : { eventStoreUrl }),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    logLevel,
    clockSkewMs,
    ...(acceptsClockBehindLog(text('ARLEDGER_CLOCK_BEHIND_LOG')) ? { acceptClockBehindLog: true } : {}),
    cachedEntriesMax: wholeNumber('ARLEDGER_CACHED_ENTRIES', text('ARLEDGER_CACHED_ENTRIES'), {
      min: 0,
      max: 100_000_000,
      unset: 500_000,
    }),
    ...(traces ? { traces } : {}),
  };
}

/** OpenTelemetry's own variables, as far as they are not left to its SDK. */
function tracesIn(text: (name: string) => string | undefined): TracesConfig | undefined {
  const endpoint = text('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined) return undefined;
  if (!URL.canParse(endpoint) || !['http:', 'https:'].includes(new URL(endpoint).protocol)) {
    throw new ConfigError('OTEL_EXPORTER_OTLP_ENDPOINT', 'must be a URL such as http://localhost:4318');
  }
  const protocol = text('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/protobuf';
  if (protocol !== 'http/protobuf') {
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_PROTOCOL',
      'must be http/protobuf, to which collectors listen on port 4318',
    );
  }
  const given = text('OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on';
  const name = TRACES_SAMPLERS.find((sampler) => sampler === given);
  if (name === undefined) {
    throw new ConfigError(
      'OTEL_TRACES_SAMPLER',
      `must be one of ${TRACES_SAMPLERS.join(', ')}, not "${given}"`,
    );
  }
  const ratio = Number(text('OTEL_TRACES_SAMPLER_ARG') ?? 1);
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new ConfigError('OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1');
  }
  return { endpoint, sampler: { name, ratio } };
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

function acceptsClockBehindLog(text = 'refuse'): boolean {
  if (text === 'accept' || text === 'refuse') return text === 'accept';
  throw new ConfigError('ARLEDGER_CLOCK_BEHIND_LOG', `must be refuse or accept, not "${text}"`);
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
