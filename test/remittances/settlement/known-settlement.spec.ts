import { describe, expect, test } from '@jest/globals';
import { withoutCopies } from '../../support/known-remittances/actual-ledger.js';
import { arrivals } from '../../support/known-remittances/files.js';
import {
  type KnownOptions,
  USUAL_WEIGHTS,
  knownRemittances,
  onlyStories,
} from '../../support/known-remittances/known-remittances.js';
import { SettledInMemory, type SettledLedger } from '../../support/known-remittances/settled-in-memory.js';
import type { StoryName } from '../../support/known-remittances/stories.js';

/*
 * Settling the claims of known remittances, in the order in which they were sent and in others: who owes what in the end
 * is what was known before. ARLEDGER_RUNS says how many hospitals are tried, ARLEDGER_SEED with which one they begin.
 */

const FIRST_SEED = Number(process.env['ARLEDGER_SEED'] ?? 1);
const SEEDS = Array.from({ length: Number(process.env['ARLEDGER_RUNS'] ?? 2) }, (_, i) => FIRST_SEED + i);
const ORDERS = 4;

function expectedOf({ expected }: ReturnType<typeof knownRemittances>): SettledLedger {
  const { accounts, denials, work } = withoutCopies(expected);
  return { accounts, denials, work };
}

/** Settles a hospital's files in some orders, each on accounts of its own. */
function expectKnown(options: KnownOptions): void {
  const known = knownRemittances(options);
  for (let order = 0; order < ORDERS; order += 1) {
    const settled = new SettledInMemory(known.commands);
    const files = order === 0 ? known.files : arrivals(known.files, order);
    for (const { text } of files) settled.takeFile(text);
    expect({ ...options, order, ...settled.ledger() }).toEqual({ ...options, order, ...expectedOf(known) });
    const events = settled.events;
    for (const { text } of files) expect(settled.takeFileOnAccountsAgain(text)).toBe(0);
    expect(settled.events).toBe(events);
  }
}

describe.each(SEEDS)('hospital %i', (seed) => {
  test.each(Object.keys(USUAL_WEIGHTS) as StoryName[])(
    'ends as it must when it tells of %s alone',
    (name) => {
      expectKnown({ seed, accounts: 8, stories: onlyStories(name) });
    },
  );

  test('ends as it must when it tells of everything', () => {
    expectKnown({ seed, accounts: 60 });
  });
});
