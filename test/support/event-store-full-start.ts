/*
 * Starts with less and less missing on a full disk, each time in a new folder, until a start succeeds; prints as JSON
 * how each went. The disk is a small file system in memory that only this process sees; see `unshare`.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { acquireFolderLock } from '../../src/event-store/embedded/folder-lock.js';

const disk = process.argv[2]!;
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
const page = statfsSync(disk).bsize;
const failures: string[] = [];
let started = false;
for (let pages = 0; !started && pages < 200; pages += 1) {
  const folder = join(disk, 'data', 'ledger');
  const ballast = join(disk, 'ballast');
  if (pages % 2 === 0) mkdirSync(folder, { recursive: true });
  writeFileSync(ballast, Buffer.alloc((statfsSync(disk).bavail - pages) * page));
  try {
    const lock = acquireFolderLock(folder);
    try {
      await (await openEmbeddedStore({ folder })).close();
      started = true;
    } finally {
      lock.release();
    }
  } catch (error) {
    failures.push(`${pages} ${String(error)}`);
  }
  rmSync(ballast);
  rmSync(join(disk, 'data'), { recursive: true, force: true });
}
console.log(JSON.stringify({ started, failures }));
