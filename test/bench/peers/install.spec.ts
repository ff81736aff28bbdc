import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.js';
import type { Peer } from './peer.js';

/* With an `npm` of our own on the path. */

const PEER: Peer = {
  name: 'A peer',
  needs: 'folder',
  installedIn: 'a-peer',
  packages: { 'a-peer': '1.0.0' },
  open: () => Promise.reject(new Error('not opened here')),
};

const { PATH, PEERS_FOLDER } = process.env;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'arledger-install-'));
  process.env['PATH'] = `${folder}:${PATH!}`;
  process.env['PEERS_FOLDER'] = folder;
});

afterEach(() => {
  process.env['PATH'] = PATH;
  if (PEERS_FOLDER === undefined) delete process.env['PEERS_FOLDER'];
  else process.env['PEERS_FOLDER'] = PEERS_FOLDER;
  rmSync(folder, { recursive: true });
});

function npmThat(script: string): void {
  writeFileSync(join(folder, 'npm'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'npm'), 0o755);
}

describe('Installing a peer', () => {
  it('installs it in a folder of its own, once for the same versions', async () => {
    npmThat(`cat package.json >> ${folder}/asked`);
    const there = { folder: join(folder, 'a-peer') };
    expect(await install(PEER)).toEqual(there);
    expect(await install(PEER)).toEqual(there);
    expect(JSON.parse(readFileSync(join(folder, 'asked'), 'utf8'))).toMatchObject({
      dependencies: { 'a-peer': '1.0.0' },
    });
  });

  it('tells why it does not install, and tries again the next time', async () => {
    npmThat('echo "npm warn old" >&2; echo "npm error code E404" >&2; echo "npm error 404" >&2; exit 1');
    expect(await install(PEER)).toEqual({ reason: 'npm error code E404' });
    npmThat('exit 0');
    expect(await install(PEER)).toEqual({ folder: join(folder, 'a-peer') });
  });
});
