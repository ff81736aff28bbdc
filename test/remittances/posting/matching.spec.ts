import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { onALog } from '../../commands/accounts-on-a-log.js';
import {
  ImportingProcess,
  accountWith,
  booksOf,
  claimOf,
  eventCount,
  fileOf,
  fileOfSeveral,
  heldUpAt,
  reversalOf,
  typesIn,
} from './import-on-a-log.js';

const FOUND_ONLY = { createAccounts: false };

const FILE = fileOf({ paid: '120', claims: claimOf('CLAIM-1') });
/** The same ST, sent in an interchange with another control number (ISA13). */
const OTHER_FILE = Buffer.from(FILE.toString().replaceAll('000000001', '000000002'));

describe('the account of a claim', () => {
  it.each([
    [
      'has charges of CLP01',
      [...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }), ...accountWith('PATIENT-2')],
      'PATIENT-1',
    ],
    ['is called as CLP01 says', [...accountWith('CLAIM-1'), ...accountWith('PATIENT-2')], 'CLAIM-1'],
    ['is the only one with a charge of that day and amount', accountWith('PATIENT-1'), 'PATIENT-1'],
    [
      'is the one of several with the claim whose charge matches',
      [
        ...accountWith('PATIENT-1', { claimId: 'CLAIM-1', amount: '90.00' }),
        ...accountWith('PATIENT-2', { claimId: 'CLAIM-1' }),
      ],
      'PATIENT-2',
    ],
  ])('%s', async (_, commands, accountId) => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.carryOut(...commands);
      const { remittances } = await process.import(FILE, FOUND_ONLY);
      expect(remittances).toMatchObject([{ claims: { posted: 1, suspended: 0 } }]);
      expect(await typesIn(store, `account-${accountId}`)).toContain('ClaimAdjudicated');
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    });
  });

  it.each([
    ['file', FILE],
    ['ST', OTHER_FILE],
  ])(
    'is one, though its %s is sent again meanwhile and a better account has come by then',
    async (_, sent) => {
      await onALog(async (store) => {
        const other = new ImportingProcess(store);
        await other.carryOut(...accountWith('PATIENT-1'));
        const held = heldUpAt(store, 'account-PATIENT-1');
        const process = new ImportingProcess(held.store);
        const first = process.import(FILE, FOUND_ONLY);
        await held.reached;
        await other.carryOut(...accountWith('PATIENT-2', { claimId: 'CLAIM-1' }));
        const again = process.import(sent, FOUND_ONLY);
        // It waits for the first; without that, it would be through by then.
        await Promise.race([again, delay(500)]);
        held.letGo();
        expect((await first).remittances).toMatchObject([{ outcome: 'posted', claims: { posted: 1 } }]);
        expect((await again).remittances).toMatchObject([{ outcome: 'duplicate', claims: { posted: 1 } }]);
        expect(await typesIn(store, 'account-PATIENT-2')).toEqual(['AccountOpened', 'ChargePosted']);
        expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      });
    },
  );

  it("is the one on which the payer's claim was posted before, when CLP01 says nothing", async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.carryOut(
        ...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }),
        ...accountWith('PATIENT-2'),
      );
      await process.import(FILE, FOUND_ONLY);
      const back = { paid: '-120', trace: 'T2', claims: reversalOf('0', { number: 'ICN-CLAIM-1' }) };
      const { remittances } = await process.import(fileOf(back), FOUND_ONLY);
      expect(remittances).toMatchObject([
        { claims: { posted: 1, suspended: 0 }, paid: { posted: '-120.00' } },
      ]);
      expect(await booksOf(store)).not.toHaveProperty('Assets:Cash');
    });
  });

  it.each([
    ['account_not_found', []],
    ['account_not_found', accountWith('PATIENT-1', { claimId: 'ANOTHER' })],
    ['account_ambiguous', [...accountWith('PATIENT-1'), ...accountWith('PATIENT-2')]],
    [
      'account_ambiguous',
      [
        ...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }),
        ...accountWith('PATIENT-2', { claimId: 'CLAIM-1' }),
      ],
    ],
    ['line_not_matched', accountWith('PATIENT-1', { claimId: 'CLAIM-1', amount: '90.00' })],
  ])('is not guessed: %s', async (code, commands) => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.carryOut(...commands);
      const { remittances } = await process.import(FILE, FOUND_ONLY);
      expect(remittances).toMatchObject([
        { claims: { posted: 0, suspended: 1 }, paid: { inClearing: '120.00' }, needs: [{ claim: 1, code }] },
      ]);
      expect(await booksOf(store)).toMatchObject({ 'Assets:RemittanceClearing': '-120.00' });
    });
  });

  it('is opened for each claim where accounts are created, though others have charges of that day and amount', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.carryOut(...accountWith('PATIENT-1'));
      await process.import(fileOf({ paid: '240', claims: [...claimOf('CLAIM-1'), ...claimOf('CLAIM-2')] }));
      for (const id of ['CLAIM-1', 'CLAIM-2']) {
        expect(await typesIn(store, `account-${id}`)).toContain('AccountOpened');
      }
    });
  });

  it('is the one that has the claim also where accounts are created', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.carryOut(...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }));
      await process.import(FILE);
      expect(await typesIn(store, 'account-CLAIM-1')).toEqual([]);
      expect(await typesIn(store, 'account-PATIENT-1')).toContain('PaymentPosted');
    });
  });
});

