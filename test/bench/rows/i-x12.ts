import { statSync } from 'node:fs';
import { join } from 'node:path';
import { type RemittanceRun, runOf } from '../remittance-run.js';
import { defineRow } from '../bench-row.js';

/*
 * Reading a payer's remittance file: the typed model with all three checks, beside its segments and its bytes alone.
 */

export const row = defineRow({
  title: 'reading 835 files, with all checks',
  measures: {},
  async run(bench) {
    const file = join(await bench.newFolder(), 'read.835');
    await runOf('write', file, String(bench.isQuick ? 1e6 : 50e6));
    const mb = statSync(file).size / 1e6;
    const taken = (name: string) => async () => {
      const { seconds, peakMb } = (await runOf(name, file)) as RemittanceRun;
      return { value: mb / seconds, peakMb };
    };
    await bench.compare(
      'typed and checked',
      'MB/s',
      taken('typed and checked'),
      { name: 'segments alone', take: taken('segments') },
      { name: 'bytes alone', take: taken('bytes') },
    );
  },
});
