import { createHash } from 'node:crypto';
import type { DocumentStore, KeptDocument } from '../../../src/remittances/documents/document-store.js';

/** Keeps files in memory: what a process that was killed has kept is there for the next one. */
export class DocumentsInMemory implements DocumentStore {
  readonly #documents = new Map<string, Buffer>();

  async keep(source: AsyncIterable<Uint8Array>): Promise<KeptDocument> {
    const bytes = Buffer.concat(await Array.fromAsync(source));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#documents.set(sha256, bytes);
    return { sha256, bytes: bytes.length };
  }

  open(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const bytes = this.#documents.get(sha256);
    return Promise.resolve(bytes && inPieces(bytes));
  }

  erase(sha256: string): Promise<boolean> {
    return Promise.resolve(this.#documents.delete(sha256));
  }
}

/** Bytes as a network or disk gives them. */
export async function* inPieces(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
