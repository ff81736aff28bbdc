import type { Delimiters } from './delimiters.js';
import type { Finding } from './finding.js';
import type { ReaderCode } from './reader-findings.js';

/**
 * Segments that were complete together, in the order of the file, all with the same delimiters. They share one text;
 * a value is cut from it when it is asked for.
 */
export class SegmentBatch {
  readonly segments: Segment[] = [];
  readonly findings: Finding<ReaderCode>[] = [];
  /** The bytes of all segments, one character per byte, without the line breaks that were dropped. */
  text = '';
  /** Per segment: where its tag begins, then the end of its tag and of each element. */
  bounds: Int32Array = new Int32Array(0);
  /** Whether every byte is ASCII, so that no value has to be decoded. */
  ascii = true;

  constructor(readonly delimiters: Delimiters) {}
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of bytes: UTF-8 where they are valid UTF-8, else Latin-1, so that nothing is lost either way. */
function decoded(bytes: string): string {
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes.charCodeAt(i) < 0x80) continue;
    try {
      return utf8.decode(Buffer.from(bytes, 'latin1'));
    } catch {
      return bytes; // not UTF-8, so each byte is its Latin-1 character
    }
  }
  return bytes;
}

const SPACE = 32;

/** One segment of a file. */
export class Segment {
  constructor(
    private readonly batch: SegmentBatch,
    private readonly first: number,
    /** `CLP`, `N1`; empty where what stands there is no tag. */
    readonly tag: string,
    /** How many elements follow the tag. */
    readonly length: number,
    /** Number within the file, from 1. */
    readonly number: number,
    /** Where it begins, in bytes from the start of the file. */
    readonly position: number,
  ) {}

  /** An element by its number in the standard (`CLP04` is 4), without the blanks around it; empty when absent. */
  value(element: number): string {
    if (element > this.length) return '';
    const { text, bounds, ascii } = this.batch;
    let start = bounds[this.first + element]! + 1;
    let end = bounds[this.first + element + 1]!;
    while (start < end && text.charCodeAt(start) === SPACE) start += 1;
    while (start < end && text.charCodeAt(end - 1) === SPACE) end -= 1;
    if (start === end) return '';
    const bytes = text.slice(start, end);
    return ascii ? bytes : decoded(bytes);
  }

  /** The components of a composite element; an empty element has none. */
  components(element: number): string[] {
    const value = this.value(element);
    return value === '' ? [] : value.split(this.batch.delimiters.component);
  }

  /** The repetitions of an element; one where the interchange knows no repetition. */
  repetitions(element: number): string[] {
    const value = this.value(element);
    const { repetition } = this.batch.delimiters;
    if (value === '') return [];
    return repetition === undefined ? [value] : value.split(repetition);
  }

  get delimiters(): Delimiters {
    return this.batch.delimiters;
  }

  /** The whole of it as it stands in the file, without its terminator. */
  get text(): string {
    const { start, end } = this.range;
    return decoded(this.batch.text.slice(start, end));
  }

  /** Where its bytes lie in the text of its batch: from its tag up to, and without, its terminator. */
  get range(): { start: number; end: number } {
    const { bounds } = this.batch;
    return { start: bounds[this.first]!, end: bounds[this.first + this.length + 1]! };
  }
}
