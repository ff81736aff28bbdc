import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { verify } from '../../../src/read-models/projector/verify.js';
import { Reconciliation } from '../../../src/remittances/deposits/reconciliation.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { DatabaseClaimDirectory } from '../../../src/remittances/posting/database-claim-directory.js';
import { DatabaseUnfinishedWork } from '../../../src/remittances/posting/database-unfinished-work.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW } from '../../commands/accounts-on-a-log.js';
import { type TestReadModels, readModels } from '../../read-models/projector/read-models.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import {
  ImportingProcess,
  accountWith,
  booksOf,
  claimOf,
  dyingAt,
  eventCount,
  fileOf,
  fileOfSeveral,
  reversalOf,
  typesIn,
  unbalancedClaimOf,
} from './import-on-a-log.js';
import { DocumentsInMemory } from '../../support/documents-in-memory.js';

/** One claim whose account is known by its charges, one that is not there, one that does not balance. */
const FILE = fileOf({
  paid: '365',
  claims: [...claimOf('CLAIM-1'), ...claimOf('CLAIM-2'), ...unbalancedClaimOf('CLAIM-3')],
  plb: ['PLB*1234567893*20261231*WO:CLAIM-1*5'],
});

onEachDatabase('the import, with the read models', (fresh) => {
  test('finds accounts, tries again, and leaves nothing to verify', () =>
    onALedger(fresh, async ({ store, process, models }) => {
      await process.carryOut(...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }));
      const found = { createAccounts: false };
      const { remittances } = await process.import(FILE, found);
      expect(remittances).toMatchObject([
        {
          claims: { posted: 1, suspended: 2 },
          paid: { posted: '120.00', inClearing: '250.00' },
          needs: [{ code: 'account_not_found' }, { code: 'does_not_balance' }],
        },
      ]);
      await process.carryOut(...accountWith('PATIENT-2', { claimId: 'CLAIM-2' }));
      expect((await process.import(FILE, found)).remittances).toMatchObject([
        { outcome: 'posted', claims: { posted: 2, suspended: 1 }, paid: { inClearing: '130.00' } },
      ]);
      const { remittanceId } = remittances[0]!;
      await process.imports.resolveClaim(remittanceId, 3, {
        resolutionId: 'R1',
        resolution: 'reject',
        reason: 'not ours',
      });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      const before = await eventCount(store);
      await process.import(FILE, found);
      expect(await eventCount(store)).toBe(before);
      await expectSound(models);
    }));

  test('goes on with what was cut off, and with decisions', () =>
    onALedger(fresh, async ({ store, documents, models, parts }) => {
      const file = fileOfSeveral(
        { paid: '120', trace: 'T1', claims: claimOf('A') },
        { paid: '120', trace: 'T2', claims: [...claimOf('B'), ...reversalOf('A'), ...claimOf('C')] },
        { paid: '130', trace: 'T3', claims: unbalancedClaimOf('D') },
      );
      const dying = new ImportingProcess(dyingAt(store, 6, true), documents, parts);
      await expect(dying.import(file)).rejects.toThrow('killed');
      const process = new ImportingProcess(store, documents, parts);
      const [resumed, ...more] = await process.imports.resume({ sender: {} });
      expect(more).toEqual([]);
      expect(resumed!.remittances).toMatchObject([
        { claims: { posted: 1 } },
        { claims: { posted: 3 } },
        { claims: { suspended: 1 } },
      ]);
      const { remittanceId } = resumed!.remittances[2]!;
      const decision = { resolutionId: 'R1', resolution: 'reject' as const, reason: 'not ours' };
      const cutOff = new ImportingProcess(dyingAt(store, 2, false), documents, parts);
      await expect(cutOff.imports.resolveClaim(remittanceId, 1, decision)).rejects.toThrow('killed');
      expect(await new ImportingProcess(store, documents, parts).imports.resume({ sender: {} })).toEqual([]);
      expect(await typesIn(store, 'control-')).toEqual(['ControlEntryPosted']);
      await expectSound(models);
      const { rows } = await sql<{ status: string }>`
        select status from ledger_read.remittance_claims order by remittance_id, claim`.execute(
        models.database,
      );
      expect(rows.map(({ status }) => status).sort()).toEqual([
        'posted',
        'posted',
        'posted',
        'posted',
        'rejected',
      ]);
    }));

  test('says of a claim that was posted when it was tried again, though the run that did it was cut off', () =>
    onALedger(fresh, async ({ store, documents, process, models, parts }) => {
      const found = { createAccounts: false };
      await process.import(FILE, found);
      await process.carryOut(...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }));
      // It is begun, and its account is appended to; that it is posted is not said.
      const dying = new ImportingProcess(dyingAt(store, 2, true), documents, parts);
      await expect(dying.import(FILE, found)).rejects.toThrow('killed');
      expect(await typesIn(store, 'account-')).toContain('PaymentPosted');
      expect(await typesIn(store, 'remittance-')).not.toContain('RemittanceClaimPosted');
      const { remittances } = await new ImportingProcess(store, documents, parts).import(FILE, found);
      expect(remittances).toMatchObject([{ claims: { posted: 1, suspended: 2 } }]);
      const types = await typesIn(store, 'remittance-');
      expect(types.filter((type) => type === 'RemittanceClaimPosted')).toHaveLength(1);
      await expectSound(models);
    }));

  test('says that a claim was posted by a decision whose run was cut off', () =>
    onALedger(fresh, async ({ store, documents, process, models, parts }) => {
      const { remittances } = await process.import(FILE, { createAccounts: false });
      await process.carryOut(...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }));
      const { remittanceId } = remittances[0]!;
      const decision = {
        resolutionId: 'R1',
        resolution: 'assign' as const,
        accountId: 'PATIENT-1',
        reason: 'his',
      };
      const dying = new ImportingProcess(dyingAt(store, 2, true), documents, parts);
      await expect(dying.imports.resolveClaim(remittanceId, 1, decision)).rejects.toThrow('killed');
      expect(await typesIn(store, 'remittance-')).not.toContain('RemittanceClaimPosted');
      const next = new ImportingProcess(store, documents, parts);
      expect(await next.imports.resume({ sender: {} })).toEqual([]);
      expect(await typesIn(store, 'remittance-')).toContain('RemittanceClaimPosted');
      const before = await eventCount(store);
      expect(await next.imports.resume({ sender: {} })).toEqual([]);
      expect(await eventCount(store)).toBe(before);
      await expectSound(models);
    }));

  test.each([1, 2])(
    'ends the waiting of a reversal that was rejected, though the run was cut off at %d',
    (nth) =>
      onALedger(fresh, async ({ store, documents, process, models, parts }) => {
        const file = fileOf({ paid: '-120', trace: 'T1', claims: reversalOf('A') });
        const { remittances } = await process.import(file);
        const { remittanceId } = remittances[0]!;
        const decision = { resolutionId: 'R1', resolution: 'reject' as const, reason: 'posted by hand' };
        const dying = new ImportingProcess(dyingAt(store, nth, true), documents, parts);
        await expect(dying.imports.resolveClaim(remittanceId, 1, decision)).rejects.toThrow('killed');
        expect(await typesIn(store, 'control-')).toEqual([]);
        await expectSound(models);
        const next = new ImportingProcess(store, documents, parts);
        expect(await next.imports.resume({ sender: {} })).toEqual([]);
        expect(await typesIn(store, 'control-')).toEqual(['ControlEntryPosted']);
        expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
        const before = await eventCount(store);
        expect(await next.imports.resume({ sender: {} })).toEqual([]);
        expect(await eventCount(store)).toBe(before);
        await expectSound(models);
      }),
  );

  test('bears whatever stands in the texts of a file', () =>
    onALedger(fresh, async ({ process, models }) => {
      const odd = ['A\0B', 'Ü\u{1F600}', 'x'.repeat(300), "'; --", '\x7f\x01'];
      const file = fileOf({
        paid: String(odd.length * 120),
        claims: odd.flatMap((id, i) => claimOf(id, { number: `N\0${i}${id}` })),
        plb: ['PLB*12\0*20261231*WO:\0\u{1F600}*5*WO*-5'],
      });
      const { remittances } = await process.import(file);
      expect(remittances).toMatchObject([{ claims: { posted: odd.length, suspended: 0 } }]);
      await expectSound(models);
      const unbalanced = { paid: '650', trace: 'T\0', claims: odd.flatMap(unbalancedClaimOf) };
      expect((await process.import(fileOf(unbalanced))).remittances).toMatchObject([
        { claims: { suspended: odd.length } },
      ]);
      await expectSound(models);
    }));
});

