import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { type Account, balanceOf, sharesOf, unappliedOf } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { partyKey } from '../../src/ledger/party.js';
import type { UnusableRow } from '../../src/synthea/conversion.js';
import { SyntheaImport } from '../../src/synthea/import-rows.js';
import { ledgerId } from '../../src/ledger-id.js';
import { RowIds } from '../../src/synthea/row-ids.js';
import { RuleBook } from '../generator/rule-book.js';

/** Takes a folder of test/fixtures/synthea through conversion and rules. */
async function take(name: string, timeZone = 'UTC') {
  const unusable: string[] = [];
  const pass = await SyntheaImport.open({
    folder: fileURLToPath(new URL(`../fixtures/synthea/${name}`, import.meta.url)),
    timeZone,
    onUnusable: ({ line, column, reason }: UnusableRow) => unusable.push(`${line} ${column}: ${reason}`),
  });
  const rules = new RuleBook();
  const commands: AccountCommand[] = [];
  let broken: string | undefined;
  try {
    for await (const { command } of pass.commands()) {
      rules.accepted(command);
      commands.push(command);
    }
  } catch (error) {
    broken = String(error);
  }
  const account = (id: string): Account => rules.accounts.get(id)!.account;
  return { pass, commands, unusable, broken, account };
}

/** What an account comes to: balance, unapplied credit, and the shares that are not zero. */
function standing(account: Account) {
  return {
    balance: balanceOf(account).toFixed(2),
    unapplied: unappliedOf(account).toFixed(2),
    shares: [...sharesOf(account)]
      .filter((share) => !share.balance.isZero())
      .map((share) => `${share.chargeId} ${partyKey(share.party)} ${share.balance.toFixed(2)}`),
  };
}

