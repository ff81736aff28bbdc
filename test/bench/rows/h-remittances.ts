import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Accounts } from '../../../src/commands/transact.js';
import { Remittances } from '../../../src/remittances/remittances.js';
import { withLedger } from '../bench-ledger.js';
import { defineRow, middle } from '../bench-row.js';
import { CHUNK, commandsBefore, writeRemittances } from '../remittance-file.js';

/*
 * Posting a payer's remittance file, claim by claim, onto accounts that were opened before and into an empty ledger; on
 * the embedded log and PGlite.
 */

/** Commands under way at a time while accounts are opened. */
const COMMANDS_AT_ONCE = 2_000;

const measures = {
  async write({ file, bytes }: { file: string; bytes: number }) {
    await writeRemittances(file, bytes);
    return {};
  },

  async 'open accounts'({ folder, bytes }: { folder: string; bytes: number }) {
    return withLedger({ folder }, { readModels: true }, async (ledger) => {
      const accounts = ledger.app.get(Accounts);
      let together: Promise<unknown>[] = [];
      for (const command of commandsBefore(bytes)) {
        together.push(accounts.transact(command));
        if (together.length < COMMANDS_AT_ONCE) continue;
        await Promise.all(together);
        together = [];
      }
      await Promise.all(together);
      await ledger.caughtUp();
      return {};
    });
  },

  /** Claims a second: until they were durable, and until they were projected. */
  async post({ file, folder, createAccounts }: { file: string; folder: string; createAccounts: boolean }) {
    return withLedger({ folder }, { readModels: true }, async (ledger) => {
      await ledger.caughtUp();
      const start = performance.now();
      let [claims, durableAt] = [0, 0];
      await using importing = await ledger.app.get(Remittances).forReal();
      const { remittances } = await importing.importFile(createReadStream(file, { highWaterMark: CHUNK }), {
        createAccounts,
        sender: {},
        onProgress: ({ posted }) => {
          // Told once more when a remittance is complete: the last time is when all of them are.
          claims = posted;
          durableAt = performance.now();
        },
      });
      await ledger.caughtUp();
      const open = remittances.filter(({ outcome }) => outcome !== 'posted').length;
      if (open > 0) throw new Error(`${open} of ${remittances.length} transactions were not posted`);
      const rate = (until: number): number => (claims * 1000) / (until - start);
      return { claims, durable: rate(durableAt), projected: rate(performance.now()) };
    });
  },
};

export const row = defineRow({
  title: 'posting 835 files, on the embedded log and PGlite',
  measures,
  async run(bench) {
    const file = join(await bench.newFolder(), 'posted.835');
    const bytes = bench.isQuick ? 5e5 : 5e6;
    await bench.measure('write', { file, bytes });
    for (const createAccounts of [false, true]) {
      const runs = await bench.eachRound(async () => {
        const folder = await bench.newFolder();
        if (!createAccounts) await bench.measure('open accounts', { folder, bytes });
        return bench.measure('post', { file, folder, createAccounts });
      });
      const claims = runs[0]!.claims.toLocaleString('en');
      const work = `${claims} claims ${createAccounts ? 'into an empty ledger' : 'onto open accounts'}`;
      bench.add({ work: `${work}, until durable`, unit: 'claims/s', ours: middle(runs, 'durable') });
      bench.add({ work: `${work}, until projected`, unit: 'claims/s', ours: middle(runs, 'projected') });
    }
  },
});
