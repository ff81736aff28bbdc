import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { readAdvices } from '../../../src/remittances/remittance-advice/read-advices.js';
import { stops } from '../../../src/x12/finding.js';
import { readSegments } from '../../../src/x12/read-segments.js';
import { defineRow, timed } from '../bench-row.js';
import { CHUNK, writeRemittances } from '../remittance-file.js';

/*
 * Reading a payer's remittance file: the typed model with all three checks, beside its segments and its bytes alone.
 */

const measures = {
  async write({ file, bytes }: { file: string; bytes: number }) {
    await writeRemittances(file, bytes);
    return {};
  },

  async bytes({ file }: { file: string }) {
    return rateOf(file, async (chunks) => {
      let bytes = 0;
      for await (const chunk of chunks) bytes += chunk.length;
      return bytes > 0;
    });
  },

  async segments({ file }: { file: string }) {
    return rateOf(file, async (chunks) => {
      let findings = 0;
      for await (const batch of readSegments(chunks)) findings += batch.findings.length;
      return findings === 0;
    });
  },

  async 'typed and checked'({ file }: { file: string }) {
    return rateOf(file, async (chunks) => {
      let held = 0;
      for await (const item of readAdvices(chunks, { contentHash: () => createHash('sha256') })) {
        if (item.kind === 'claim' && stops(item.claim.findings)) held += 1;
        else if (item.kind === 'end' && stops(item.end.findings)) held += 1;
      }
      return held === 0;
    });
  },
};

/** @throws when the reading says that the file, which is in order, is not */
async function rateOf(
  file: string,
  read: (chunks: AsyncIterable<Buffer>) => Promise<boolean>,
): Promise<{ perSecond: number }> {
  const { seconds, result } = await timed(() => read(createReadStream(file, { highWaterMark: CHUNK })));
  if (!result) throw new Error('something was found in a file that is in order');
  return { perSecond: statSync(file).size / 1e6 / seconds };
}

export const row = defineRow({
  title: 'reading 835 files, with all checks',
  measures,
  async run(bench) {
    const file = join(await bench.newFolder(), 'read.835');
    await bench.measure('write', { file, bytes: bench.isQuick ? 1e6 : 50e6 });
    const taken = (name: Exclude<keyof typeof measures, 'write'>) => async () => {
      const { perSecond, peakMb } = await bench.measure(name, { file });
      return { value: perSecond, peakMb };
    };
    await bench.compare(
      `typed and checked, ${Math.round(statSync(file).size / 1e6)} MB`,
      'MB/s',
      taken('typed and checked'),
      { name: 'segments alone', take: taken('segments') },
      { name: 'bytes alone', take: taken('bytes') },
    );
  },
});
