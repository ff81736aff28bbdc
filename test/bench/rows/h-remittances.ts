import { join } from 'node:path';
import { type RemittanceRun, runOf } from '../remittance-run.js';
import { defineRow, middle } from '../bench-row.js';

/*
 * Posting a payer's remittance file, claim by claim, onto accounts that were opened before and into an empty ledger; on
 * the embedded log and PGlite.
 */

export const row = defineRow({
  title: 'posting 835 files',
  measures: {},
  async run(bench) {
    const file = join(await bench.newFolder(), 'posted.835');
    const bytes = String(bench.isQuick ? 5e5 : 20e6);
    await runOf('write', file, bytes);
    for (const name of ['onto open accounts', 'into an empty ledger']) {
      const runs = await bench.eachRound(async () => {
        const data = await bench.newFolder();
        if (name === 'onto open accounts') await runOf('open', data, bytes);
        const { claims, peakMb } = (await runOf(name, file, data)) as Required<RemittanceRun>;
        return { ...claims, peakMb };
      });
      bench.add({ work: `${name}, until durable`, unit: 'claims/s', ours: middle(runs, 'appended') });
      bench.add({ work: `${name}, until projected`, unit: 'claims/s', ours: middle(runs, 'projected') });
    }
  },
});
