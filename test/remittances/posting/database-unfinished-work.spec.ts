import { expect, test } from '@jest/globals';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { DatabaseClaimDirectory } from '../../../src/remittances/posting/database-claim-directory.js';
import { DatabaseUnfinishedWork } from '../../../src/remittances/posting/database-unfinished-work.js';
import type { RemittanceImportParts } from '../../../src/remittances/posting/remittance-import.js';
import type { ClaimDecision } from '../../../src/remittances/posting/resolve-claim.js';
import { DocumentsInMemory } from '../../support/documents-in-memory.js';
import { readModels } from '../../read-models/projector/read-models.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { ImportingProcess, accountWith, claimOf, dyingAt, fileOf, reversalOf } from './import-on-a-log.js';

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

/** A reversal under other numbers than its original, which it names as ICN-OLD (REF*F8); it says no days. */
const BY_NUMBER = reversalOf('OTHER', { number: 'REV-1' })
  .filter((segment) => !segment.startsWith('DTM'))
  .toSpliced(1, 0, 'REF*F8*ICN-OLD');

onEachDatabase('what is left to do, by the read models', (fresh) => {
  test('names the suspended claims for which something new could be there', () =>
    onALedger(fresh, async ({ process, unfinished, named }) => {
      await process.import(FILE, NOBODY);
      expect(await named()).toEqual([]);
      await process.carryOut(...accountWith('ELSE', { claimId: 'another', serviceDate: '2026-02-01' }));
      expect(await named()).toEqual([]);
      await process.carryOut(...accountWith('ONE', { claimId: 'BY-CLAIM', serviceDate: '2026-02-01' }));
      expect(await named()).toEqual([1]);
      await process.carryOut(...accountWith('BY-NAME', { serviceDate: '2026-02-01' }));
      expect(await named()).toEqual([1, 2]);
      const encoded = `enc:${Buffer.from(ODD).toString('base64url')}`;
      await process.carryOut(...accountWith(encoded, { serviceDate: '2026-02-01' }));
      expect(await named()).toEqual([1, 2, 3]);
      await process.carryOut(...accountWith('TWO', { serviceDate: '2026-01-04' }));
      expect(await named()).toEqual([1, 2, 3, 4]);

      const before = await unfinished.upTo();
      expect(await named(before)).toEqual([]);
      await process.carryOut(accountWith('ONE', { chargeId: 'ONE-2', serviceDate: '2026-02-02' })[1]);
      expect(await named(before)).toEqual([1]);
      expect(await named()).toEqual([1, 2, 3, 4]);
    }));

  test('names a claim whose like the payer sent for an account before', () =>
    onALedger(fresh, async ({ process, named }) => {
      await process.carryOut(...accountWith('THREE', { claimId: 'OLD', serviceDate: '2026-01-05' }));
      const old = fileOf({ paid: '120', trace: 'OLD', claims: claimOf('OLD', { number: 'ICN-OLD' }) });
      await process.import(FILE, NOBODY);
      expect(await named()).toEqual([]);
      await process.import(old, NOBODY);
      expect(await named()).toEqual([5]);
    }));

  test('names a reversal that knows what it takes back by the number of that alone (REF*F8)', () =>
    onALedger(fresh, async ({ process, named }) => {
      await process.import(fileOf({ paid: '-120', trace: 'BACK', claims: BY_NUMBER }), NOBODY);
      await process.carryOut(...accountWith('THREE', { claimId: 'OLD', serviceDate: '2026-01-05' }));
      expect(await named()).toEqual([]);
      await process.import(
        fileOf({ paid: '120', trace: 'OLD', claims: claimOf('OLD', { number: 'ICN-OLD' }) }),
        NOBODY,
      );
      expect(await named()).toEqual([1]);
    }));

  test('names decisions until they are carried out, or cannot be any more', () =>
    onALedger(fresh, async ({ process, store, documents, parts, decisions }) => {
      const { remittances } = await process.import(FILE, NOBODY);
      const { remittanceId } = remittances[0]!;
      await process.carryOut(
        ...accountWith('ONE', { serviceDate: '2026-01-01' }),
        ...accountWith('TWO', { serviceDate: '2026-01-02' }),
      );
      const begin = async (claim: number, decision: Omit<ClaimDecision, 'resolutionId' | 'reason'>) => {
        const { imports } = new ImportingProcess(dyingAt(store, 1, true), documents, parts);
        const given = { ...decision, resolutionId: `R${claim}`, reason: 'by hand' };
        await expect(imports.resolveClaim(remittanceId, claim, given)).rejects.toThrow('killed');
      };
      await begin(1, { resolution: 'assign', accountId: 'ONE' });
      await begin(2, { resolution: 'assign', accountId: 'TWO' });
      await begin(3, { resolution: 'reject' });
      expect(await decisions()).toEqual(['R1', 'R2', 'R3']);
      // The same claim comes with the same payment once more, in another remittance.
      await process.import(fileOf({ paid: '120', claims: claimOf('BY-NAME', { date: '20260102' }) }), NOBODY);
      await process.imports.resume({ sender: {} });
      expect(await decisions()).toEqual([]);
      const { remittances: after } = await process.import(FILE, NOBODY);
      expect(after).toMatchObject([{ claims: { posted: 1, suspended: 3 } }]);
    }));

  test('names a decision on what is held until the account has it', () =>
    onALedger(fresh, async ({ process, store, documents, parts, decisions }) => {
      await process.carryOut(...accountWith('ONE', { claimId: 'A', serviceDate: '2026-01-05' }));
      await process.import(fileOf({ paid: '120', trace: 'T1', claims: claimOf('A') }), NOBODY);
      const again = await process.import(fileOf({ paid: '120', trace: 'T2', claims: claimOf('A') }), NOBODY);
      const { remittanceId } = again.remittances[0]!;
      expect(again.remittances).toMatchObject([{ needs: [{ code: 'held' }] }]);
      const decision = { resolutionId: 'R1', resolution: 'reject', reason: 'checked' } as const;
      const { imports } = new ImportingProcess(dyingAt(store, 1, true), documents, parts);
      await expect(imports.resolveClaim(remittanceId, 1, decision)).rejects.toThrow('killed');
      expect(await decisions()).toEqual(['R1']);
      await process.imports.resume({ sender: {} });
      expect(await decisions()).toEqual([]);
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
  store: EventStore;
  documents: DocumentsInMemory;
  parts: Pick<RemittanceImportParts, 'directory' | 'unfinished'>;
  unfinished: DatabaseUnfinishedWork;
  /** Numbers of the claims that are named, without those of certain remittances. */
  named: (since?: string) => Promise<number[]>;
  /** Ids of the decisions that are named. */
  decisions: () => Promise<string[]>;
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
    const documents = new DocumentsInMemory();
    const parts = { directory, unfinished: idle };
    const process = new ImportingProcess(store, documents, parts);
    const named = async (since?: string): Promise<number[]> => {
      await current.caughtUp();
      return (await unfinished.toTryAgain(since, [])).map(({ claim }) => claim);
    };
    const decisions = async (): Promise<string[]> => {
      await current.caughtUp();
      return (await unfinished.decisions()).map(({ resolutionId }) => resolutionId);
    };
    try {
      await use({ process, store, documents, parts, unfinished, named, decisions });
    } finally {
      await projector.stop();
      await store.close();
    }
  });
}
