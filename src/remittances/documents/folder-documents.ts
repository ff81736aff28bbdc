import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Tally, inPieces, proved } from './bytes.js';
import {
  type DocumentStore,
  DocumentUnreadable,
  DocumentsUnavailable,
  type KeptDocument,
  isSha256,
} from './document-store.js';

const FOLDER = 'documents';
const UNFINISHED = '.part';
/** What was read stays until it is collected: the smaller, the sooner. */
const READ_BYTES = 64 * 1024;

/**
 * Documents as files named by their hash, in the folder `documents` of the data folder, whose lock the caller holds.
 * Files that a killed run left unfinished are removed. The folder is made when the first document comes.
 *
 * @throws DocumentsUnavailable
 */
export async function openFolderDocuments(dataFolder: string): Promise<DocumentStore> {
  const folder = join(dataFolder, FOLDER);
  const names = await onDisk(() => readdir(folder), { ENOENT: [] });
  for (const name of names) {
    if (name.endsWith(UNFINISHED)) await onDisk(() => rm(join(folder, name), { force: true }));
  }
  return new FolderDocuments(folder);
}

class FolderDocuments implements DocumentStore {
  /** How many documents were begun, so that each has an unfinished file of its own. */
  #begun = 0;

  constructor(private readonly folder: string) {}

  async keep(source: AsyncIterable<Uint8Array>): Promise<KeptDocument> {
    await this.#makeFolder();
    this.#begun += 1;
    const unfinished = join(this.folder, `${process.pid}-${this.#begun}${UNFINISHED}`);
    try {
      const kept = await this.#write(unfinished, source);
      // One that is there already is replaced by its equal.
      await onDisk(() => rename(unfinished, this.#pathOf(kept.sha256)));
      await onDisk(() => syncFolder(this.folder));
      return kept;
    } catch (error) {
      // Should that fail too, it is removed when the store is opened the next time.
      await rm(unfinished, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    if (!isSha256(sha256)) return undefined;
    const path = this.#pathOf(sha256);
    const found = await onDisk(() => stat(path), { ENOENT: undefined });
    return found && proved(sha256, readFrom(path, sha256));
  }

  async erase(sha256: string): Promise<boolean> {
    if (!isSha256(sha256)) return false;
    const erased = await onDisk(() => unlink(this.#pathOf(sha256)).then(() => true), { ENOENT: false });
    if (erased) await onDisk(() => syncFolder(this.folder));
    return erased;
  }

  #pathOf(sha256: string): string {
    return join(this.folder, sha256);
  }

  async #makeFolder(): Promise<void> {
    const made = await onDisk(() => mkdir(this.folder, { mode: 0o700 }).then(() => true), { EEXIST: false });
    if (made) await onDisk(() => syncFolder(dirname(this.folder)));
  }

  async #write(path: string, source: AsyncIterable<Uint8Array>): Promise<KeptDocument> {
    const file = await onDisk(() => open(path, 'w', 0o600));
    try {
      const tally = new Tally();
      for await (const piece of inPieces(source)) {
        tally.add(piece);
        await onDisk(() => writeAll(file, piece));
      }
      await onDisk(() => file.sync());
      return tally.total();
    } finally {
      await onDisk(() => file.close());
    }
  }
}

/** The file is opened when the first bytes are asked for, so that nothing stays open that nobody reads. */
async function* readFrom(path: string, sha256: string): AsyncGenerator<Uint8Array> {
  const file = await onDisk(() => open(path, 'r'), { ENOENT: undefined });
  if (!file) throw new DocumentUnreadable(sha256);
  try {
    for (;;) {
      // One buffer a piece: the reader may keep what it was given.
      const { bytesRead, buffer } = await onDisk(() => file.read(Buffer.allocUnsafe(READ_BYTES)));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await onDisk(() => file.close());
  }
}

/** The system may take less than it is given. */
async function writeAll(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.byteLength;) at += (await file.write(piece, at)).bytesWritten;
}

/** A new name is durable when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

const DISK_IS_FULL = 'the disk is full';
const REASONS: Readonly<Partial<Record<string, string>>> = {
  ENOSPC: DISK_IS_FULL,
  EDQUOT: 'the disk has no more room for this user',
  EROFS: 'the disk can only be read',
  EIO: 'the disk fails',
  EACCES: 'its folder may not be read or written by this user',
  EPERM: 'its folder may not be read or written by this user',
  ENOTDIR: 'something else stands in the place of its folder',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/**
 * Does something on the disk.
 *
 * @param instead what it comes to, by codes of the system that say no trouble
 * @throws DocumentsUnavailable for every other
 */
async function onDisk<T, I = never>(
  work: () => Promise<T>,
  instead: Readonly<Record<string, I>> = {},
): Promise<T | I> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    if (Object.hasOwn(instead, code)) return instead[code] as I;
    throw new DocumentsUnavailable(
      `documents cannot be kept or read: ${REASONS[code] ?? 'the disk refuses'} (${code})`,
      { cause: error },
    );
  }
}
