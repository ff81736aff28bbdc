import { canonicalBytes } from '../../x12/canonical.js';
import { ENVELOPE_TAGS, Envelope } from '../../x12/envelope.js';
import { readSegments, readSegmentsSync } from '../../x12/read-segments.js';
import type { SegmentBatch } from '../../x12/segment.js';
import { AdviceReader, anotherKind } from './advice-reader.js';
import type { ContentHash } from './content-hash.js';
import type { AdviceFinding, AdviceItem } from './model.js';

export interface ReadingOptions {
  /** Makes a SHA-256 for each ST: `() => createHash('sha256')`. */
  contentHash: () => ContentHash;
}

/**
 * Reads the remittance advices (835) of a file as its bytes come: for each ST its header, its claims one by one, its
 * provider adjustments, and what it comes to. Holds one claim at a time, whatever the size of the file. Everything that
 * is not as it should be is a finding; no bytes make it throw. Errors of the source pass through.
 */
export async function* readAdvices(
  source: AsyncIterable<Uint8Array>,
  options: ReadingOptions,
): AsyncGenerator<AdviceItem> {
  const reader = new FileReader(options);
  for await (const batch of readSegments(source)) yield* reader.take(batch);
  yield* reader.end();
}

/** {@link readAdvices} for bytes that are all there. */
export function* readAdvicesSync(bytes: Uint8Array[], options: ReadingOptions): Generator<AdviceItem> {
  const reader = new FileReader(options);
  for (const batch of readSegmentsSync(...bytes)) yield* reader.take(batch);
  yield* reader.end();
}

/** Reads one file, batch by batch: envelopes here, the inside of each 835 by an {@link AdviceReader}. */
class FileReader {
  #items: AdviceItem[] = [];
  #advice: AdviceReader | undefined;
  #lastSegment = 0;
  /** What is wrong with the ISA, and stops every ST under it. */
  #standing: AdviceFinding[] = [];
  readonly #envelope = new Envelope(
    (finding) => this.#found(finding),
    () => this.#end(),
  );

  constructor(private readonly options: ReadingOptions) {}

  take(batch: SegmentBatch): AdviceItem[] {
    const { segments, findings } = batch;
    let found = 0;
    let contentFrom = 0;
    for (let i = 0; i < segments.length; i += 1) {
      const segment = segments[i]!;
      const { tag } = segment;
      if (tag === 'ISA') this.#standing = this.#standing.filter((f) => f.segment === segment.number);
      while (found < findings.length && findings[found]!.segment <= segment.number) {
        this.#found(findings[found]!);
        found += 1;
      }
      if (this.#advice && !ENVELOPE_TAGS.has(tag)) {
        this.#advice.take(segment);
      } else {
        const open = this.#advice;
        if (open) open.hash.update(canonicalBytes(batch, contentFrom, i));
        contentFrom = i + 1;
        this.#takeEnvelope(batch, i);
      }
      this.#lastSegment = segment.number;
    }
    for (; found < findings.length; found += 1) this.#found(findings[found]!);
    this.#advice?.hash.update(canonicalBytes(batch, contentFrom, segments.length));
    return this.#handOver();
  }

  end(): AdviceItem[] {
    this.#envelope.end();
    return this.#handOver();
  }

  #takeEnvelope(batch: SegmentBatch, index: number): void {
    const segment = batch.segments[index]!;
    const step = this.#envelope.take(segment);
    if (step === 'transaction-begins') {
      const transaction = this.#envelope.transaction!;
      if (transaction.kind === '835') {
        this.#advice = new AdviceReader(transaction, this.options.contentHash(), (item) =>
          this.#items.push(item),
        );
        for (const finding of this.#standing) this.#advice.keep(finding);
      } else {
        this.#items.push({ kind: 'finding', finding: anotherKind(transaction) });
      }
    } else if (step === 'transaction-ends') {
      this.#lastSegment = segment.number;
      this.#end();
    }
  }

  #end(): void {
    this.#advice?.end(this.#lastSegment);
    this.#advice = undefined;
  }

  #found(finding: AdviceFinding): void {
    if (finding.code === 'segment_terminator_missing') this.#standing.push(finding);
    if (this.#advice) this.#advice.keep(finding);
    else this.#items.push({ kind: 'finding', finding });
  }

  #handOver(): AdviceItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
