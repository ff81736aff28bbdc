import type { SegmentBatch } from './segment.js';
import { PIECE, SegmentSplitter } from './splitter.js';

/**
 * Reads the segments of a file as its bytes come, a batch for each chunk, in flat memory: what was read is let go with
 * its batch. Never throws for what the bytes are; what is wrong with them is in `findings`, in front of the segment
 * whose number they bear.
 *
 * @param source the bytes, chunked in whatever way; its own errors pass through
 */
export async function* readSegments(source: AsyncIterable<Uint8Array>): AsyncGenerator<SegmentBatch> {
  const splitter = new SegmentSplitter();
  for await (const chunk of source) yield* pushed(splitter, chunk);
  yield* splitter.end();
}

/** {@link readSegments} for bytes that are all there. */
export function* readSegmentsSync(...chunks: Uint8Array[]): Generator<SegmentBatch> {
  const splitter = new SegmentSplitter();
  for (const chunk of chunks) yield* pushed(splitter, chunk);
  yield* splitter.end();
}

/** A chunk may be a whole file; it is taken piece by piece, and each is let go before the next. */
function* pushed(splitter: SegmentSplitter, chunk: Uint8Array): Generator<SegmentBatch> {
  for (let at = 0; at < chunk.length; at += PIECE) yield* splitter.push(chunk.subarray(at, at + PIECE));
}
