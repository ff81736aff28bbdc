import { createHash } from 'node:crypto';
import { DocumentUnreadable, type KeptDocument } from './document-store.js';

/** How many bytes are written at once. */
const PIECE_BYTES = 256 * 1024;

/** What a document came to while its pieces went by. */
export class Tally {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#bytes += piece.byteLength;
  }

  /** To be asked once, at the end. */
  total(): KeptDocument {
    return { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }
}

/**
 * The same bytes in pieces of one size, the last one smaller, however they came. A piece is the receiver's own until it
 * asks for the next one.
 */
export async function* inPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength;) {
      const taken = Math.min(PIECE_BYTES - filled, chunk.byteLength - at);
      piece.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < PIECE_BYTES) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/**
 * The bytes, compared with their hash at the end.
 *
 * @throws DocumentUnreadable when they are not what was received
 */
export async function* proved(sha256: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const tally = new Tally();
  for await (const piece of pieces) {
    tally.add(piece);
    yield piece;
  }
  if (tally.total().sha256 !== sha256) throw new DocumentUnreadable(sha256);
}
