import { createReadStream, createWriteStream } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createLedger } from '../../src/app.module.js';
import { OpenLedger } from '../../src/command-line/open-ledger.js';
import { Accounts } from '../../src/commands/transact.js';
import { readConfig } from '../../src/config.js';
import { Remittances } from '../../src/remittances/remittances.js';
import {
  type LargeOptions,
  commandsFor,
  largeRemittanceFile,
} from '../support/known-remittances/large-file.js';

/*
 * Posting for remittances.bench.ts, which loads it only to post: the whole ledger is more in memory than reading is to
 * take.
 */

const SEED = 1;
const CHUNK = 1 << 15;
/** Commands under way at a time while accounts are opened. */
const COMMANDS_AT_ONCE = 2_000;

/** What posting came to, and how many claims and events a second that was. */
export interface Posted {
  did: string;
  rates: string;
  claims: { appended: number; projected: number };
}

/** Post a file, in a data folder of its own, and wait for the projections. */
export const postings: Record<string, (file: string, folder: string) => Promise<Posted>> = {
  'into an empty ledger': (file, folder) => post(file, folder, true),
  'onto open accounts': (file, folder) => post(file, folder, false),
};

/** What comes before a run, in a process of its own: it says nothing. */
export const preparations: Record<string, (file: string, of: string) => Promise<void>> = {
  async write(file, bytes) {
    await pipeline(
      Readable.from(largeRemittanceFile(largeOf(bytes)), { objectMode: false }),
      createWriteStream(file),
    );
  },

  /** Opens the accounts of the claims of such a file, and posts their charges. */
  async open(folder, bytes) {
    await withLedger(folder, async (ledger) => {
      const accounts = ledger.app.get(Accounts);
      let together: Promise<unknown>[] = [];
      for (const command of commandsFor(largeOf(bytes))) {
        together.push(accounts.transact(command));
        if (together.length < COMMANDS_AT_ONCE) continue;
        await Promise.all(together);
        together = [];
      }
      await Promise.all(together);
      await ledger.caughtUp();
    });
  },
};

async function post(file: string, folder: string, createAccounts: boolean): Promise<Posted> {
  return withLedger(folder, async (ledger) => {
    const { store } = ledger;
    await ledger.caughtUp();
    const before = Number((await store.head()) ?? 0);
    const start = performance.now();
    let [claims, appendedAt] = [0, 0];
    await using importing = await ledger.app.get(Remittances).forReal();
    const { remittances } = await importing.importFile(createReadStream(file, { highWaterMark: CHUNK }), {
      createAccounts,
      sender: {},
      onProgress: ({ posted }) => {
        // Told once more when a remittance is complete: the last time is when all of them are.
        claims = posted;
        appendedAt = performance.now();
      },
    });
    await ledger.caughtUp();
    const projectedAt = performance.now();
    const open = remittances.filter(({ outcome }) => outcome !== 'posted').length;
    const events = Number(await store.head()) - before;
    const rate = (of: number, until: number): number => (of * 1000) / (until - start);
    const text = (perSecond: number): string => `${Math.round(perSecond)}/s`;
    const claimRates = { appended: rate(claims, appendedAt), projected: rate(claims, projectedAt) };
    return {
      did: `${remittances.length} transactions (${open} not posted), ${claims} claims, ${events} events`,
      rates: `claims: appended ${text(claimRates.appended)}, projected ${text(claimRates.projected)}; events: projected ${text(rate(events, projectedAt))}`,
      claims: claimRates,
    };
  });
}

async function withLedger<T>(folder: string, work: (ledger: OpenLedger) => Promise<T>): Promise<T> {
  const config = readConfig({ ARLEDGER_DATA: folder, LOG_LEVEL: 'silent' });
  const app = await createLedger(config, { projecting: true });
  try {
    return await work(new OpenLedger(app, config));
  } finally {
    await app.close();
  }
}

function largeOf(bytes: string): LargeOptions {
  return { seed: SEED, bytes: Number(bytes) };
}
