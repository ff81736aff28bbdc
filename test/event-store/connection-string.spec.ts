import { describe, expect, test } from '@jest/globals';
import {
  ConnectionStringUnusable,
  readConnectionString,
} from '../../src/event-store/eventstoredb/connection-string.js';

test.each([
  ['esdb://127.0.0.1:2113?tls=false', '127.0.0.1:2113', { username: '', password: '' }],
  ['esdb://me:p%40ss%3A@db:2113', 'db:2113', { username: 'me', password: 'p@ss:' }],
  ['esdb+discover://me:secret@cluster.example:2113', 'cluster.example:2113', { username: 'me' }],
  ['esdb://me:secret@a:1,b:2,c:3/?keepAliveInterval=10000', 'a:1,b:2,c:3', { password: 'secret' }],
])('%s is understood', (text, hosts, credentials) => {
  expect(readConnectionString(text)).toMatchObject({ server: expect.stringContaining(hosts), credentials });
});

describe('one that cannot be used is refused in one line, without its password', () => {
  test.each([
    ['esdb://', 'must be of the form'],
    ['https://me:secret@host:2113', 'must be of the form'],
    ['esdb://me:secret@host:2113@', 'must be of the form'],
    ['esdb://me:se/cret@host:2113', 'must be of the form'],
    ['esdb://me:secret@ho st:2113', 'must be of the form'],
    ['esdb://me:secret@host:port', 'names a host that cannot be one'],
    ['esdb://me:secret@host:99999', 'names a host that cannot be one'],
    ['esdb://me:secret?x@host:2113', 'names a host that cannot be one'],
    ['esdb://host:2113', 'names no user'],
    ['esdb://host:2113?tls=true', 'names no user'],
    ['esdb://me@host:2113', 'must name a user and a password'],
    ['esdb://me:sec:ret@host:2113', 'must name a user and a password'],
    ['esdb://me:secret%@host:2113', 'percent sign'],
    ['esdb://me:secret@host:2113?tsl=true', 'an option that nobody knows'],
    ['esdb://me:secret@host:2113?tls=maybe', 'a value for tls that it cannot have'],
    ['esdb://me:secret@host:2113?nodePreference=follower', 'a value for nodepreference that it cannot have'],
    ['esdb://me:secret@host:2113?tls', 'an option without a value'],
    ['esdb://me:secret@host:2113?&tls=true', 'an option without a value'],
    ['esdb://me:secret@host:2113?defaultDeadline=-5', 'a value for defaultdeadline that it cannot have'],
    ['esdb://me:secret@host:2113?tlsCaFile=%zz', 'cannot be read: %zz'],
    ['esdb://me:secret@host:2113?tlsCaFile=package.json', 'holds no PEM: package.json'],
    ['esdb://me:secret@host:2113?throwOnAppendFailure=false', 'an option that nobody knows'],
    ['esdb://me:secret@host:2113?tlsCaFile=/no/such/ca.crt', 'cannot be read: /no/such/ca.crt'],
  ])('%s', (text, fault) => {
    const read = () => readConnectionString(text);
    expect(read).toThrow(ConnectionStringUnusable);
    expect(read).toThrow(fault);
    expect(read).not.toThrow(/secret|sec:ret|se\/cret|\n/);
  });
});
