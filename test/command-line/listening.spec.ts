import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { explain } from '../../src/command-line/failures.js';
import { arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder();

/** Starts a service that ends by itself; and what it says. */
async function served(env: Record<string, string>) {
  const { code, stdout, stderr } = await arledger(['serve', '--data', join(folder, 'data')], { env });
  return { code, stdout, said: stderr.split('\n') };
}

describe('serve, where it cannot listen', () => {
  it.each([
    ['999.1.1.1', 'HOST must be a host name or an address, not "999.1.1.1"'],
    ['1.2.3', 'HOST must be a host name or an address, not "1.2.3"'],
    ['[::zz]', 'HOST must be a host name or an address, not "[::zz]"'],
    ['localhost:3000', 'HOST must be a host name or an address without a port, which goes into PORT'],
  ])('takes HOST=%s for a wrong configuration', async (HOST, message) => {
    expect(await served({ HOST })).toEqual({
      code: 1,
      stdout: '',
      said: [expect.stringContaining(`arledger: configuration: ${message}`), ''],
    });
  });

  it('says in one line that the address is none of this machine', async () => {
    // For documentation only (RFC 5737): nobody has it.
    expect(await served({ HOST: '192.0.2.1', PORT: '3000' })).toEqual({
      code: 1,
      stdout: '',
      said: [
        'arledger: eaddrnotavail: 192.0.2.1:3000: this machine has no such address; set HOST to one that it has, such as 127.0.0.1, or to 0.0.0.0 for all',
        '',
      ],
    });
  });

  it('says in one line that the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await served({ PORT: String(port) })).toEqual({
      code: 1,
      stdout: '',
      said: [
        `arledger: eaddrinuse: 127.0.0.1:${port}: another process listens there; set PORT to another one`,
        '',
      ],
    });
    other.close();
  });

  it.each([
    ['EACCES', '127.0.0.1', '127.0.0.1:80: this user may not listen there; set PORT to 1024 or above'],
    ['EADDRINUSE', '::1', '[::1]:80: another process listens there; set PORT to another one'],
    ['EINVAL', 'fe80::1', '[fe80::1]:80: nobody can listen at this address; set HOST to another one'],
    ['EAFNOSUPPORT', '::1', '[::1]:80: this machine has no such kind of address; set HOST to another one'],
  ])('explains %s', (code, address, text) => {
    const error = Object.assign(new Error(`listen ${code}: ${address}:80`), {
      code,
      syscall: 'listen',
      address,
      port: 80,
    });
    expect(explain(error).line).toContain(`${code.toLowerCase()}: ${text}`);
  });

  it('explains a name that leads nowhere, which no test looks up', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND ledger.invalid'), {
      code: 'ENOTFOUND',
      syscall: 'getaddrinfo',
      hostname: 'ledger.invalid',
    });
    expect(explain(error).line).toMatch(
      /^enotfound: ledger\.invalid: this name leads to no address; set HOST/,
    );
  });

  it('still says of a file that it may not be read', () => {
    const error = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/x' });
    expect(explain(error).line).toBe('eacces: /x: it may not be read or written by this user');
  });
});