interface Given {
  store: EventStore;
  documents: DocumentsInMemory;
  parts: ConstructorParameters<typeof ImportingProcess>[2];
  process: ImportingProcess;
  models: TestReadModels;
}

async function onALedger(fresh: Fresh, use: (given: Given) => Promise<void>): Promise<void> {
  const { database } = await fresh();
  await inNewFolder(async (folder) => {
    const store = await openEmbeddedStore({ folder });
    const models = readModels(database, store);
    const { progress, projector } = models;
    const current = new CurrentReadModels({ database, store, progress, projector });
    const writer = new StreamWriter({ store, clock: { now: () => new Date(NOW) } });
    const reconciliation = new Reconciliation(current, { store, writer });
    const parts = {
      directory: new DatabaseClaimDirectory(current),
      unfinished: new DatabaseUnfinishedWork(current),
      reconcile: (sender: object) => reconciliation.reconcile(sender),
    };
    const documents = new DocumentsInMemory();
    try {
      await use({ store, documents, parts, process: new ImportingProcess(store, documents, parts), models });
    } finally {
      await projector.stop();
      await store.close();
    }
  });
}

async function expectSound(models: TestReadModels): Promise<void> {
  // Only one may write: what follows the log since somebody waited for it ends first, and starts again with the next wait.
  await models.projector.stop();
  await models.projector.catchUp();
  expect(await verify(models)).toEqual([]);
}
