import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../../src/config.js';

test('an empty environment is enough', () => {
  expect(readConfig({ PORT: '', LOG_LEVEL: ' ' })).toEqual({
    dataFolder: `${process.cwd()}/data`,
    host: '127.0.0.1',
    port: 3000,
    timeZone: 'UTC',
    logLevel: 'info',
    clockSkewMs: 2000,
    cachedEntriesMax: 500_000,
  });
});

test('everything can be set', () => {
  expect(
    readConfig({
      ARLEDGER_DATA: '/var/lib/arledger',
      HOST: '::',
      PORT: '8080',
      ARLEDGER_TIMEZONE: 'America/New_York',
      EVENTSTORE_URL: 'esdb+discover://me:secret@cluster:2113?tls=true',
      DATABASE_URL: 'postgresql://me:secret@db/ledger',
      LOG_LEVEL: 'warn',
      ARLEDGER_CLOCK_SKEW_MS: '500',
      ARLEDGER_CLOCK_BEHIND_LOG: 'accept',
      ARLEDGER_CACHED_ENTRIES: '10',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4318/tenant',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    }),
  ).toEqual({
    dataFolder: '/var/lib/arledger',
    host: '::',
    port: 8080,
    timeZone: 'America/New_York',
    eventStoreUrl: 'esdb+discover://me:secret@cluster:2113?tls=true',
    databaseUrl: 'postgresql://me:secret@db/ledger',
    logLevel: 'warn',
    clockSkewMs: 500,
    acceptClockBehindLog: true,
    cachedEntriesMax: 10,
    traces: { endpoint: 'https://collector:4318/tenant', sampler: { name: 'traceidratio', ratio: 0.25 } },
  });
});

test('no clock needs to be waited for where one process writes; a log that several write to needs it', () => {
  const env = { ARLEDGER_CLOCK_SKEW_MS: '0' };
  expect(readConfig(env).clockSkewMs).toBe(0);
  expect(() => readConfig({ ...env, EVENTSTORE_URL: 'esdb://me:secret@host:2113' })).toThrow(
    new ConfigError(
      'ARLEDGER_CLOCK_SKEW_MS',
      'must be above 0 with EVENTSTORE_URL: 0 is for the embedded event log, which one process writes',
    ),
  );
});

test.each([
  ['[::1]', '::1'],
  ['::1', '::1'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['0.0.0.0', '0.0.0.0'],
  ['ledger.example.org', 'ledger.example.org'],
  ['localhost', 'localhost'],
])('HOST=%s is a host', (HOST, host) => {
  expect(readConfig({ HOST }).host).toBe(host);
});

describe('a value that cannot be used is named in one line', () => {
  test.each([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['HOST', 'http://x'],
    ['HOST', '999.1.1.1'],
    ['HOST', '10.0.0'],
    ['HOST', '[10.0.0.1]'],
    ['HOST', '[::1'],
    ['HOST', '::zz'],
    ['HOST', '[::1]:3000'],
    ['HOST', 'localhost:3000'],
    ['ARLEDGER_TIMEZONE', 'Mars/Olympus'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://me:secret@db/x'],
    ['DATABASE_URL', 'me:secret@db'],
    ['EVENTSTORE_URL', 'http://me:secret@localhost:2113'],
    ['EVENTSTORE_URL', 'me:secret@localhost:2113'],
    ['ARLEDGER_CLOCK_SKEW_MS', '2s'],
    ['ARLEDGER_CLOCK_BEHIND_LOG', 'yes'],
    ['ARLEDGER_CACHED_ENTRIES', '1e9'],
    ['ARLEDGER_DATA', 'a\0b'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'me:secret@collector:4318'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'some'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['OTEL_TRACES_SAMPLER_ARG', 'a tenth'],
  ])('%s=%s', (variable, value) => {
    // Traces are configured only where there is somewhere to send them.
    const read = () =>
      readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', [variable]: value });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const { message } = error as ConfigError;
      expect(message.startsWith(`${variable} `)).toBe(true);
      expect(message).not.toMatch(/\n|secret/);
    }
  });
});
