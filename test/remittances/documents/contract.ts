import { expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { DocumentStore } from '../../../src/remittances/documents/document-store.js';

/** What every document store has to keep; each test opens an empty one. */
export function documentStoreContract(opened: () => Promise<DocumentStore>): void {
  test.each([
    ['nothing', []],
    ['one byte', [1]],
    ['a piece', [256 * 1024]],
    ['a piece and a byte', [256 * 1024, 1]],
    ['many small parts', Array.from({ length: 3000 }, (_, at) => at % 700)],
    ['few large parts', [1_000_000, 0, 2_345_678]],
  ])('%s comes back byte for byte', async (_, parts) => {
    const store = await opened();
    const bytes = bytesOf(parts.reduce((sum, part) => sum + part, 0));
    const kept = await store.keep(cut(bytes, parts));
    expect(kept).toEqual({ sha256: sha256Of(bytes), bytes: bytes.byteLength });
    expect(Buffer.compare((await contentOf(store, kept.sha256))!, bytes)).toBe(0);
  });

  test('a part may be used again by its sender once the next one is asked for', async () => {
    const store = await opened();
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const part = Buffer.alloc(1000);
      for (let n = 0; n < 300; n += 1) {
        part.fill(n % 251);
        yield part;
      }
    }
    const { sha256, bytes } = await store.keep(reusing());
    const content = await contentOf(store, sha256);
    expect(bytes).toBe(300_000);
    expect(sha256Of(content!)).toBe(sha256);
    expect(content![299_999]).toBe(299 % 251);
  });

  test('the same content is kept once, also at the same moment, and erased at once', async () => {
    const store = await opened();
    const bytes = bytesOf(600_000);
    const kept = await Promise.all([1, 2, 3].map(() => store.keep(cut(bytes, [100_000, 500_000]))));
    kept.push(await store.keep(cut(bytes, [600_000])));
    expect(new Set(kept.map(({ sha256 }) => sha256))).toEqual(new Set([sha256Of(bytes)]));
    expect((await contentOf(store, kept[0]!.sha256))!.equals(bytes)).toBe(true);
    expect(await store.erase(kept[0]!.sha256)).toBe(true);
    expect(await store.erase(kept[0]!.sha256)).toBe(false);
    expect(await store.open(kept[0]!.sha256)).toBeUndefined();
  });

  test('erasing one leaves the others', async () => {
    const store = await opened();
    const [a, b] = [await store.keep(cut(bytesOf(10), [10])), await store.keep(cut(bytesOf(11), [11]))];
    await store.erase(a.sha256);
    expect((await contentOf(store, b.sha256))!.equals(bytesOf(11))).toBe(true);
    expect(await store.keep(cut(bytesOf(10), [10]))).toEqual(a);
    expect((await contentOf(store, a.sha256))!.equals(bytesOf(10))).toBe(true);
  });

  test('what was never kept, or can be no hash, is not there', async () => {
    const store = await opened();
    for (const name of [
      'f'.repeat(64),
      'F'.repeat(64),
      '',
      '..',
      '../event-log.db',
      `../${'f'.repeat(61)}`,
    ]) {
      expect(await store.open(name)).toBeUndefined();
      expect(await store.erase(name)).toBe(false);
    }
  });

  test('a source that fails keeps nothing, and its own error passes through', async () => {
    const store = await opened();
    const bytes = bytesOf(900_000);
    const broken = new Error('the sender has gone');
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield* cut(bytes, [900_000]);
      throw broken;
    }
    await expect(store.keep(failing())).rejects.toBe(broken);
    expect(await store.open(sha256Of(bytes))).toBeUndefined();
  });

  test('a document may be left in the middle, and read by several at once', async () => {
    const store = await opened();
    const bytes = bytesOf(2_000_000);
    const { sha256 } = await store.keep(cut(bytes, [2_000_000]));
    for await (const piece of (await store.open(sha256))!) {
      expect(piece.byteLength).toBeLessThan(bytes.byteLength);
      break;
    }
    const read = await Promise.all([1, 2, 3].map(() => contentOf(store, sha256)));
    for (const content of read) expect(content!.equals(bytes)).toBe(true);
  });

  test('one that is erased before it is read is told as such', async () => {
    const store = await opened();
    const { sha256 } = await store.keep(cut(bytesOf(700_000), [700_000]));
    const document = await store.open(sha256);
    await store.erase(sha256);
    await expect(collect(document!)).rejects.toMatchObject({ name: 'DocumentUnreadable', sha256 });
  });
}

/** Bytes that repeat with no period of a piece. */
export function bytesOf(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 7 + (at >> 8)) % 256;
  return bytes;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes in parts of these lengths. */

export async function* cut(bytes: Uint8Array, parts: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const part of parts) {
    yield bytes.subarray(at, at + part);
    at += part;
  }
}

export async function contentOf(store: DocumentStore, sha256: string): Promise<Buffer | undefined> {
  const document = await store.open(sha256);
  return document && collect(document);
}

async function collect(document: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of document) pieces.push(piece);
  return Buffer.concat(pieces);
}
