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
      DATABASE_URL: 'postgresql://me:secret@db/ledger',
      LOG_LEVEL: 'warn',
      ARLEDGER_CLOCK_SKEW_MS: '0',
      ARLEDGER_CACHED_ENTRIES: '10',
    }),
  ).toEqual({
    dataFolder: '/var/lib/arledger',
    host: '::',
    port: 8080,
    timeZone: 'America/New_York',
    databaseUrl: 'postgresql://me:secret@db/ledger',
    logLevel: 'warn',
    clockSkewMs: 0,
    cachedEntriesMax: 10,
  });
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
    ['EVENTSTORE_URL', 'esdb://me:secret@localhost:2113'],
    ['ARLEDGER_CLOCK_SKEW_MS', '2s'],
    ['ARLEDGER_CACHED_ENTRIES', '1e9'],
    ['ARLEDGER_DATA', 'a\0b'],
  ])('%s=%s', (variable, value) => {
    const read = () => readConfig({ [variable]: value });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const { message } = error as ConfigError;
      expect(message.startsWith(`${variable} `)).toBe(true);
      expect(message).not.toMatch(/\n|secret/);
    }
  });

  test('EventStoreDB comes later', () => {
    expect(() => readConfig({ EVENTSTORE_URL: 'esdb://localhost:2113' })).toThrow(
      'EVENTSTORE_URL is set, but EventStoreDB comes with the next release: unset it to use the embedded event log',
    );
  });
});