describe('a claim that found no account', () => {
  it('is posted after the next import, when its charges are there by then', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const first = await process.import(FILE, FOUND_ONLY);
      expect(first.remittances).toMatchObject([{ claims: { suspended: 1 } }]);
      await process.carryOut(...accountWith('PATIENT-1', { claimId: 'CLAIM-1' }));
      const again = await process.import(FILE, FOUND_ONLY);
      expect(again.remittances).toMatchObject([
        { outcome: 'posted', claims: { posted: 1, suspended: 0 }, paid: { inClearing: '0.00' }, needs: [] },
      ]);
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      const before = await eventCount(store);
      expect((await process.import(FILE, FOUND_ONLY)).remittances).toMatchObject([{ outcome: 'duplicate' }]);
      expect(await eventCount(store)).toBe(before);
    });
  });

  it('is opened when the file is imported again with accounts to be created', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.import(FILE, FOUND_ONLY);
      const { remittances } = await process.import(FILE);
      expect(remittances).toMatchObject([{ outcome: 'posted', claims: { posted: 1, suspended: 0 } }]);
    });
  });

  it('stays as it is, without an event, while nothing has come for it', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      await process.import(FILE, FOUND_ONLY);
      const before = await eventCount(store);
      const { remittances } = await process.import(FILE, FOUND_ONLY);
      expect(remittances).toMatchObject([
        { outcome: 'duplicate', claims: { suspended: 1 }, needs: [{ claim: 1 }] },
      ]);
      expect(await eventCount(store)).toBe(before);
    });
  });
});

describe('a reversal before its original', () => {
  it('waits, and is posted when that comes, also within one file', async () => {
    await onALog(async (store) => {
      const process = new ImportingProcess(store);
      const back = { paid: '-120', trace: 'T1', claims: reversalOf('A') };
      const { remittances } = await process.import(fileOf(back));
      expect(remittances).toMatchObject([
        {
          claims: { posted: 0, waiting: 1 },
          paid: { inClearing: '-120.00' },
          needs: [{ code: 'waits_for_original' }],
        },
      ]);
      await process.import(fileOf({ paid: '120', trace: 'T2', claims: claimOf('A') }));
      expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
      const again = await process.import(fileOf(back));
      expect(again.remittances).toMatchObject([
        { outcome: 'duplicate', claims: { posted: 1, waiting: 0 }, needs: [] },
      ]);
    });
    await onALog(async (store) => {
      const file = fileOfSeveral(
        { paid: '-120', trace: 'T1', claims: reversalOf('A') },
        { paid: '120', trace: 'T2', claims: claimOf('A') },
      );
      const { remittances } = await new ImportingProcess(store).import(file);
      for (const remittance of remittances) {
        expect(remittance).toMatchObject({ claims: { posted: 1, waiting: 0 }, needs: [] });
      }
    });
  });
});
