import { type Delimiters, mayPartElements } from './delimiters.js';
import { FRAGMENT_WINDOW, guessDelimiters } from './fragment.js';
import { HEADER_LIMIT, readInterchangeHeader } from './interchange-header.js';
import type { Facts } from './finding.js';
import { READER_FINDINGS, type ReaderCode } from './reader-findings.js';
import { Segment, SegmentBatch } from './segment.js';

/** No segment of a real file comes near this many bytes; beyond it, elements are dropped and memory stays bounded. */
export const SEGMENT_LIMIT = 1 << 20;

/** Bytes that are best given at once: few enough for a batch to be garbage before it is old. */
export const PIECE = 1 << 14;

const PLAIN = 0;
const ELEMENT_END = 1;
const SEGMENT_END = 2;
const LINE_BREAK = 3;

const [LF, CR, SPACE] = [10, 13, 32];
const ISA = 0x495341;
const GS = 0x4753;
const ST = 0x5354;

/** Where the splitter stands: looking for an envelope, holding bytes until its delimiters are known, or in segments. */
type Mode = 'search' | 'header' | 'fragment' | 'segments' | 'dropping';

/**
 * Cuts bytes into segments, however they are chunked: one pass over the bytes that notes where elements end, so that
 * nothing is copied or decoded which nobody asks for. Holds one unfinished segment and no more.
 */
export class SegmentSplitter {
  #mode: Mode = 'search';
  #done: SegmentBatch[] = [];
  #batch: SegmentBatch = new SegmentBatch({ element: '', component: '', segment: '' });
  #kinds = new Uint8Array(256);

  /** The bytes of the batch and of the segment under way, line breaks dropped. */
  #out = Buffer.allocUnsafe(2 * PIECE);
  #bounds = new Int32Array(PIECE);
  #length = 0;
  #boundCount = 0;
  /** Where the segment under way begins, in the bytes, in the bounds, and in the file. */
  #start = 0;
  #firstBound = 0;
  #position = 0;
  #high = 0;
  /** The first segment after a header is that header, and must not be taken for the next one. */
  #headerRead = false;

  #count = 0;
  #consumed = 0;

  /** While searching: the last four bytes, the one before them, and how many were passed by that are not blank. */
  #window = 0;
  #before = 0;
  #passed = 0;
  #passedFrom = 0;
  #everFound = false;
  #firstBytes = 0;
  /** Bytes kept until the delimiters are known, and where they begin in the file. */
  #held: Uint8Array[] = [];
  #heldLength = 0;
  #heldFrom = 0;

  /** Takes the next bytes of the file, at best not more than {@link PIECE}, and gives what became complete. */
  push(chunk: Uint8Array): SegmentBatch[] {
    this.#take(chunk, this.#consumed);
    this.#consumed += chunk.length;
    this.#complete();
    return this.#handOver();
  }

