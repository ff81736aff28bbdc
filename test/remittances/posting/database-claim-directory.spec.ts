import { expect, test } from '@jest/globals';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import type { AccountEvent } from '../../../src/ledger/events.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { DatabaseClaimDirectory } from '../../../src/remittances/posting/database-claim-directory.js';
import { appendForeign } from '../../commands/accounts-on-a-log.js';
import { type TestReadModels, readModels } from '../../read-models/projector/read-models.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';

interface Given {
  store: EventStore;
  directory: DatabaseClaimDirectory;
  models: TestReadModels;
}

onEachDatabase('the directory of claims', (fresh) => {
  test('knows nothing of an empty ledger, and is asked at once', () =>
    onADirectory(fresh, async ({ directory }) => {
      await directory.catchUp();
      expect(await directory.accountsOfClaims(['C1'])).toEqual(new Map());
      expect(await directory.accountsOfPayerClaim('ACME', 'P1')).toEqual([]);
      expect(await directory.accountsOfServices([{ serviceDate: '2026-01-05', amount: '1.00' }])).toEqual([]);
      expect(await directory.accountsOfAdjudications('R1', [1, 2])).toEqual(new Map());
    }));

  test('before the first waiting says that the read models are not there yet', () =>
    onADirectory(fresh, async ({ directory }) => {
      await expect(directory.accountsOfClaims(['C1'])).rejects.toMatchObject({
        problem: { code: 'read_models_not_ready', status: 503 },
      });
    }));

  test('finds accounts by the claims of their charges, at most 20 each', () =>
    onADirectory(fresh, async ({ store, directory }) => {
      await charges(store, 'A1', [['X1', 'C1'], ['X2', 'C1'], ['X3', 'C2'], ['X4']]);
      await charges(store, 'A2', [['X1', 'C1']]);
      for (let n = 10; n < 35; n += 1) await charges(store, `B${n}`, [['X1', 'MANY']]);
      await directory.catchUp();
      const found = await directory.accountsOfClaims(['C2', 'C1', 'NONE', 'C1', '', 'C\0', '{"}', 'MANY']);
      expect([...found.keys()].sort()).toEqual(['C1', 'C2', 'MANY']);
      expect(found.get('C1')).toEqual(['A1', 'A2']);
      expect(found.get('C2')).toEqual(['A1']);
      expect(found.get('MANY')).toEqual(Array.from({ length: 20 }, (_, n) => `B${n + 10}`));
      expect(await directory.accountsOfClaims([])).toEqual(new Map());
    }));

  test('sees what was appended just before it was waited for', () =>
    onADirectory(fresh, async ({ store, directory }) => {
      for (let n = 0; n < 20; n += 1) {
        await charges(store, `A${n}`, [['X1', `C${n}`]]);
        await directory.catchUp();
        expect((await directory.accountsOfClaims([`C${n}`])).get(`C${n}`)).toEqual([`A${n}`]);
      }
    }));

  test('finds accounts that have a charge for each service, of its day and amount', () =>
    onADirectory(fresh, async ({ store, directory }) => {
      const day = '2026-01-05';
      await charges(store, 'A1', [
        ['X1', undefined, day, '100.00'],
        ['X2', undefined, day, '20.00'],
        ['X3', undefined, day, '5.00'],
      ]);
      await charges(store, 'A2', [
        ['X1', undefined, day, '100.00'],
        ['X2', undefined, '2026-01-06', '20.00'],
      ]);
      await charges(store, 'A3', [
        ['X1', undefined, day, '100.00'],
        ['X2', undefined, day, '100.00'],
        ['X3', undefined, day, '20.00'],
      ]);
      await directory.catchUp();
      const found = async (...services: [string, string][]) =>
        (
          await directory.accountsOfServices(
            services.map(([serviceDate, amount]) => ({ serviceDate, amount })),
          )
        ).map(({ accountId, chargeIds }) => [accountId, chargeIds.join(' ')].join(': '));
      expect(await found([day, '100.00'])).toEqual(['A1: X1', 'A2: X1', 'A3: X1 X2']);
      expect(await found([day, '100.00'], [day, '20.00'])).toEqual(['A1: X1 X2', 'A3: X1 X2 X3']);
      expect(await found([day, '100'], [day, '100.0'])).toEqual(['A3: X1 X2']);
      expect(await found([day, '100.00'], ['2026-01-06', '20.00'])).toEqual(['A2: X1 X2']);
      expect(await found([day, '100.00'], [day, '7.00'])).toEqual([]);
      expect(await found([day, '100.00'], ['2026-02-31', '100.00'])).toEqual([]);
      expect(await found()).toEqual([]);
    }));

  test('finds where a payer’s claim was posted before, and where those of a remittance are', () =>
    onADirectory(fresh, async ({ store, directory }) => {
      for (const [accountId, claim, payerId, number] of [
        ['A2', 1, 'ACME', 'P1'],
        ['A1', 2, 'ACME', 'P1'],
        ['A1', 3, 'ACME', 'P1'],
        ['A3', 4, 'OTHER', 'P1'],
        ['A4', 5, 'ACME', 'P2'],
        ['A5', 6, 'ACME', ''],
      ] as const) {
        await append(store, accountId, adjudicated(claim, payerId, number));
      }
      await directory.catchUp();
      expect(await directory.accountsOfPayerClaim('ACME', 'P1')).toEqual(['A1', 'A2']);
      expect(await directory.accountsOfPayerClaim('OTHER', 'P1')).toEqual(['A3']);
      expect(await directory.accountsOfPayerClaim('OTHER', 'P2')).toEqual([]);
      expect(await directory.accountsOfPayerClaim('ACME', '')).toEqual([]);
      expect(await directory.accountsOfPayerClaim('ACME', 'P\0')).toEqual([]);
      expect(await directory.accountsOfAdjudications('R1', [1, 3, 9])).toEqual(
        new Map([
          [1, 'A2'],
          [3, 'A1'],
        ]),
      );
      expect(await directory.accountsOfAdjudications('R2', [1, 3])).toEqual(new Map());
      expect(await directory.accountsOfAdjudications('R1', [])).toEqual(new Map());
    }));

  test('gives up on projections that stand still, and says so', () =>
    onADirectory(fresh, async ({ store, models, directory }) => {
      await charges(store, 'A1', [['X1', 'C1']]);
      const { database, progress } = models;
      const projector = { start: () => undefined };
      const current = new CurrentReadModels({ database, store, progress, projector, patienceMs: 200 });
      const started = performance.now();
      await expect(current.caughtUp()).rejects.toMatchObject({
        problem: { code: 'projections_behind', status: 503 },
      });
      expect(performance.now() - started).toBeGreaterThanOrEqual(190);
      await directory.catchUp();
      expect((await directory.accountsOfClaims(['C1'])).get('C1')).toEqual(['A1']);
    }));

  test('waits for tables that are not there though the log was passed long ago', () =>
    onADirectory(fresh, async ({ store, models }) => {
      await charges(store, 'A1', [['X1', 'C1']]);
      const { database, progress, projections } = models;
      const before = readModels(database, store, {
        projections: projections.filter(({ name }) => name !== 'claims' && name !== 'remittances'),
      });
      await before.projector.catchUp();
      const idle = { start: () => undefined };
      const options = { database, store, progress, patienceMs: 300 };
      await expect(new CurrentReadModels({ ...options, projector: idle }).caughtUp()).rejects.toMatchObject({
        problem: { code: 'read_models_not_ready' },
      });
      const directory = new DatabaseClaimDirectory(
        new CurrentReadModels({ ...options, projector: models.projector, patienceMs: 20_000 }),
      );
      await directory.catchUp();
      expect((await directory.accountsOfClaims(['C1'])).get('C1')).toEqual(['A1']);
    }));
});

