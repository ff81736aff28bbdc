import { expect, test } from '@jest/globals';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { DatabaseClaimDirectory } from '../../../src/remittances/posting/database-claim-directory.js';
import { DatabaseUnfinishedWork } from '../../../src/remittances/posting/database-unfinished-work.js';
import { DocumentsInMemory } from '../../support/documents-in-memory.js';
import { readModels } from '../../read-models/projector/read-models.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { ImportingProcess, claimOf, fileOf } from './import-on-a-log.js';

const NOBODY = { createAccounts: false };
const ODD = 'Z 1/é';

/** Each claim is of another day, so that charges of these tell which one is meant. */
const FILE = fileOf({
  paid: '600',
  claims: [
    ...claimOf('BY-CLAIM', { date: '20260101' }),
    ...claimOf('BY-NAME', { date: '20260102' }),
    ...claimOf(ODD, { date: '20260103' }),
    ...claimOf('BY-SERVICE', { date: '20260104' }),
    ...claimOf('BY-PAYER', { date: '20260106', number: 'ICN-OLD' }),
  ],
});

onEachDatabase('what is left to do, by the read models', (fresh) => {
  test('names the suspended claims for which something new could be there', () =>
    onALedger(fresh, async ({ process, unfinished, named }) => {
      await process.import(FILE, NOBODY);
      expect(await named()).toEqual([]);
      await process.carryOut(...accountWith('ELSE', 'another', '2026-02-01'));
      expect(await named()).toEqual([]);
      await process.carryOut(...accountWith('ONE', 'BY-CLAIM', '2026-02-01'));
      expect(await named()).toEqual([1]);
      await process.carryOut(...accountWith('BY-NAME', undefined, '2026-02-01'));
      expect(await named()).toEqual([1, 2]);
      const encoded = `enc:${Buffer.from(ODD).toString('base64url')}`;
      await process.carryOut(...accountWith(encoded, undefined, '2026-02-01'));
      expect(await named()).toEqual([1, 2, 3]);
      await process.carryOut(...accountWith('TWO', undefined, '2026-01-04'));
      expect(await named()).toEqual([1, 2, 3, 4]);

      const before = await unfinished.upTo();
      expect(await named(before)).toEqual([]);
      await process.carryOut(...charged('ONE', undefined, '2026-02-02'));
      expect(await named(before)).toEqual([1]);
      expect(await named()).toEqual([1, 2, 3, 4]);
    }));

  test('names a claim whose like the payer sent for an account before', () =>
    onALedger(fresh, async ({ process, named }) => {
      await process.carryOut(...accountWith('THREE', 'OLD', '2026-01-05'));
      const old = fileOf({ paid: '120', trace: 'OLD', claims: claimOf('OLD', { number: 'ICN-OLD' }) });
      await process.import(FILE, NOBODY);
      expect(await named()).toEqual([]);
      await process.import(old, NOBODY);
      expect(await named()).toEqual([5]);
    }));

  test('names all of the remittances that are asked for, and says what they say', () =>
    onALedger(fresh, async ({ process, unfinished, named }) => {
      const { remittances } = await process.import(FILE, NOBODY);
      const { remittanceId } = remittances[0]!;
      const all = await unfinished.toTryAgain(undefined, [remittanceId]);
      expect(all.map(({ claim }) => claim)).toEqual([1, 2, 3, 4, 5]);
      const said = await unfinished.statements([all[4]!, { remittanceId, claim: 9 }, all[2]!]);
      expect(said.map(({ statement }) => statement.claimId)).toEqual(['BY-PAYER', ODD]);
      const reject = { resolutionId: 'R1', resolution: 'reject', reason: 'not ours' } as const;
      await process.imports.resolveClaim(remittanceId, 5, reject);
      await named();
      expect(await unfinished.toTryAgain(undefined, [remittanceId])).toEqual(all.slice(0, 4));
      expect(await unfinished.statements(all.slice(4))).toEqual([]);
    }));
});

interface Given {
  process: ImportingProcess;
  unfinished: DatabaseUnfinishedWork;
  /** Numbers of the claims that are named, without those of certain remittances. */
  named: (since?: string) => Promise<number[]>;
}

async function onALedger(fresh: Fresh, use: (given: Given) => Promise<void>): Promise<void> {
  const { database } = await fresh();
  await inNewFolder(async (folder) => {
    const store = await openEmbeddedStore({ folder });
    const { progress, projector } = readModels(database, store);
    const current = new CurrentReadModels({ database, store, progress, projector });
    const directory = new DatabaseClaimDirectory(current);
    const unfinished = new DatabaseUnfinishedWork(current);
    // Whatever is named is left as it is, so that it can be named again.
    const idle = {
      remittances: () => unfinished.remittances(),
      decisions: () => unfinished.decisions(),
      upTo: () => Promise.resolve(undefined),
      toTryAgain: () => Promise.resolve([]),
      statements: () => Promise.resolve([]),
    };
    const process = new ImportingProcess(store, new DocumentsInMemory(), { directory, unfinished: idle });
    const named = async (since?: string): Promise<number[]> => {
      await current.caughtUp();
      return (await unfinished.toTryAgain(since, [])).map(({ claim }) => claim);
    };
    try {
      await use({ process, unfinished, named });
    } finally {
      await projector.stop();
      await store.close();
    }
  });
}

function accountWith(accountId: string, claimId: string | undefined, serviceDate: string): AccountCommand[] {
  return [
    { type: 'OpenAccount', accountId, openedOn: '2026-01-01' },
    ...charged(accountId, claimId, serviceDate),
  ];
}

function charged(accountId: string, claimId: string | undefined, serviceDate: string): AccountCommand[] {
  return [
    {
      type: 'PostCharge',
      accountId,
      chargeId: `C-${serviceDate}`,
      ...(claimId !== undefined && { claimId }),
      serviceDate,
      amount: '200.00',
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'payer', payerId: '1512345678', position: 'primary' },
    },
  ];
}
