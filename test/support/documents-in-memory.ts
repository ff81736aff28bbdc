import { createHash } from 'node:crypto';
import {
  type DocumentStore,
  DocumentUnreadable,
  type KeptDocument,
} from '../../src/remittances/documents/document-store.js';

/** Keeps files in memory: what a process that was killed has kept is there for the next one. */
export class DocumentsInMemory implements DocumentStore {
  readonly kept = new Map<string, Buffer>();
  /** Hashes of those that end in another way than they were received. */
  readonly damaged = new Set<string>();

  async keep(source: AsyncIterable<Uint8Array>): Promise<KeptDocument> {
    const bytes = Buffer.concat(await Array.fromAsync(source));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.kept.set(sha256, bytes);
    return { sha256, bytes: bytes.length };
  }

  open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.kept.get(sha256);
    return Promise.resolve(bytes && this.#read(sha256, bytes));
  }

  erase(sha256: string): Promise<boolean> {
    return Promise.resolve(this.kept.delete(sha256));
  }

  async *#read(sha256: string, bytes: Buffer): AsyncGenerator<Uint8Array> {
    yield* inPieces(bytes);
    if (this.damaged.has(sha256)) throw new DocumentUnreadable(sha256);
  }
}

/** Bytes as a network or disk gives them. */
export async function* inPieces(bytes: Uint8Array, size = 1024): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
