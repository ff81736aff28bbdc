import type { Delimiters } from './delimiters.js';
import type { SegmentBatch } from './segment.js';

const [ELEMENT, COMPONENT, REPETITION, SEGMENT] = [0x1d, 0x1f, 0x1c, 0x1e];

/** How bytes become canonical under these delimiters; a file seldom has more than one set. */
function translationOf({ element, component, repetition, segment }: Delimiters): Uint8Array {
  const to = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  if (repetition !== undefined) to[repetition.charCodeAt(0)] = REPETITION;
  to[component.charCodeAt(0)] = COMPONENT;
  to[element.charCodeAt(0)] = ELEMENT;
  to[segment.charCodeAt(0)] = SEGMENT;
  return to;
}

/** Reused, since the bytes are digested before the next are asked for. */
let scratch = Buffer.alloc(1 << 15);

const translations = new WeakMap<Delimiters, Uint8Array>();

/**
 * The bytes of some segments of a batch as every file with that content has them: delimiters become the control
 * characters that X12 recommends, empty elements at the end of a segment and line breaks are gone. They are valid until
 * the next call.
 *
 * @param from index of the first segment within the batch
 * @param to index after the last
 */
export function canonicalBytes(batch: SegmentBatch, from: number, to: number): Uint8Array {
  if (from >= to) return new Uint8Array(0);
  let translation = translations.get(batch.delimiters);
  if (!translation) translations.set(batch.delimiters, (translation = translationOf(batch.delimiters)));
  const { start } = batch.segments[from]!.range;
  const { end } = batch.segments[to - 1]!.range;
  const written = end + 1 - start;
  if (scratch.length < written) scratch = Buffer.alloc(2 * written);
  const bytes = scratch;
  bytes.write(batch.text.slice(start, end + 1), 'latin1');
  let length = 0;
  for (let i = 0; i < written; i += 1) {
    const byte = translation[bytes[i]!]!;
    if (byte === SEGMENT) while (length > 0 && bytes[length - 1] === ELEMENT) length -= 1;
    bytes[length] = byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}
