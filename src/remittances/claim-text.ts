import { readSegments } from '../x12/read-segments.js';

/** A segment of a file as it stands there, without its terminator. It may hold names. */
export interface SegmentText {
  segment: number;
  text: string;
}

/** What ends a claim beside the next one. */
const BEYOND = new Set(['CLP', 'LX', 'PLB', 'SE', 'ST', 'GE', 'GS', 'IEA', 'ISA']);

/**
 * The segments of a claim in the file that it came in.
 *
 * @param segment number of its CLP within the file
 */
export async function claimText(file: AsyncIterable<Uint8Array>, segment: number): Promise<SegmentText[]> {
  const found: SegmentText[] = [];
  for await (const batch of readSegments(file)) {
    for (const read of batch.segments) {
      if (read.number < segment) continue;
      if (read.number > segment && BEYOND.has(read.tag)) return found;
      found.push({ segment: read.number, text: read.text });
    }
  }
  return found;
}
