import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import type { AccountEvent, DataOf } from '../../../src/ledger/events.js';
import type { ClaimDirectory } from '../../../src/remittances/posting/claim-directory.js';
import { CurrentReadModels } from '../../../src/remittances/posting/current-read-models.js';
import { DatabaseClaimDirectory } from '../../../src/remittances/posting/database-claim-directory.js';
import { appendForeign, onALog } from '../../commands/accounts-on-a-log.js';
import { type TestReadModels, readModels } from '../../read-models/projector/read-models.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';
import { ReadModelsOfLog } from '../../support/read-models-of-log.js';

interface Given {
  store: EventStore;
  directory: ClaimDirectory;
  models: TestReadModels;
}

/** What every directory finds, that of the database and the one that tests use in its place. */
function directoryFinds(
  onIt: (use: (given: Pick<Given, 'store' | 'directory'>) => Promise<void>) => Promise<void>,
): void {
  test('knows nothing of an empty ledger, and is asked at once', () =>
    onIt(async ({ directory }) => {
      await directory.catchUp();
      expect(await directory.accountsOfClaims(['C1'])).toEqual(new Map());
      expect(await directory.accountsOfPayerClaim('ACME', 'P1')).toEqual([]);
      expect(await directory.accountsOfServices([{ serviceDate: '2026-01-05', amount: '1.00' }])).toEqual([]);
      expect(await directory.accountsOfAdjudications('R1', [1, 2])).toEqual(new Map());
    }));

  test('finds accounts by the claims of their charges, at most 20 each', () =>
    onIt(async ({ store, directory }) => {
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
    onIt(async ({ store, directory }) => {
      for (let n = 0; n < 20; n += 1) {
        await charges(store, `A${n}`, [['X1', `C${n}`]]);
        await directory.catchUp();
        expect((await directory.accountsOfClaims([`C${n}`])).get(`C${n}`)).toEqual([`A${n}`]);
      }
    }));

  test('finds accounts that have a charge for each service, of its day and amount', () =>
    onIt(async ({ store, directory }) => {
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
    onIt(async ({ store, directory }) => {
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

  test('finds payments by hand with the trace of a remittance', () =>
    onIt(async ({ store, directory }) => {
      const acme = { party: 'payer', payerId: 'ACME' } as const;
      await append(store, 'A2', paid('K2', { from: acme, reference: ' 007-1 ' }));
      await append(store, 'A1', paid('K1', { from: acme, reference: '7-1', amount: '5.00' }));
      await append(store, 'A1', paid('K9', { from: acme, reference: '7-1', currency: 'CAD' }));
      await append(store, 'A1', paid('K8', { from: acme, reference: '7-2' }));
      await append(store, 'A1', paid('K7', { from: acme }));
      await append(store, 'A1', paid('K6', { from: { party: 'patient' }, reference: '7-1' }));
      await append(store, 'A3', paid('K3', { from: { party: 'other', name: 'ACME' }, reference: '7-1' }));
      await append(store, 'A4', paid('K4', { from: { party: 'other', name: 'ACME' }, reference: '7-1' }));
      await append(store, 'A3', adjudicated(1, 'ACME', 'P1'));
      await append(store, 'A2', {
        type: 'RefundIssued',
        data: {
          refundId: 'F1',
          currency: 'USD',
          effectiveOn: '2026-02-02',
          amount: '4.00',
          to: acme,
          method: 'check',
          refunded: [{ source: { paymentId: 'K2' }, owner: acme, amount: '4.00' }],
        },
      });
      await directory.catchUp();
      const found = async (traceNumber: string, more = {}) =>
        (
          await directory.paymentsByHand({
            remittanceId: 'R1',
            traceNumber,
            payerId: 'ACME',
            currency: 'USD',
            ...more,
          })
        ).map(({ accountId, paymentId, amount }) => `${accountId} ${paymentId} ${amount}`);
      expect(await found('7-1')).toEqual(['A1 K1 5.00', 'A2 K2 5.00', 'A3 K3 9.00']);
      expect(await found('00007-1', { remittanceId: 'R2' })).toEqual(['A1 K1 5.00', 'A2 K2 5.00']);
      expect(await found('7-1', { payerId: 'OTHER' })).toEqual(['A3 K3 9.00']);
      for (const trace of ['', '000', '7-', '7\0']) expect(await found(trace)).toEqual([]);
    }));
}

describe('the directory of claims, over a log', () =>
  directoryFinds((use) => onALog((store) => use({ store, directory: new ReadModelsOfLog(store) }))));

onEachDatabase('the directory of claims', (fresh) => {
  directoryFinds((use) => onADirectory(fresh, use));

  test('before the first waiting says that the read models are not there yet', () =>
    onADirectory(fresh, async ({ directory }) => {
      await expect(directory.accountsOfClaims(['C1'])).rejects.toMatchObject({
        problem: { code: 'read_models_not_ready', status: 503 },
      });
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

  test('waits no longer than it is told to', () =>
    onADirectory(fresh, async ({ store, models }) => {
      await charges(store, 'A1', [['X1', 'C1']]);
      const { database, progress } = models;
      const idle = { start: () => undefined };
      const stopping = new AbortController();
      const waiting = new CurrentReadModels({ database, store, progress, projector: idle });
      const ended = expect(waiting.caughtUp(stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
      await delay(100);
      stopping.abort();
      await ended;
      await expect(waiting.caughtUp(stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
    }));

  test('waits for tables that are not there though the log was passed long ago', () =>
    onADirectory(fresh, async ({ store, models }) => {
      await charges(store, 'A1', [['X1', 'C1']]);
      const { database, progress, projections } = models;
      const before = readModels(database, store, {
        projections: projections.filter(({ name }) => name !== 'remittances'),
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

function paid(paymentId: string, given: Partial<DataOf<'PaymentPosted'>>): AccountEvent {
  return {
    type: 'PaymentPosted',
    data: {
      paymentId,
      currency: 'USD',
      effectiveOn: '2026-02-01',
      amount: '9.00',
      from: { party: 'patient' },
      method: 'check',
      allocations: [],
      ...given,
    },
  };
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
