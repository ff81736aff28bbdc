import { expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  FolderInUse,
  FolderUnusable,
  acquireFolderLock,
  readFolderHolder,
} from '../../src/event-store/embedded/folder-lock.js';
import { startChild } from '../support/event-store-child.js';
import { inNewFolder } from '../support/event-store-folder.js';

test('a folder is made when it is missing, and says who holds it', () =>
  inNewFolder(async (parent) => {
    const folder = join(parent, 'data', 'ledger');
    const lock = acquireFolderLock(folder);
    expect(readFolderHolder(folder)).toEqual({ pid: process.pid, startedAt: expect.any(String) });
    lock.updateAddress('http://127.0.0.1:3000');
    const said = JSON.parse(await readFile(join(folder, 'lock.json'), 'utf8'));
    expect(said).toEqual({
      pid: process.pid,
      address: 'http://127.0.0.1:3000',
      startedAt: expect.stringMatching(/Z$/),
    });
    lock.release();
    expect(readFolderHolder(folder)).toBeUndefined();
  }));

test('a folder is held once in a process, and is free after its release', () =>
  inNewFolder(async (folder) => {
    const lock = acquireFolderLock(folder, { address: 'http://127.0.0.1:3000' });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(thrownBy(() => acquireFolderLock(folder))).toBeInstanceOf(FolderInUse);
    }
    lock.release();
    lock.release();
    const next = acquireFolderLock(folder);
    // A release that comes twice does not free what another holds.
    lock.release();
    lock.updateAddress('nobody');
    expect(thrownBy(() => acquireFolderLock(folder))).toBeInstanceOf(FolderInUse);
    expect(readFolderHolder(folder)).toMatchObject({ pid: process.pid });
    expect(readFolderHolder(folder)?.address).toBeUndefined();
    next.release();
  }));

test('a failed attempt in this process does not free the folder for another process', () =>
  inNewFolder(async (folder) => {
    const lock = acquireFolderLock(folder, { address: 'http://127.0.0.1:3000' });
    expect(thrownBy(() => acquireFolderLock(folder))).toBeInstanceOf(FolderInUse);
    const child = startChild('event-store-holder.ts', [folder]);
    const said = (await child.lines.next()).value as string;
    expect(said).toContain('FolderInUse: ');
    expect(said).toContain(`process ${process.pid} (http://127.0.0.1:3000)`);
    expect(said).toContain(folder);
    expect(said).toContain('ARLEDGER_DATA');
    expect(await child.ended).toBe(0);
    lock.release();
  }));

test('a folder that another process holds names it, and is free the moment it is killed', () =>
  inNewFolder(async (folder) => {
    const child = startChild('event-store-holder.ts', [folder]);
    expect((await child.lines.next()).value).toBe('held');
    const error = thrownBy(() => acquireFolderLock(folder));
    expect(error).toBeInstanceOf(FolderInUse);
    expect(error).toMatchObject({ folder, pid: child.process.pid, address: 'http://127.0.0.1:3999' });
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    // What the dead owner said is still there, and does not matter.
    expect(readFolderHolder(folder)?.pid).toBe(child.process.pid);
    const lock = acquireFolderLock(folder);
    expect(readFolderHolder(folder)?.pid).toBe(process.pid);
    lock.release();
  }));

test('a holder that has not said who it is holds the folder all the same', () =>
  inNewFolder(async (folder) => {
    const lock = acquireFolderLock(folder);
    for (const text of ['', '{', 'null', '{"pid":"12"}']) {
      await writeFile(join(folder, 'lock.json'), text);
      const error = thrownBy(() => acquireFolderLock(folder));
      expect(error).toBeInstanceOf(FolderInUse);
      expect(error).toMatchObject({ pid: undefined, address: undefined });
    }
    lock.release();
  }));

test('a file in the place of the folder, or above it, is a clear error', () =>
  inNewFolder(async (parent) => {
    const file = join(parent, 'data');
    await writeFile(file, 'not a folder');
    for (const folder of [file, join(file, 'ledger')]) {
      const error = thrownBy(() => acquireFolderLock(folder));
      expect(error).toBeInstanceOf(FolderUnusable);
      expect((error as Error).message).toContain(folder);
    }
    expect(await readFile(file, 'utf8')).toBe('not a folder');
  }));

const withProc = existsSync('/proc/self') ? test : test.skip;

withProc('a folder that cannot be made where the kernel makes none is a clear error, at once', () =>
  inNewFolder(async () => {
    // In a process of its own: Node's recursive mkdir never ends there.
    const child = startChild('event-store-holder.ts', ['/proc/no-such-folder/ledger']);
    const timer = setTimeout(() => child.process.kill('SIGKILL'), 10_000);
    expect((await child.lines.next()).value).toMatch(
      /^FolderUnusable: the data folder \/proc\/no-such-folder\/ledger cannot be used: .*'\/proc\/no-such-folder'/,
    );
    await child.ended;
    clearTimeout(timer);
  }),
);

test('a lock file that is no database is a clear error', () =>
  inNewFolder(async (folder) => {
    await writeFile(join(folder, 'lock.db'), 'something else altogether, and long enough '.repeat(40));
    const error = thrownBy(() => acquireFolderLock(folder));
    expect(error).toBeInstanceOf(FolderUnusable);
    expect((error as Error).message).toContain(
      `it holds no data: delete ${join(folder, 'lock.db')} and start again`,
    );
    await unlink(join(folder, 'lock.db'));
    acquireFolderLock(folder).release();
  }));

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
