import { describe, expect, it } from '@jest/globals';
import { Today } from '../../../src/commands/today.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { type BookedByHand, ControlBookings } from '../../../src/remittances/posting/control-bookings.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, eventsOf, onALog } from '../../commands/accounts-on-a-log.js';
import { ImportingProcess, booksOf, claimOf, fileOf, typesIn } from './import-on-a-log.js';

const TODAY = NOW.slice(0, 10);
const CONTROL = '1512345678.1234567893';

/** 120.00 for a claim and 5.50 of interest, less 20.00 taken back: a control account with -5.50 and 20.00. */
const FILE = fileOf({
  paid: '105.50',
  claims: claimOf('A'),
  plb: ['PLB*1234567893*20261231*L6:INT*-5.5*WO:OLD*20'],
});
/** Does not balance, so that nothing of it is accepted. */
const HELD = fileOf({ paid: '1', trace: 'HELD', claims: claimOf('H') });

const INTEREST: BookedByHand = {
  entryId: 'E1',
  amount: '5.50',
  against: { place: 'interest' },
  reason: 'interest of January',
};

function bookingsOn(store: EventStore): ControlBookings {
  const clock = { now: () => new Date(NOW) };
  return new ControlBookings({
    store,
    writer: new StreamWriter({ store, clock }),
    today: new Today(clock, 'UTC'),
  });
}

interface Given {
  store: EventStore;
  bookings: ControlBookings;
  process: ImportingProcess;
  remittanceId: string;
}

async function onAControlAccount(use: (given: Given) => Promise<void>): Promise<void> {
  await onALog(async (store) => {
    const process = new ImportingProcess(store);
    const { remittances } = await process.import(FILE);
    await use({ store, bookings: bookingsOn(store), process, remittanceId: remittances[0]!.remittanceId });
  });
}

