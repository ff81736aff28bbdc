import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolderDocuments } from '../../../src/remittances/documents/folder-documents.js';
import { startChild } from '../../support/event-store-child.js';
import { bytesOf, contentOf, cut, documentStoreContract, sha256Of } from './contract.js';

// Disks of their own can be given to processes on Linux, to root or where users may have namespaces.
const OWN_DISKS = ['unshare', '--map-root-user', '--mount'];
const [unshare, ...own] = OWN_DISKS;
const given = spawnSync(unshare!, [...own, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
const withOwnDisks = given.status === 0 ? test : test.skip;

describe('documents in a folder', () => {
  let root: string;
  let data: string;
  let folder: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'arledger-documents-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  beforeEach(async () => {
    data = await mkdtemp(join(root, 'data-'));
    folder = join(data, 'documents');
  });

  documentStoreContract(() => openFolderDocuments(data));

  test('are for their owner alone, and make no folder before there is one', async () => {
    const store = await openFolderDocuments(data);
    expect(await readdir(data)).toEqual([]);
    const { sha256 } = await store.keep(cut(bytesOf(10), [10]));
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, sha256))).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([sha256]);
  });

  test('are there again after a restart; nothing is left of a source that failed', async () => {
    const store = await openFolderDocuments(data);
    const { sha256 } = await store.keep(cut(bytesOf(10), [10]));
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* cut(bytesOf(1_000_000), [1_000_000]);
      throw new Error('gone');
    }
    await expect(store.keep(failing())).rejects.toThrow('gone');
    expect(await readdir(folder)).toEqual([sha256]);
    expect(await contentOf(await openFolderDocuments(data), sha256)).toEqual(bytesOf(10));
  });

  test('of a run that was killed in the middle are gone', async () => {
    const child = startChild('documents-half-kept.ts', [data]);
    expect((await child.lines.next()).value).toBe('half');
    child.process.kill('SIGKILL');
    expect(await child.ended).toBe('SIGKILL');
    const [unfinished, ...more] = await readdir(folder);
    expect([unfinished, more]).toEqual([expect.stringMatching(/\.part$/), []]);
    expect((await stat(join(folder, unfinished!))).size).toBeGreaterThan(0);
    await openFolderDocuments(data);
    expect(await readdir(folder)).toEqual([]);
  });

  test('that were changed on the disk are told when they are read, and are whole when they come again', async () => {
    const store = await openFolderDocuments(data);
    const { sha256 } = await store.keep(cut(bytesOf(10), [10]));
    await writeFile(join(folder, sha256), bytesOf(9));
    await expect(contentOf(store, sha256)).rejects.toMatchObject({ name: 'DocumentUnreadable', sha256 });
    await store.keep(cut(bytesOf(10), [10]));
    expect(await contentOf(store, sha256)).toEqual(bytesOf(10));
  });

  test('where something else stands are unavailable', async () => {
    await writeFile(folder, 'no folder');
    await expect(openFolderDocuments(data)).rejects.toMatchObject({
      name: 'DocumentsUnavailable',
      message: 'documents cannot be kept or read: something else stands in the place of its folder (ENOTDIR)',
    });
  });

  (process.getuid?.() === 0 ? test.skip : test)('in a folder without rights are unavailable', async () => {
    await mkdir(folder);
    const store = await openFolderDocuments(data);
    await chmod(folder, 0o500);
    await expect(store.keep(cut(bytesOf(1), [1]))).rejects.toMatchObject({ name: 'DocumentsUnavailable' });
  });

  withOwnDisks('on a full disk are unavailable, and leave nothing of themselves', async () => {
    const child = startChild('documents-full-disk.ts', [data], { through: OWN_DISKS });
    const printed = (await child.lines.next()).value as string;
    expect(await child.ended).toBe(0);
    const small = sha256Of(Buffer.alloc(1000, 1));
    const large = sha256Of(Buffer.alloc(8_000_000, 2));
    expect(JSON.parse(printed)).toEqual({
      failure: 'DocumentsUnavailable: documents cannot be kept or read: the disk is full (ENOSPC)',
      left: [small],
      withRoom: [small, large].sort(),
    });
  });
});
