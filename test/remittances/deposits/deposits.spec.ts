import { expect, test } from '@jest/globals';
import { Today } from '../../../src/commands/today.js';
import { EventLogDamaged, type EventStore } from '../../../src/event-store/event-store.js';
import { Deposits } from '../../../src/remittances/deposits/deposits.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, appendForeign, eventsOf, onALog, proxied } from '../../commands/accounts-on-a-log.js';

const clock = { now: () => new Date(NOW) };
const DEPOSIT = { depositId: 'D1', traceNumber: 'T1', payerId: '1512345678', amount: '100.00' };

function depositsOn(store: EventStore): Deposits {
  return new Deposits({ store, writer: new StreamWriter({ store, clock }), today: new Today(clock, 'UTC') });
}

test('a deposit is one event, with what was left out filled in', () =>
  onALog(async (store) => {
    const outcome = await depositsOn(store).record(DEPOSIT, { actor: 'Zoë' });
    const [stored, ...more] = await eventsOf(store, 'deposit-D1');
    expect(more).toEqual([]);
    expect(stored).toMatchObject({
      type: 'DepositRecorded',
      data: {
        depositId: 'D1',
        traceNumber: 'T1',
        tracePayerId: '1512345678',
        currency: 'USD',
        amount: '100.00',
        effectiveOn: '2026-03-01',
      },
      metadata: { recordedAt: NOW, actor: 'Zoë' },
    });
    expect(outcome).toEqual({
      appended: true,
      receipt: {
        depositId: 'D1',
        revision: 0,
        position: stored!.position,
        events: [{ id: stored!.id, type: 'DepositRecorded' }],
        currency: 'USD',
        depositedOn: '2026-03-01',
      },
    });
  }));

test('repeated, it answers as the first time; with another content, its fields are named', () =>
  onALog(async (store) => {
    const deposits = depositsOn(store);
    const { receipt } = await deposits.record({ ...DEPOSIT, depositedOn: '2026-02-27', reference: 'S 7' });
    for (const again of [DEPOSIT, { ...DEPOSIT, currency: 'USD', reference: 'S 7' }]) {
      expect(await deposits.record(again)).toEqual({ appended: false, receipt });
    }
    await expect(
      deposits.record({
        ...DEPOSIT,
        amount: '100.01',
        payerId: '9',
        depositedOn: '2026-02-28',
        reference: 'S 8',
      }),
    ).rejects.toMatchObject({
      problem: {
        code: 'id_already_used',
        status: 409,
        id: 'D1',
        usedBy: 'DepositRecorded',
        differs: ['payerId', 'amount', 'depositedOn', 'reference'],
      },
    });
    expect(await eventsOf(store, 'deposit-D1')).toHaveLength(1);
  }));

test('repeated without a field that means something when it is left out, it is another deposit', () =>
  onALog(async (store) => {
    const deposits = depositsOn(store);
    await deposits.record({ ...DEPOSIT, currency: 'EUR' });
    const { payerId: _, ...ofNobody } = DEPOSIT;
    await expect(deposits.record(ofNobody)).rejects.toMatchObject({
      problem: { code: 'id_already_used', differs: ['payerId', 'currency'] },
    });
  }));

test('what the payer took from the bank is kept as less than nothing', () =>
  onALog(async (store) => {
    const deposits = depositsOn(store);
    const { receipt } = await deposits.record({ ...DEPOSIT, direction: 'debit' });
    expect((await eventsOf(store, 'deposit-D1')).map(({ data }) => data)).toMatchObject([
      { amount: '-100.00' },
    ]);
    expect(await deposits.record({ ...DEPOSIT, direction: 'debit' })).toEqual({ appended: false, receipt });
    for (const other of [DEPOSIT, { ...DEPOSIT, direction: 'credit' } as const]) {
      await expect(deposits.record(other)).rejects.toMatchObject({
        problem: { code: 'id_already_used', differs: ['direction'] },
      });
    }
    await expect(
      deposits.record({ ...DEPOSIT, depositId: 'D2', direction: 'debit', amount: '-1.00' }),
    ).rejects.toMatchObject({ problem: { code: 'validation_failed', errors: [{ field: 'amount' }] } });
  }));

test('of two at the same moment with one id, one is kept and the other hears of it', () =>
  onALog(async (store) => {
    const amounts = ['1.00', '2.00', '3.00', '1.00'];
    const outcomes = await Promise.allSettled(
      amounts.map((amount) => depositsOn(store).record({ ...DEPOSIT, amount })),
    );
    const [stored] = await eventsOf(store, 'deposit-D1');
    const kept = (stored!.data as { amount: string }).amount;
    outcomes.forEach((outcome, at) => {
      expect([amounts[at], outcome.status]).toEqual([
        amounts[at],
        amounts[at] === kept ? 'fulfilled' : 'rejected',
      ]);
      if (outcome.status === 'rejected') {
        expect(outcome.reason).toMatchObject({ problem: { code: 'id_already_used', differs: ['amount'] } });
      }
    });
  }));

test.each([
  ['12.5', 'USD'],
  ['125', 'USD'],
  ['1.00', 'JPY'],
  ['0.00', 'USD'],
])('an amount of %s %s is refused', (amount, currency) =>
  onALog(async (store) => {
    await expect(depositsOn(store).record({ ...DEPOSIT, amount, currency })).rejects.toMatchObject({
      problem: { code: 'validation_failed', errors: [{ field: 'amount' }] },
    });
    expect(await eventsOf(store, 'deposit-D1')).toEqual([]);
  }),
);

test('what stands in its stream and cannot be read is damage, not another content', () =>
  onALog(async (store) => {
    await appendForeign(store, 'deposit-D1', {
      id: '1d0ba9ce-1f7c-4f4f-a3ef-1b0d55ab3f4f',
      type: 'DepositRecorded',
      data: {},
    });
    await expect(depositsOn(store).record(DEPOSIT)).rejects.toThrow(EventLogDamaged);
    await appendForeign(store, 'deposit-D2', {
      id: '1d0ba9ce-1f7c-4f4f-a3ef-1b0d55ab3f40',
      type: 'RemittanceHeld',
      data: { remittanceId: 'R1', effectiveOn: '2026-02-01' },
    });
    await expect(depositsOn(store).record({ ...DEPOSIT, depositId: 'D2' })).rejects.toThrow(EventLogDamaged);
    const hidden: EventStore = {
      ...proxied(store),
      // A stream of which nothing is read.
      readStream: async function* () {},
    };
    await expect(depositsOn(hidden).record({ ...DEPOSIT, depositId: 'D2' })).rejects.toThrow(EventLogDamaged);
  }));