describe('Synthea rows become commands', () => {
  it('shows as credit of the patient what a copay exceeds its charge by', async () => {
    const { account, pass } = await take('overpaid-copay');
    expect(standing(account('p1'))).toEqual({ balance: '-2.51', unapplied: '2.51', shares: [] });
    expect(pass.fileSums.byPatient.get('p1')!.balance.toFixed(2)).toBe('-2.51');
  });

  it('shows as credit of the payer what it pays too much', async () => {
    const { account } = await take('overpaid-by-payer');
    expect(standing(account('p1'))).toEqual({ balance: '-20.00', unapplied: '20.00', shares: [] });
  });

  it('takes adjustments from ADJUSTMENTS, raises what is below zero, and lets an excess show as credit', async () => {
    const { account, commands } = await take('adjustments');
    expect(standing(account('p1'))).toEqual({
      balance: '-2.00',
      unapplied: '0.00',
      shares: ['r5 payer|acme|primary -2.00'],
    });
    expect(
      commands.filter((c) => c.type === 'PostAdjustment').map((c) => `${c.direction} ${c.amount}`),
    ).toEqual(['credit 30.00', 'debit 5.00', 'credit 12.00']);
  });

  it('makes one transfer of a TRANSFEROUT and its TRANSFERIN, and follows who pays from primary to patient', async () => {
    const { account, commands } = await take('transfers');
    expect(standing(account('p1'))).toEqual({
      balance: '5.00',
      unapplied: '0.00',
      shares: ['r1 patient 5.00'],
    });
    expect(commands.filter((c) => c.type === 'TransferResponsibility')).toMatchObject([
      {
        transferId: 'r4',
        amount: '50.00',
        from: { payerId: 'acme' },
        to: { payerId: 'zenith', position: 'secondary' },
      },
      { transferId: 'r7', amount: '20.00', from: { payerId: 'zenith' }, to: { party: 'patient' } },
    ]);
    expect(commands.filter((c) => c.type === 'PostPayment')).toMatchObject([
      { from: { payerId: 'acme' }, method: 'eft' },
      { from: { payerId: 'zenith' }, method: 'eft' },
      { from: { party: 'patient' }, method: 'card' },
    ]);
  });

  it('takes blank for zero, and posts nothing for rows that move nothing', async () => {
    const { pass, unusable, account, commands } = await take('blank-or-zero');
    expect(unusable).toEqual([]);
    expect(pass.nothing).toEqual({ no_money: 4, transfer_in_came_first: 0, transfer_to_same_party: 0 });
    expect(commands.filter((c) => c.type === 'PostCharge').map((c) => c.amount)).toEqual([
      '40.00',
      '0.00',
      '0.00',
      '12.50',
    ]);
    expect(standing(account('p1')).balance).toBe('12.50');
  });

  it('keeps to the claim when the rows of claims and patients are mixed', async () => {
    const { account } = await take('mixed-claims');
    expect(standing(account('p1'))).toEqual({
      balance: '15.00',
      unapplied: '0.00',
      shares: ['r2 payer|zenith|primary 15.00'],
    });
    expect(standing(account('p2')).shares).toEqual(['s1 patient 23.00']);
  });

  it('knows that "no insurance" means the patient', async () => {
    const { account, pass, unusable } = await take('no-insurance');
    expect(unusable).toEqual([]);
    expect(standing(account('p1')).shares).toEqual(['r1 patient 35.00']);
    expect(pass.nothing.transfer_to_same_party).toBe(1);
    expect(pass.toSameParty.get('p1')!.toFixed(2)).toBe('55.00');
  });

  it('does without claims.csv and payers.csv', async () => {
    const { account, commands } = await take('only-transactions');
    expect(standing(account('p1')).balance).toBe('0.00');
    expect(commands[1]).toMatchObject({ responsible: { payerId: 'unnamed-primary' } });
  });

  it('reads BOM, CRLF, quotes and line ends inside quotes', async () => {
    const { account, commands, unusable } = await take('windows');
    expect(unusable).toEqual([]);
    expect(commands[1]).toMatchObject({ description: 'says "hi", twice' });
    expect(standing(account('p1')).balance).toBe('1.00');
  });

  it('dates a row by the calendar of the time zone', async () => {
    expect((await take('midnight')).commands[1]).toMatchObject({ serviceDate: '2024-03-01' });
    const { commands } = await take('midnight', 'America/New_York');
    expect(commands[1]).toMatchObject({ serviceDate: '2024-02-29', effectiveOn: '2024-02-29' });
    expect(commands[2]).toMatchObject({ effectiveOn: '2024-03-10' });
  });

  it('names every row that it cannot use, and lets what follows on the same charge wait', async () => {
    const { unusable, account, pass } = await take('unusable-rows');
    expect(unusable).toEqual([
      '3 PAYMENTS: "ten" is not an amount',
      '4 CHARGEID: waits for line 3, a row of the same charge that could not be used',
      '7 ID: r5 is the id of an earlier row too',
      '8 CLAIMID: no CHARGE of this claim comes before this row',
      '10 TYPE: "REBATE" is not a type of row known here',
      '11 AMOUNT: "5.555" has fractions of a cent',
      '12 CHARGEID: waits for line 11, a row of the same charge that could not be used',
      '13 TRANSFERTYPE: "z" is none of 1, 2, p',
      '14 FROMDATE: "2024-02-30T10:00:00Z" is not an instant such as 2014-05-06T08:34:30Z',
      '19 TRANSFERS: 3.00 is not what line 18 transfers out, 2.00',
      '20 AMOUNT: a charge below zero',
      '16 TYPE: a TRANSFEROUT without its TRANSFERIN: nobody is named to take it over',
      '18 TYPE: a TRANSFEROUT without its TRANSFERIN: nobody is named to take it over',
    ]);
    expect(pass.unusable).toBe(unusable.length);
    expect(standing(account('p1')).balance).toBe('10.00');
    expect(standing(account('p3')).balance).toBe('13.00');
  });

  it('stops at what cannot be read, naming file, line and column', async () => {
    expect((await take('missing-columns')).broken).toContain(
      'claims_transactions.csv, line 1, column CHARGEID, AMOUNT, METHOD,',
    );
    expect((await take('broken-row')).broken).toContain(
      'claims_transactions.csv, line 4, column PROCEDURECODE: 8 fields where the header has 15: the row ends before this column',
    );
    expect((await take('endless-quote')).broken).toContain('a quote opens and never closes');
    expect((await take('nobody')).broken).toContain('line 3, column CLAIMID: must not be empty');
  });

  it('gives the same commands again when a broken file was mended', async () => {
    const { commands: before } = await take('broken-row');
    const { commands: after } = await take('broken-row-mended');
    expect(before.length).toBeGreaterThan(0);
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('writes ids that the ledger does not allow in a form that it does', async () => {
    const { commands, unusable } = await take('odd-ids');
    expect(unusable).toEqual([]);
    const ids = [
      'row one/ü',
      '_r2',
      'x'.repeat(70),
      'enc:r',
      'the patient 1',
      'b37f7960-7e9e-f3f7-f891-79ae4f632406',
    ];
    const written = ids.map(ledgerId);
    for (const id of written) expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
    expect(new Set(written).size).toBe(ids.length);
    expect(written[5]).toBe(ids[5]);
    expect(Buffer.from(written[0]!.slice(4), 'base64url').toString()).toBe(ids[0]);
    expect(commands[0]).toMatchObject({ accountId: ledgerId('the patient 1') });
  });
});

describe('a set of row ids', () => {
  it('tells a hundred thousand ids apart and finds each again', () => {
    const ids = new RowIds();
    const added = Array.from({ length: 100_000 }, (_, i) => ids.add(`row-${i}`));
    expect(added.every(Boolean)).toBe(true);
    expect(ids.size).toBe(100_000);
    for (let i = 0; i < 100_000; i += 97) {
      expect(ids.add(`row-${i}`)).toBe(false);
      expect(ids.has(`row-${i}`)).toBe(true);
      expect(ids.has(`other-${i}`)).toBe(false);
    }
  });
});
