import { expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { fileReport, needsSomebody } from '../../src/command-line/remittance-report.js';
import { onALog } from '../commands/accounts-on-a-log.js';
import { ImportingProcess, claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';

const FILE = fileOf({ paid: '120', trace: '0007700', claims: claimOf('A') });

test('a payment that somebody posted for the same money is named, until it is taken back', () =>
  onALog(async (store) => {
    const process = new ImportingProcess(store);
    await process.carryOut(
      { type: 'OpenAccount', accountId: 'P1', openedOn: '2026-01-01' },
      {
        type: 'PostPayment',
        accountId: 'P1',
        paymentId: 'CHK-1',
        amount: '120.00',
        from: { party: 'payer', payerId: '1512345678' },
        method: 'check',
        reference: '7700',
        allocations: [],
      },
    );
    const first = await process.import(FILE);
    const paymentsByHand = [{ accountId: 'P1', paymentId: 'CHK-1', amount: '120.00' }];
    expect(first.remittances).toMatchObject([{ outcome: 'posted', paymentsByHand }]);
    // All of it is posted; that it counts twice is for whoever keyed it.
    expect(needsSomebody(first)).toBe(false);
    const lines = stripVTControlCharacters(fileReport('a.835', first)).split('\n');
    const text = lines.map((line) => line.trim()).join(' ');
    expect(text).toContain(
      'payment_posted_by_hand: payment CHK-1 of 120.00 USD on account P1 has the same trace, so that its money counts ' +
        'twice: reverse it, or, if it is other money, post it anew with another reference',
    );
    expect((await process.import(FILE)).remittances).toMatchObject([
      { outcome: 'duplicate', paymentsByHand },
    ]);

    await process.carryOut({
      type: 'ReverseEntry',
      accountId: 'P1',
      reversalId: 'REV-1',
      reverses: 'CHK-1',
      reason: 'posting_error',
    });
    const after = await process.import(FILE);
    expect(after.remittances).toMatchObject([{ outcome: 'duplicate', paymentsByHand: [] }]);
    expect(fileReport('a.835', after)).not.toContain('payment_posted_by_hand');
  }));

test('money that goes to the payer is none that a payment brought', () =>
  onALog(async (store) => {
    const process = new ImportingProcess(store);
    await process.import(fileOf({ paid: '120', trace: 'T1', claims: claimOf('A') }));
    await process.carryOut({
      type: 'PostPayment',
      accountId: 'A',
      paymentId: 'CHK-1',
      amount: '5.00',
      from: { party: 'payer', payerId: '1512345678' },
      method: 'check',
      reference: 'T2',
      allocations: [],
    });
    const plb = ['PLB*1234567893*20261231*WO:A*140'];
    const { remittances } = await process.import(
      fileOf({ paid: '-20', trace: 'T2', claims: claimOf('B'), plb }),
    );
    expect(remittances).toMatchObject([{ outcome: 'posted', amount: '-20.00', paymentsByHand: [] }]);
  }));