  /** Says that the file is over, and gives what was under way. */
  end(): SegmentBatch[] {
    for (let mode = this.#mode; mode === 'header' || mode === 'fragment'; mode = this.#mode) {
      this.#decide(true);
    }
    if (this.#mode === 'search') this.#reportPassed();
    else if (this.#length > this.#start || this.#mode === 'dropping') {
      this.#find('segment_not_terminated', this.#position);
      this.#finish();
    }
    if (!this.#everFound) this.#find('no_envelope', 0);
    this.#complete();
    return this.#handOver();
  }

  #handOver(): SegmentBatch[] {
    const batches = this.#done;
    this.#done = [];
    return batches;
  }

  #take(bytes: Uint8Array, position: number): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#mode) {
        case 'search':
          at = this.#search(bytes, at, position);
          break;
        case 'header':
        case 'fragment':
          at = this.#hold(bytes, at);
          break;
        case 'segments':
          at = this.#split(bytes, at, position);
          break;
        case 'dropping':
          at = this.#drop(bytes, at);
          break;
      }
    }
  }

  #search(bytes: Uint8Array, from: number, position: number): number {
    for (let i = from; i < bytes.length; i += 1) {
      const byte = bytes[i]!;
      const last = this.#window & 0xff;
      this.#before = this.#window >>> 24;
      this.#window = ((this.#window << 8) | byte) >>> 0;
      const offset = position + i;
      if (offset < 2) {
        this.#firstBytes = (this.#firstBytes << 8) | byte;
        if (offset === 1 && (this.#firstBytes === 0xfffe || this.#firstBytes === 0xfeff)) {
          this.#find('text_is_utf16', 0);
        }
      }
      if (byte > SPACE && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) {
        if (this.#passed === 0) this.#passedFrom = offset;
        this.#passed += 1;
      }
      // Only a capital A, S or T can be the last letter of a tag, so that prose costs next to nothing.
      if (last !== 0x41 && last !== 0x53 && last !== 0x54) continue;
      const length = this.#tagLength(byte);
      if (length === 0) continue;
      this.#everFound = true;
      this.#passed -= length + (byte > SPACE ? 1 : 0);
      this.#reportPassed();
      this.#held = [Uint8Array.from(tagBytes(this.#window, length))];
      this.#heldLength = length + 1;
      this.#heldFrom = offset - length;
      this.#window = 0;
      this.#mode = length === 3 ? 'header' : 'fragment';
      return i + 1;
    }
    return bytes.length;
  }

  /** The length of the envelope's tag whose separator was just read, or 0. */
  #tagLength(separator: number): number {
    if (!mayPartElements(String.fromCharCode(separator))) return 0;
    if (this.#window >>> 8 === ISA && !isAlphanumeric(this.#before)) return 3;
    const two = (this.#window >>> 8) & 0xffff;
    return (two === GS || two === ST) && !isAlphanumeric(this.#window >>> 24) ? 2 : 0;
  }

  #reportPassed(): void {
    if (this.#passed > 0) this.#find('text_outside_envelope', this.#passedFrom, { bytes: this.#passed });
    this.#passed = 0;
  }

  #hold(bytes: Uint8Array, from: number): number {
    const limit = this.#mode === 'header' ? HEADER_LIMIT : FRAGMENT_WINDOW;
    const part = new Uint8Array(bytes.subarray(from, from + limit - this.#heldLength));
    this.#held.push(part);
    this.#heldLength += part.length;
    if (this.#mode === 'header' || this.#heldLength >= limit) this.#decide(false);
    return from + part.length;
  }

  /** Reads or guesses the delimiters from the bytes held, and takes those bytes again under them. */
  #decide(ended: boolean): void {
    const bytes = Buffer.concat(this.#held);
    const text = bytes.toString('latin1');
    const position = this.#heldFrom;
    if (this.#mode === 'fragment') {
      this.#begin(guessDelimiters(text));
    } else {
      const header = readInterchangeHeader(text, ended);
      if (header === 'more') {
        this.#held = [bytes];
        return;
      }
      if (header === 'unreadable') {
        this.#find('interchange_header_unreadable', position);
        this.#mode = 'search';
        this.#held = [];
        this.#take(bytes.subarray(4), position + 4);
        return;
      }
      this.#begin(header.delimiters);
      for (const fault of header.faults) this.#find(fault, position);
    }
    this.#held = [];
    this.#headerRead = true;
    this.#take(bytes, position);
  }

  #begin(delimiters: Delimiters): void {
    this.#complete();
    this.#batch = new SegmentBatch(delimiters);
    this.#mode = 'segments';
    this.#kinds.fill(PLAIN);
    this.#kinds[LF] = LINE_BREAK;
    this.#kinds[CR] = LINE_BREAK;
    this.#kinds[delimiters.element.charCodeAt(0)] = ELEMENT_END;
    this.#kinds[delimiters.segment.charCodeAt(0)] = SEGMENT_END;
  }

  /** The hot loop: about one nanosecond for a byte. */
  #split(bytes: Uint8Array, from: number, position: number): number {
    this.#reserve(bytes.length - from);
    const kinds = this.#kinds;
    const out = this.#out;
    const bounds = this.#bounds;
    let length = this.#length;
    let count = this.#boundCount;
    let start = this.#start;
    let high = this.#high;
    let i = from;
    for (; i < bytes.length; i += 1) {
      const byte = bytes[i]!;
      const kind = kinds[byte]!;
      if (kind === LINE_BREAK) continue;
      if (kind === SEGMENT_END) {
        if (length === start) continue;
        this.#length = length;
        this.#boundCount = count;
        this.#high = high;
        this.#finish();
        length = this.#length;
        count = this.#boundCount;
        start = this.#start;
        high = 0;
        if (this.#isSearching()) {
          i += 1;
          break;
        }
        continue;
      }
      if (length < start + 4) {
        if (length === start) {
          if (byte <= SPACE && kind === PLAIN) continue;
          this.#position = position + i;
          bounds[count] = start;
          count += 1;
        } else if (length === start + 3 && !this.#headerRead && this.#isHeader(start, byte)) {
          this.#mode = 'header';
          this.#held = [Uint8Array.of(0x49, 0x53, 0x41, byte)];
          this.#heldLength = 4;
          this.#heldFrom = this.#position;
          length = start;
          count = this.#firstBound;
          i += 1;
          break;
        }
      }
      if (kind === ELEMENT_END) {
        bounds[count] = length;
        count += 1;
      }
      high |= byte;
      out[length] = byte;
      length += 1;
    }
    this.#length = length;
    this.#boundCount = count;
    this.#start = start;
    this.#high = high;
    if (this.#mode === 'segments' && length - start > SEGMENT_LIMIT) this.#startDropping();
    return i;
  }

  #isSearching(): boolean {
    return this.#mode === 'search';
  }

  #isHeader(start: number, separator: number): boolean {
    const out = this.#out;
    const tag = (out[start]! << 16) | (out[start + 1]! << 8) | out[start + 2]!;
    return tag === ISA && mayPartElements(String.fromCharCode(separator));
  }

  /** Keeps the tag of a segment that is too long, and lets the rest go by. */
  #startDropping(): void {
    this.#mode = 'dropping';
    this.#boundCount = this.#firstBound + 1;
    this.#length = this.#start + 4;
  }

  #drop(bytes: Uint8Array, from: number): number {
    const end = bytes.indexOf(this.#batch.delimiters.segment.charCodeAt(0), from);
    if (end === -1) return bytes.length;
    this.#finish();
    return end + 1;
  }

  /** Notes the segment under way as complete. */
  #finish(): void {
    const batch = this.#batch;
    const first = this.#firstBound;
    let tagEnd = this.#boundCount > first + 1 ? this.#bounds[first + 1]! : this.#length;
    if (this.#mode === 'dropping' || this.#length - this.#start > SEGMENT_LIMIT) {
      this.#find('segment_too_long', this.#position, { limit: SEGMENT_LIMIT });
      this.#startDropping();
      this.#mode = 'segments';
      tagEnd = this.#tagEndWithin();
      this.#high = 0;
    }
    const tag = tagOf(this.#out, this.#start, tagEnd);
    this.#bounds[this.#boundCount] = this.#length;
    this.#boundCount += 1;
    this.#count += 1;
    const elements = this.#boundCount - first - 2;
    batch.segments.push(new Segment(batch, first, tag, elements, this.#count, this.#position));
    if (this.#high >= 0x80) batch.ascii = false;
    this.#high = 0;
    // The terminator keeps its place, so that the bytes of several segments can be read in one go.
    this.#out[this.#length] = batch.delimiters.segment.charCodeAt(0);
    this.#length += 1;
    this.#start = this.#length;
    this.#firstBound = this.#boundCount;
    this.#headerRead = false;
    if (tag === 'IEA') this.#mode = 'search';
  }

  #tagEndWithin(): number {
    let end = this.#start;
    while (end < this.#start + 4 && isAlphanumeric(this.#out[end]!)) end += 1;
    return end;
  }

  /** Closes the batch: what is complete goes out, what is under way moves to the front. */
  #complete(): void {
    const batch = this.#batch;
    if (batch.segments.length === 0 && batch.findings.length === 0) return;
    batch.text = this.#out.toString('latin1', 0, this.#start);
    batch.bounds = this.#bounds.slice(0, this.#firstBound);
    this.#done.push(batch);
    this.#batch = new SegmentBatch(batch.delimiters);
    if (batch.segments.length === 0) return;
    this.#out.copyWithin(0, this.#start, this.#length);
    this.#bounds.copyWithin(0, this.#firstBound, this.#boundCount);
    this.#boundCount -= this.#firstBound;
    for (let i = 0; i < this.#boundCount; i += 1) this.#bounds[i]! -= this.#start;
    this.#length -= this.#start;
    this.#start = 0;
    this.#firstBound = 0;
  }

  /** Room for so many bytes more, each of which may end an element. */
  #reserve(bytes: number): void {
    if (this.#out.length < this.#length + bytes + 8) {
      const larger = Buffer.allocUnsafe(2 * (this.#length + bytes + 8));
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    if (this.#bounds.length < this.#boundCount + 2 * bytes + 8) {
      const larger = new Int32Array(2 * (this.#boundCount + 2 * bytes + 8));
      larger.set(this.#bounds.subarray(0, this.#boundCount));
      this.#bounds = larger;
    }
  }

  /** A finding belongs to the segment that comes next. */
  #find(code: ReaderCode, position: number, facts: Facts = {}): void {
    const { severity } = READER_FINDINGS[code];
    this.#batch.findings.push({ code, severity, segment: this.#count + 1, position, facts });
  }
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
}

function tagBytes(window: number, length: number): number[] {
  return length === 3
    ? [0x49, 0x53, 0x41, window & 0xff]
    : [(window >>> 16) & 0xff, (window >>> 8) & 0xff, window & 0xff];
}

/** Tags by their bytes: a file has a few dozen, so each is made once, and comparing them compares two addresses. */
const TAGS = new Map<number, string>();

/** A capital letter, then one or two capitals or digits; anything else is no tag and reads as empty. */
function tagOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 2 || end - start > 3) return '';
  const key = (bytes[start]! << 16) | (bytes[start + 1]! << 8) | (end - start === 3 ? bytes[start + 2]! : 0);
  const known = TAGS.get(key);
  if (known !== undefined) return known;
  const text = String.fromCharCode(...bytes.subarray(start, end));
  if (!/^[A-Z][A-Z0-9]{1,2}$/.test(text)) return '';
  TAGS.set(key, text);
  return text;
}
