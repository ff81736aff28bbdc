import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WORK_ITEMS } from '../../src/read-models/queries/work-items-sql.js';
import { claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';
import { startTestService } from '../support/service.js';
import { PAYER, RemittanceDoor } from './remittance-door.js';

/* What commands and remittances leave to be done together, from the doors of both to the list. */

let door: RemittanceDoor;
beforeAll(async () => {
  door = new RemittanceDoor(await startTestService({ readModels: true }));
});
afterAll(() => door.service.remove());

/** The items of an account, without what they say in words. */
async function itemsOf(accountId: string): Promise<Record<string, unknown>[]> {
  const waitFor = (await door.store.head())!;
  const { body } = await door.service.get(`/v1/work-items?accountId=${accountId}&waitFor=${waitFor}`);
  return (body as { items: Record<string, unknown>[] }).items;
}

async function post(path: string, body: object): Promise<void> {
  expect(await door.service.post(path, body)).toMatchObject({ status: 201 });
}

test('a check that was keyed before its remittance is to be taken back, and then it is right', async () => {
  await door.accountWith('CHECK', 'CHECK-1');
  await post('/v1/accounts/CHECK/payments', {
    paymentId: 'CHK-77',
    amount: '120.00',
    from: { party: 'payer', payerId: PAYER },
    method: 'check',
    reference: '77',
  });
  expect(await itemsOf('CHECK')).toEqual([]);
  const { body } = await door.send(fileOf({ paid: '120', trace: '00077', claims: claimOf('CHECK-1') }));
  const [{ remittanceId, paymentsByHand }] = body.remittances;
  expect(paymentsByHand).toEqual([{ accountId: 'CHECK', paymentId: 'CHK-77', amount: '120.00' }]);
  expect(await itemsOf('CHECK')).toMatchObject([
    {
      kind: 'payment_posted_by_hand',
      paymentId: 'CHK-77',
      remittanceId,
      payerId: PAYER,
      amount: '120.00',
      remittanceAmount: '120.00',
    },
  ]);
  await post('/v1/accounts/CHECK/reversals', {
    reversalId: 'REV-1',
    reverses: 'CHK-77',
    reason: 'posting_error',
  });
  expect(await itemsOf('CHECK')).toEqual([]);
  const waitFor = (await door.store.head())!;
  const account = await door.get('/v1/accounts/CHECK', waitFor);
  expect(account.body).toMatchObject({ balance: '30.00', unapplied: '0.00' });
});

test('what a patient paid too much by the word of the payer is a credit until it is paid back', async () => {
  await door.accountWith('COPAY', 'COPAY-1');
  await post('/v1/accounts/COPAY/payments', {
    paymentId: 'CASH-1',
    amount: '40.00',
    from: { party: 'patient' },
    method: 'cash',
    effectiveOn: '2026-01-05',
    allocations: [{ chargeId: 'COPAY-1-1', amount: '40.00', responsible: { party: 'patient' } }],
  });
  expect(await itemsOf('COPAY')).toEqual([]);
  await door.send(fileOf({ paid: '120', trace: 'COPAY', claims: claimOf('COPAY-1') }));
  expect(await itemsOf('COPAY')).toMatchObject([
    {
      kind: 'credit_balance',
      itemId: 'credit_balance:COPAY:patient',
      party: 'patient',
      payerId: null,
      amount: '10.00',
      since: '2026-01-05',
    },
  ]);
  await post('/v1/accounts/COPAY/refunds', {
    refundId: 'REF-1',
    amount: '10.00',
    to: { party: 'patient' },
    method: 'check',
  });
  expect(await itemsOf('COPAY')).toEqual([]);
});

test('what a payer took is recorded as a debit of the bank, and the remittance of it is reconciled', async () => {
  const take = ['PLB*1234567893*20261231*WO:ICN-OLD*150'];
  await door.accountWith('DEBIT', 'DEBIT-1');
  const { body } = await door.send(
    fileOf({ paid: '-30', trace: 'TAKEN', claims: claimOf('DEBIT-1'), plb: take }),
  );
  const [{ remittanceId }] = body.remittances;
  const deposit = { depositId: 'D-1', traceNumber: 'TAKEN', payerId: PAYER, amount: '30.00' };
  await post('/v1/deposits', { ...deposit, direction: 'debit' });
  const waitFor = (await door.store.head())!;
  expect((await door.get(`/v1/remittances/${remittanceId}`, waitFor)).body).toMatchObject({
    amount: '-30.00',
    reconciledOn: expect.any(String),
    deposits: [{ depositId: 'D-1', amount: '-30.00' }],
  });
  const { items } = (await door.get('/v1/work-items', waitFor)).body as { items: { kind: string }[] };
  expect(items.map(({ kind }) => kind).filter((kind) => kind.startsWith('deposit'))).toEqual([]);
});

test('money that a reversal by hand gave back to a complete remittance is to be posted anew, or booked', async () => {
  await door.accountWith('LEFT', 'LEFT-1');
  const plb = ['PLB*1234567893*20261231*WO:OLD*20'];
  const { body } = await door.send(fileOf({ paid: '100', trace: 'LEFT', claims: claimOf('LEFT-1'), plb }));
  const [{ remittanceId }] = body.remittances;
  const found = async () => {
    const waitFor = (await door.store.head())!;
    const { body: answer } = await door.get('/v1/work-items', waitFor);
    return (answer as { items: { kind: string }[] }).items.filter(({ kind }) => kind === 'clearing_left');
  };
  expect(await found()).toEqual([]);
  await post('/v1/accounts/LEFT/reversals', {
    reversalId: 'REV-1',
    reverses: `835.${remittanceId}.1.1`,
    reason: 'takeback',
  });
  expect(await found()).toMatchObject([
    {
      kind: 'clearing_left',
      itemId: `clearing_left:${remittanceId}`,
      remittanceId,
      payerId: PAYER,
      amount: '120.00',
      remittanceAmount: '100.00',
      currency: 'USD',
      what: WORK_ITEMS.clearing_left,
    },
  ]);
  await post(`/v1/control-accounts/${PAYER}.1234567893/entries`, {
    entryId: 'BACK-1',
    amount: '-120.00',
    against: { place: 'remittance', remittanceId, claim: 1 },
    reason: 'the payer takes it back',
  });
  expect(await found()).toEqual([]);
});