describe('an entry that a person books on a control account', () => {
  it.each([
    ['interest', 'Income:Interest'],
    ['penalty', 'Expenses:Penalties'],
    ['write_off', 'Expenses:ControlWriteOff'],
  ] as const)('moves money between it and %s', async (place, account) => {
    await onAControlAccount(async ({ store, bookings }) => {
      expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '14.50' });
      await bookings.book(CONTROL, { ...INTEREST, against: { place } });
      expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '20.00', [account]: '-5.50' });
      await bookings.book(CONTROL, { ...INTEREST, entryId: 'E2', amount: '-20.00', against: { place } });
      expect(await booksOf(store)).toMatchObject({ [account]: '14.50' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:PayerControl');
    });
  });

  it('is settled in cash where it came by check', async () => {
    await onAControlAccount(async ({ store, bookings }) => {
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '105.50' });
      await bookings.book(CONTROL, { ...INTEREST, amount: '-14.50', against: { place: 'cash' } });
      expect(await booksOf(store)).toMatchObject({ 'Assets:Cash': '120.00' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:PayerControl');
    });
  });

  it('meets a payment that was reversed by hand: clearing comes to zero again', async () => {
    await onAControlAccount(async ({ store, bookings, process }) => {
      const old = await process.import(fileOf({ paid: '120', trace: 'OLD', claims: claimOf('OLD') }));
      const { remittanceId } = old.remittances[0]!;
      await process.carryOut({
        type: 'ReverseEntry',
        accountId: 'OLD',
        reversalId: 'BY-HAND',
        reverses: `835.${remittanceId}.1.1`,
        reason: 'takeback',
        allocations: [{ chargeId: `835.${remittanceId}.1.l1`, amount: '20.00' }],
      });
      expect(await booksOf(store)).toMatchObject({ 'Assets:RemittanceClearing': '-20.00' });
      const against = { place: 'remittance', remittanceId, claim: 1 } as const;
      await bookings.book(CONTROL, { ...INTEREST, amount: '-20.00', against });
      expect(await booksOf(store)).toMatchObject({ 'Assets:PayerControl': '-5.50' });
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it('is taken back by one of the opposite amount', async () => {
    await onAControlAccount(async ({ store, bookings }) => {
      const before = await booksOf(store);
      await bookings.book(CONTROL, INTEREST);
      await bookings.book(CONTROL, {
        ...INTEREST,
        entryId: 'E2',
        amount: '-5.50',
        reason: 'booked in error',
      });
      expect(await booksOf(store)).toEqual(before);
    });
  });

  it('is recorded as it was given, with what was left out filled in', async () => {
    await onAControlAccount(async ({ store, bookings, remittanceId }) => {
      const { appended, receipt } = await bookings.book(CONTROL, { ...INTEREST, reference: 'LETTER-9' });
      const stored = (await eventsOf(store, `control-${CONTROL}`)).at(-1)!;
      expect(stored).toMatchObject({
        type: 'ControlEntryBooked',
        revision: 2,
        data: {
          controlAccountId: CONTROL,
          entryId: 'E1',
          payerId: '1512345678',
          providerId: '1234567893',
          currency: 'USD',
          effectiveOn: TODAY,
          amount: '5.50',
          against: { place: 'interest' },
          reason: 'interest of January',
          reference: 'LETTER-9',
        },
      });
      expect(appended).toBe(true);
      expect(receipt).toEqual({
        controlAccountId: CONTROL,
        entryId: 'E1',
        revision: 2,
        position: stored.position,
        events: [{ id: stored.id, type: 'ControlEntryBooked' }],
        currency: 'USD',
        effectiveOn: TODAY,
      });
      const against = { place: 'remittance', remittanceId } as const;
      const early = bookings.book(CONTROL, {
        ...INTEREST,
        entryId: 'E2',
        against,
        effectiveOn: '2026-01-14',
      });
      await expect(early).rejects.toMatchObject({
        problem: { code: 'entry_before_remittance', remittanceEffectiveOn: '2026-01-15' },
      });
    });
  });

  it('is the same when it is repeated, and refused with another content', async () => {
    await onAControlAccount(async ({ store, bookings, remittanceId }) => {
      const against = { place: 'remittance', remittanceId, claim: 1 } as const;
      const first = await bookings.book(CONTROL, { ...INTEREST, against });
      const again = await bookingsOn(store).book(CONTROL, { ...INTEREST, against });
      expect(again).toEqual({ ...first, appended: false });
      for (const [other, differs] of [
        [{ amount: '5.51', against }, ['amount']],
        [{ against: { place: 'interest' } }, ['against.place']],
        [{ against: { place: 'remittance', remittanceId } }, ['against.claim']],
        [{ against, reason: 'another', reference: 'R' }, ['reason', 'reference']],
      ] as const) {
        await expect(bookings.book(CONTROL, { ...INTEREST, ...other })).rejects.toMatchObject({
          problem: { status: 409, code: 'id_already_used', usedBy: 'ControlEntryBooked', differs },
        });
      }
      expect(await typesIn(store, 'control-')).toHaveLength(3);
    });
  });

  it('stands once when two processes book it at the same time, and beside the entries of a remittance', async () => {
    await onAControlAccount(async ({ store, process }) => {
      const both = await Promise.all([1, 2].map(() => bookingsOn(store).book(CONTROL, INTEREST)));
      expect(both[0]!.receipt).toEqual(both[1]!.receipt);
      await process.import(
        fileOf({ paid: '115', trace: 'NEXT', claims: claimOf('B'), plb: ['PLB*1234567893*20261231*FB:B*5'] }),
      );
      expect(await typesIn(store, 'control-')).toEqual([
        'ControlEntryPosted',
        'ControlEntryPosted',
        'ControlEntryBooked',
        'ControlEntryPosted',
      ]);
    });
  });

  it('is refused where it cannot be', async () => {
    await onAControlAccount(async ({ store, bookings, process, remittanceId }) => {
      const { remittances } = await process.import(HELD);
      const held = remittances[0]!.remittanceId;
      const foreign = Buffer.from(
        fileOf({ paid: '120', trace: 'OTHER', claims: claimOf('O') })
          .toString('latin1')
          .replaceAll('1512345678', '1999999999'),
        'latin1',
      );
      const other = (await process.import(foreign)).remittances[0]!.remittanceId;
      const of = (id: string, claim?: number): Partial<BookedByHand> => ({
        against: { place: 'remittance', remittanceId: id, ...(claim !== undefined && { claim }) },
      });
      const before = await typesIn(store, '');
      for (const [given, status, code] of [
        [{ currency: 'EUR' }, 422, 'currency_not_on_control_account'],
        [of('0'.repeat(32)), 422, 'remittance_not_found'],
        [of(held), 422, 'remittance_not_accepted'],
        [of(other), 422, 'payer_differs'],
        [of(remittanceId, 2), 422, 'claim_not_found'],
        [{ ...of(remittanceId), currency: 'EUR' }, 422, 'currency_differs'],
        [{ amount: '5.5' }, 400, 'validation_failed'],
        [{ amount: '-0.00' }, 400, 'validation_failed'],
        [{ currency: 'JPY', amount: '5.50' }, 422, 'currency_not_on_control_account'],
        [{ entryId: `835.${remittanceId}.1.rejected` }, 400, 'validation_failed'],
        [{ entryId: `${remittanceId}.plb.3` }, 400, 'validation_failed'],
      ] as const) {
        await expect(bookings.book(CONTROL, { ...INTEREST, ...given })).rejects.toMatchObject({
          problem: { status, code },
        });
      }
      await expect(bookings.book('1512345678.NOBODY', INTEREST)).rejects.toMatchObject({
        problem: { status: 404, code: 'control_account_not_found' },
      });
      expect(await typesIn(store, '')).toEqual(before);
    });
  });
});
