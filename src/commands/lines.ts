/** A line of a stream that is longer than any command; it was skipped without being kept. */
export class OverlongLine {
  constructor(readonly bytesMax: number) {}
}

const NEWLINE = 0x0a;

/** Cuts a stream of bytes into lines, without their ends; holds no more of it than one line. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax = 1024 * 1024,
): AsyncGenerator<Buffer | OverlongLine> {
  let parts: Buffer[] = [];
  let length = 0;
  const take = (): Buffer | OverlongLine => {
    const line =
      length > bytesMax ? new OverlongLine(bytesMax) : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    parts = [];
    length = 0;
    return line;
  };
  const add = (part: Buffer): void => {
    length += part.length;
    if (length > bytesMax) parts = [];
    else parts.push(part);
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      add(bytes.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < bytes.length) add(bytes.subarray(start));
  }
  if (length > 0) yield take();
}
