import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { contradictions } from '../../src/command-line/log-invariants.js';
import { besideOf } from '../../src/event-store/codec.js';
import type { EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { INVARIANTS } from '../../src/read-models/projector/invariants.js';
import { REMITTANCE_INVARIANTS } from '../../src/read-models/projector/remittance-invariants.js';
import { verify } from '../../src/read-models/projector/verify.js';
import { onALog } from '../commands/accounts-on-a-log.js';
import { list } from '../event-store/contract.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import { readModels } from '../read-models/projector/read-models.js';
import {
  ImportingProcess,
  claimOf,
  fileOf,
  reversalOf,
  unbalancedClaimOf,
} from '../remittances/posting/import-on-a-log.js';
import { onEachDatabase } from '../support/database.js';

const FOLDER = join(import.meta.dirname, '../../../shared/data/835');
const there = existsSync(FOLDER);
if (!there) console.log(`skipped: the sample remittances are not in ${FOLDER}`);

/**
 * What imports can leave behind: all posted, a claim on the clearing account, one rejected, reversals in either order, one
 * that waits still and one that was rejected while it did.
 */
async function importMade(store: EventStore): Promise<void> {
  const process = new ImportingProcess(store);
  const plb = ['PLB*1999999984*20261231*WO:REF1*10'];
  await process.import(
    fileOf({ paid: '230', trace: 'T1', claims: [...claimOf('A1'), ...claimOf('A2')], plb }),
  );
  const { remittances } = await process.import(
    fileOf({ paid: '250', trace: 'T2', claims: [...claimOf('A3'), ...unbalancedClaimOf('A4')] }),
  );
  await process.import(
    fileOf({ paid: '-240', trace: 'T3', claims: [...reversalOf('A1'), ...reversalOf('A5')] }),
  );
  await process.import(fileOf({ paid: '120', trace: 'T4', claims: claimOf('A5') }));
  await process.import(fileOf({ paid: '120', trace: 'T5', claims: claimOf('A6') }), {
    createAccounts: false,
  });
  const { remittanceId } = remittances[0]!;
  const reason = 'the payer owes another remittance';
  await process.imports.resolveClaim(
    remittanceId,
    2,
    { resolutionId: 'RES1', resolution: 'reject', reason },
    { actor: 'test' },
  );
  const waiting = await process.import(
    fileOf({ paid: '-240', trace: 'T6', claims: [...reversalOf('A7'), ...reversalOf('A8')] }),
  );
  await process.imports.resolveClaim(
    waiting.remittances[0]!.remittanceId,
    2,
    { resolutionId: 'RES2', resolution: 'reject', reason: 'it was posted by hand' },
    { actor: 'test' },
  );
  await process.import(fileOf({ paid: '120', trace: 'T7', claims: claimOf('A8') }));
}

const LEFT_BEHIND = [
  'AdjudicationContinued',
  'ControlEntryPosted',
  'EntryReversed',
  'ProviderAdjustmentPosted',
  'RemittanceClaimResolved',
  'RemittanceClaimSuspended',
];

async function importSamples(store: EventStore): Promise<void> {
  const process = new ImportingProcess(store);
  const files = readdirSync(FOLDER).sort();
  expect(files.length).toBeGreaterThan(40);
  for (const file of files) await process.import(readFileSync(join(FOLDER, file)));
}

const LEDGERS = [
  ['files made for it', importMade],
  ...(there ? [['the sample files in one ledger', importSamples] as const] : []),
] as const;

async function eventsAfter(fill: (store: EventStore) => Promise<void>): Promise<StoredEvent[]> {
  let events: StoredEvent[] = [];
  await onALog(async (store) => {
    await fill(store);
    events = await list(store.readAll());
  });
  expect(events.filter(({ stream }) => besideOf(stream)).length).toBeGreaterThan(20);
  return events;
}

it('imports leave behind what the checks are about', async () => {
  const types = (await eventsAfter(importMade)).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(LEFT_BEHIND));
  expect(types).not.toContain('RemittanceHeld');
});

describe.each(LEDGERS)('a log that imports have made of %s', (_, fill) => {
  it('has nothing to contradict it', async () => {
    const log = new LogInMemory();
    for (const event of await eventsAfter(fill)) log.put(event);
    const found = await list(contradictions(log, () => undefined));
    expect(found.map(({ text }) => text)).toEqual([]);
  });
});

onEachDatabase('read models of a log that imports have made', (fresh) => {
  it.each(LEDGERS)('break no invariant while it grows: %s', async (_, fill) => {
    const { database } = await fresh();
    const events = await eventsAfter(fill);
    const growing = new LogInMemory();
    const models = readModels(database, growing, { batchSize: 100 });
    const broken: string[] = [];
    // Steps that end in the middle of appends as well as between them.
    const every = Math.max(1, Math.floor(events.length / 40));
    for (const [i, event] of events.entries()) {
      growing.put(event);
      if (i % every !== 0 && i !== events.length - 1) continue;
      await models.projector.catchUp();
      for (const { check, query } of [...INVARIANTS, ...REMITTANCE_INVARIANTS]) {
        for (const { subject, expected, actual } of (await query.execute(database)).rows) {
          broken.push(`after ${i + 1}: ${check}: ${subject} should be ${expected}, is ${actual}`);
        }
      }
    }
    expect(broken).toEqual([]);
    expect(await verify(models)).toEqual([]);
  });
});
