import { describe, expect, test } from '@jest/globals';
import { OverlayEventStore } from '../../src/event-store/overlay-event-store.js';
import { onALog } from '../commands/accounts-on-a-log.js';
import { withoutCopies } from '../support/known-remittances/actual-ledger.js';
import { importInSomeOrder, ledgerIn } from '../support/known-remittances/importing.js';
import { type KnownOptions, knownRemittances } from '../support/known-remittances/known-remittances.js';
import { PATIENT_NAME } from '../support/known-remittances/transaction-text.js';
import type { EventStore } from '../../src/event-store/event-store.js';

/*
 * Whatever order the files arrive in and wherever the process is killed, the same balances come out, and they are the
 * known ones. ARLEDGER_RUNS says how many hospitals are tried, ARLEDGER_SEED with which one they begin.
 */

const FIRST_SEED = Number(process.env['ARLEDGER_SEED'] ?? 1);
const SEEDS = Array.from({ length: Number(process.env['ARLEDGER_RUNS'] ?? 6) }, (_, i) => FIRST_SEED + i);
const KILL_PERMILLE = 500;

/** With a few large remittances, or many small ones. */
function hospital(seed: number): KnownOptions {
  return { seed, accounts: 60, periods: 1 + ((5 * seed) % 16) };
}

async function expectKnown(store: EventStore, options: KnownOptions, killPermille: number): Promise<void> {
  const known = knownRemittances(options);
  const importing = await importInSomeOrder(store, known, { seed: options.seed, killPermille });
  const { ledger, text } = await ledgerIn(store);
  expect(ledger).toEqual(withoutCopies(known.expected));
  expect(text).not.toContain(PATIENT_NAME);
  expect(importing).toMatchObject({ lastAppendedNothing: true });
  expect(importing.kills > 0).toBe(killPermille > 0);
  expect(importing.outcomesOfLast.sort()).toEqual(
    Object.values(known.expected.remittances)
      .flatMap(({ copies, outcome }) => Array<string>(copies).fill(outcome === 'held' ? 'held' : 'duplicate'))
      .sort(),
  );
}

describe.each(SEEDS)('hospital %i', (seed) => {
  test('ends as it must when its files arrive in any order', async () => {
    await onALog(async (empty) => {
      await expectKnown(await OverlayEventStore.over(empty), hospital(seed), 0);
    });
  });

  test('ends as it must when processes are killed as well', async () => {
    await onALog(async (empty) => {
      await expectKnown(await OverlayEventStore.over(empty), hospital(seed), KILL_PERMILLE);
    });
  });
});

test('ends as it must on the embedded store', async () => {
  await onALog((store) => expectKnown(store, { seed: FIRST_SEED, accounts: 35 }, KILL_PERMILLE));
});
