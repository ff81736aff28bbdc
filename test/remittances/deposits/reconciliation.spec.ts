import { expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openEmbeddedStore } from '../../../src/event-store/embedded/embedded-event-store.js';
import { type EventStore, StoreUnavailable } from '../../../src/event-store/event-store.js';
import { proxied } from '../../commands/accounts-on-a-log.js';
import { inNewFolder } from '../../support/event-store-folder.js';
import { type Fresh, onEachDatabase } from '../../support/database.js';
import { type RemittancesOnALog, remittanceEvents, remittancesOn } from './remittances-on-a-log.js';

const D1 = {
  depositId: 'D1',
  traceNumber: 'T1',
  payerId: '1512345678',
  amount: '100.00',
  depositedOn: '2026-02-03',
};
const T1 = 'T1/1512345678';

onEachDatabase('reconciliation', (fresh) => {
  const withRemittances = async (
    use: (on: RemittancesOnALog, store: EventStore) => Promise<void>,
  ): Promise<void> => inALog(fresh, use);

  test('of one remittance and one deposit, whichever comes first, and once', () =>
    withRemittances(async ({ deposits, reconciliation, import: imported, reconciled, models }, store) => {
      expect(await reconciliation.reconcile()).toEqual([]);
      await imported({ id: 'R1', amount: '100.00', trace: T1 });
      await imported({ id: 'R2', amount: '7.10', trace: 'T2/' });
      expect(await reconciliation.reconcile()).toEqual([]);
      await deposits.record(D1);
      await deposits.record({ depositId: 'D2', traceNumber: 'T2', amount: '7.10' });
      await deposits.record({ ...D1, depositId: 'D3', traceNumber: 'T3', amount: '50.00' });
      expect(await reconciliation.reconcile({ actor: 'Zoë' })).toEqual(['R1', 'R2']);
      await imported({ id: 'R3', amount: '50.00', trace: 'T3/1512345678', effectiveOn: '2026-02-05' });
      expect(await reconciliation.reconcile()).toEqual(['R3']);
      expect(await reconciliation.reconcile()).toEqual([]);
      expect(await reconciled()).toEqual([
        'R1 D1 100.00 2026-02-03',
        'R2 D2 7.10 2026-03-01',
        'R3 D3 50.00 2026-02-05',
      ]);
      expect((await remittanceEvents(store, 'R1')).at(-1)).toMatchObject({
        type: 'RemittanceReconciled',
        metadata: { actor: 'Zoë' },
      });
      const { rows } = await sql`
        select deposit_id, (amount = reconciled) as whole from ledger_read.deposits order by deposit_id`.execute(
        models.database,
      );
      expect(rows).toEqual(
        ['D1', 'D2']
          .map((deposit_id) => ({ deposit_id, whole: true }))
          .concat([
            // The last one was reconciled after the read models were waited for.
            expect.objectContaining({ deposit_id: 'D3' }) as never,
          ]),
      );
    }));

  test('waits for what does not come to the sum, or is of another payer or currency', () =>
    withRemittances(async ({ deposits, reconciliation, import: imported, reconciled }) => {
      await imported({ id: 'R1', amount: '100.00', trace: T1 });
      await imported({ id: 'R2', amount: '20.00', trace: T1 });
      await imported({ id: 'R3', amount: '100.00', trace: 'T1/9' });
      await imported({ id: 'R4', amount: '100.00', trace: T1, currency: 'CAD' });
      await imported({ id: 'R5', amount: '100.00' });
      await deposits.record(D1);
      expect(await reconciliation.reconcile()).toEqual([]);
      await deposits.record({ ...D1, depositId: 'D2', amount: '19.99' });
      expect(await reconciliation.reconcile()).toEqual([]);
      await deposits.record({ ...D1, depositId: 'D3', amount: '0.01', depositedOn: '2026-02-09' });
      expect(await reconciliation.reconcile()).toEqual(['R1', 'R2']);
      expect(await reconciled()).toEqual([
        'R1 D1 100.00 2026-02-09',
        'R2 D2 19.99 2026-02-09',
        'R2 D3 0.01 2026-02-09',
      ]);
    }));

  test('of a remittance that moves no money needs no deposit; one that is under way waits', () =>
    withRemittances(async ({ reconciliation, import: imported, reconciled, deposits }) => {
      await imported({ id: 'R1', amount: '0.00', trace: 'N1/1' });
      await imported({ id: 'R2', amount: null });
      await imported({ id: 'R3', amount: '0', currency: 'JPY' });
      await imported({ id: 'R4', amount: '0.00', standing: 'posting' });
      await imported({ id: 'R5', amount: '0.00', standing: 'held' });
      await imported({ id: 'R6', amount: '100.00', trace: T1, standing: 'posting' });
      await deposits.record(D1);
      expect(await reconciliation.reconcile()).toEqual(['R1', 'R2', 'R3']);
      expect(await reconciled()).toEqual([
        'R1 - 0.00 2026-02-01',
        'R2 - 0.00 2026-02-01',
        'R3 - 0 2026-02-01',
      ]);
    }));

  test('of a trace with a remittance that is held goes by the sum with it, or without it', () =>
    withRemittances(async ({ reconciliation, import: imported, reconciled, deposits }) => {
      // Sent again mended, with the same trace: the bank has it once.
      await imported({ id: 'R1', amount: '100.00', trace: T1, standing: 'held' });
      await imported({ id: 'R2', amount: '100.00', trace: T1 });
      await deposits.record(D1);
      // One of two that the payer paid together.
      await imported({ id: 'R3', amount: '30.00', trace: 'T2/1', standing: 'held' });
      await imported({ id: 'R4', amount: '70.00', trace: 'T2/1' });
      await deposits.record({ ...D1, depositId: 'D2', traceNumber: 'T2', payerId: '1' });
      expect(await reconciliation.reconcile()).toEqual(['R2', 'R4']);
      // And mended later.
      await imported({ id: 'R5', amount: '30.00', trace: 'T2/1' });
      expect(await reconciliation.reconcile()).toEqual(['R5']);
      expect(await reconciled()).toEqual([
        'R2 D1 100.00 2026-02-03',
        'R4 D2 70.00 2026-02-03',
        'R5 D2 30.00 2026-02-03',
      ]);
    }));

  test('of a debit goes by what the bank shows as taken, by itself or beside what was paid', () =>
    withRemittances(async ({ deposits, reconciliation, import: imported, reconciled, models }) => {
      await imported({ id: 'R1', amount: '-100.00', trace: T1 });
      await imported({ id: 'R2', amount: '-20.00', trace: 'T2/1' });
      await imported({ id: 'R3', amount: '50.00', trace: 'T2/1' });
      await deposits.record(D1);
      expect(await reconciliation.reconcile()).toEqual([]);
      // The first was recorded in the wrong direction: a deposit of the other makes it nothing, and one more it is right.
      await deposits.record({ ...D1, depositId: 'D2', direction: 'debit' });
      expect(await reconciliation.reconcile()).toEqual([]);
      await deposits.record({ ...D1, depositId: 'D3', direction: 'debit', depositedOn: '2026-02-06' });
      const T2 = { ...D1, traceNumber: 'T2', payerId: '1' };
      await deposits.record({ ...T2, depositId: 'D4', amount: '20.00', direction: 'debit' });
      await deposits.record({ ...T2, depositId: 'D5', amount: '50.00', direction: 'credit' });
      expect(await reconciliation.reconcile()).toEqual(['R1', 'R2', 'R3']);
      expect(await reconciled()).toEqual([
        'R1 D2 -100.00 2026-02-06',
        'R1 D1 100.00 2026-02-06',
        'R1 D3 -100.00 2026-02-06',
        'R2 D4 -20.00 2026-02-03',
        'R3 D5 50.00 2026-02-03',
      ]);
      await reconciliation.reconcile();
      const { rows } = await sql`select deposit_id, amount::numeric(9, 2) from ledger_read.deposits
        where amount = reconciled order by deposit_id`.execute(models.database);
      expect(rows).toEqual([
        { deposit_id: 'D1', amount: '100.00' },
        { deposit_id: 'D2', amount: '-100.00' },
        { deposit_id: 'D3', amount: '-100.00' },
        { deposit_id: 'D4', amount: '-20.00' },
        { deposit_id: 'D5', amount: '50.00' },
      ]);
    }));

  test('that was cut off anywhere is done by the next one, each remittance once', () =>
    withRemittances(async ({ import: imported, deposits, reconciled, models }, store) => {
      for (const id of ['R1', 'R2', 'R3', 'R4'])
        await imported({ id, amount: id === 'R4' ? '0.00' : '40.00', trace: T1 });
      await deposits.record({ ...D1, amount: '120.00' });
      for (let calls = 0; calls < 6; calls += 1) {
        let appends = 0;
        const failing: EventStore = {
          ...proxied(store),
          append: async (...given) => {
            appends += 1;
            // Kept, and the answer lost, or not kept.
            if (appends === 2 && calls % 2 === 0) await store.append(...given);
            if (appends === 2) throw new StoreUnavailable('cut off on purpose');
            return store.append(...given);
          },
        };
        const { reconciliation, models: own } = remittancesOn(failing, models.database);
        await reconciliation.reconcile().catch((error: unknown) => {
          expect(error).toBeInstanceOf(StoreUnavailable);
        });
        await own.projector.stop();
      }
      expect((await reconciled()).sort()).toEqual([
        'R1 D1 40.00 2026-02-03',
        'R2 D1 40.00 2026-02-03',
        'R3 D1 40.00 2026-02-03',
        'R4 - 0.00 2026-02-01',
      ]);
    }));

  test('by several at once does each remittance once', () =>
    withRemittances(async ({ import: imported, deposits, reconciliation, reconciled }) => {
      for (const id of ['R1', 'R2', 'R3', 'R4', 'R5']) await imported({ id, amount: '20.00', trace: T1 });
      await deposits.record(D1);
      const done = await Promise.all(Array.from({ length: 8 }, () => reconciliation.reconcile()));
      expect([...new Set(done.flat())].sort()).toEqual(['R1', 'R2', 'R3', 'R4', 'R5']);
      expect((await reconciled()).sort()).toEqual(
        ['R1', 'R2', 'R3', 'R4', 'R5'].map((id) => `${id} D1 20.00 2026-02-03`),
      );
    }));
});

async function inALog(
  fresh: Fresh,
  use: (on: RemittancesOnALog, store: EventStore) => Promise<void>,
): Promise<void> {
  const { database } = await fresh();
  await inNewFolder(async (folder) => {
    const store = await openEmbeddedStore({ folder });
    const on = remittancesOn(store, database);
    try {
      await use(on, store);
    } finally {
      await on.models.projector.stop();
      await store.close();
    }
  });
}
