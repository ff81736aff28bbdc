import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DatabaseUnavailable, driverError } from '../../src/database/database-unavailable.js';
import { startChild } from '../support/event-store-child.js';

// Disks of their own can be given to processes on Linux, to root or where users may have namespaces.
const OWN_DISKS = ['unshare', '--map-root-user', '--mount'];
const [unshare, ...own] = OWN_DISKS;
const given = spawnSync(unshare!, [...own, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
const withOwnDisks = given.status === 0 ? it : it.skip;

describe('embedded read models on a full disk', () => {
  withOwnDisks(
    'are not taken for damaged: nothing is put aside, and what is wrong is said',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'arledger-full-'));
      try {
        const child = startChild('database-full-disk.ts', [folder], { through: OWN_DISKS });
        const printed = (await child.lines.next()).value as string;
        expect(await child.ended).toBe(0);
        const { failures, ...rest } = JSON.parse(printed) as { failures: string[] };
        expect(rest).toEqual({ told: [], kept: true, folder: ['read-models'] });
        expect(failures.length).toBeGreaterThanOrEqual(2);
        for (const failure of failures) {
          expect(failure).toMatch(/^DatabaseUnavailable: the disk is full/);
          expect(failure).not.toContain('[object');
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    },
    60_000,
  );
});

describe('a full disk of the server', () => {
  it('is told as such', () => {
    const told = driverError(Object.assign(new pg.DatabaseError('secret', 0, 'error'), { code: '53100' }));
    expect(told).toBeInstanceOf(DatabaseUnavailable);
    expect((told as Error).message).toBe('the disk is full (53100)');
  });
});