async function onADirectory(fresh: Fresh, use: (given: Given) => Promise<void>): Promise<void> {
  const { database } = await fresh();
  await inNewFolder(async (folder) => {
    const store = await openEmbeddedStore({ folder });
    const models = readModels(database, store);
    const { progress, projector } = models;
    const directory = new DatabaseClaimDirectory(
      new CurrentReadModels({ database, store, progress, projector }),
    );
    try {
      await use({ store, directory, models });
    } finally {
      await projector.stop();
      await store.close();
    }
  });
}

let appended = 0;

async function append(store: EventStore, accountId: string, event: AccountEvent): Promise<void> {
  appended += 1;
  const id = `00000000-0000-4000-8000-${String(appended).padStart(12, '0')}`;
  await appendForeign(store, `account-${accountId}`, { id, ...event });
}

async function charges(
  store: EventStore,
  accountId: string,
  given: readonly [chargeId: string, claimId?: string | undefined, serviceDate?: string, amount?: string][],
): Promise<void> {
  await append(store, accountId, {
    type: 'AccountOpened',
    data: { accountId, openedOn: '2026-01-01', currency: 'USD', entity: 'main' },
  });
  for (const [chargeId, claimId, serviceDate = '2026-01-02', amount = '9.00'] of given) {
    await append(store, accountId, {
      type: 'ChargePosted',
      data: {
        chargeId,
        serviceDate,
        amount,
        code: { system: 'CPT', value: '99213' },
        responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
        effectiveOn: serviceDate,
        currency: 'USD',
        ...(claimId === undefined ? {} : { claimId }),
      },
    });
  }
}

function adjudicated(claim: number, payerId: string, payerClaimNumber: string): AccountEvent {
  return {
    type: 'ClaimAdjudicated',
    data: {
      adjudicationId: adjudicationIdOf('R1', claim),
      effectiveOn: '2026-02-01',
      currency: 'USD',
      remittance: { id: 'R1', claim, segment: claim * 10 },
      payerId,
      claimId: `C${claim}`,
      payerClaimNumber,
      status: '25',
      charge: '0.00',
      paid: '0.00',
      lines: [],
      settlement: 'moves_nothing',
      entries: [],
      held: [],
    },
  };
}
