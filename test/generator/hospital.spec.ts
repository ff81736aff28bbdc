import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { type HospitalOptions, FIRST_DAY, hospital } from '../../src/generator/hospital.js';
import { balanceOf, sharesOf, unappliedOf } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { effectiveOnOf } from '../../src/ledger/events.js';
import { RuleBook } from './rule-book.js';

const SIZE: HospitalOptions = { accounts: 300, months: 14, seed: 7 };

function runAll(commands: Iterable<AccountCommand>) {
  const rules = new RuleBook();
  const events = Array.from(commands).flatMap((command) => rules.accepted(command));
  return { books: rules.accounts, events };
}

describe('the made-up hospital', () => {
  it('is accepted by the rules to the last line, in every kind of event', () => {
    const { books, events } = runAll(hospital(SIZE));
    expect(books.size).toBe(SIZE.accounts);
    expect([...new Set(events.map((event) => event.type))].sort()).toEqual([
      'AccountOpened',
      'AdjustmentPosted',
      'ChargePosted',
      'CreditApplied',
      'DenialAppealed',
      'DenialRecorded',
      'DenialResolved',
      'EntryReversed',
      'NoteRecorded',
      'PaymentPosted',
      'RefundIssued',
      'ResponsibilityTransferred',
    ]);
  });

  it('has what a real one has: open balances, credit, bad debt that came back, secondary payers', () => {
    const { books, events } = runAll(hospital(SIZE));
    const accounts = [...books.values()].map(({ account }) => account);
    expect(accounts.some((account) => balanceOf(account).isZero())).toBe(true);
    expect(accounts.some((account) => balanceOf(account).isPositive() && !balanceOf(account).isZero())).toBe(
      true,
    );
    expect(accounts.some((account) => unappliedOf(account).greaterThan(0))).toBe(true);
    const shares = accounts.flatMap((account) => [...sharesOf(account)]);
    expect(shares.some(({ party }) => party.party === 'payer' && party.position === 'secondary')).toBe(true);
    const payments = events.filter((event) => event.type === 'PaymentPosted');
    expect(payments.some(({ data }) => data.allocations.some((a) => a.reinstated !== undefined))).toBe(true);
    const categories = events.filter((e) => e.type === 'AdjustmentPosted').map(({ data }) => data.category);
    expect([...new Set(categories)].sort()).toEqual(
      expect.arrayContaining(['bad_debt', 'charity', 'contractual', 'discount', 'other', 'small_balance']),
    );
    const reasons = events.filter((e) => e.type === 'EntryReversed').map(({ data }) => data.reason);
    expect([...new Set(reasons)].sort()).toEqual(['nsf', 'takeback']);
  });

  it('comes in the order of its dates, inside its months', () => {
    const { events } = runAll(hospital(SIZE));
    const dates = events.map(effectiveOnOf);
    expect(dates).toEqual([...dates].sort());
    expect(dates[0]).toBe(FIRST_DAY);
    expect(dates.at(-1)! < '2026-03-01').toBe(true);
  });

  it('is the same for the same seed, and another for another', () => {
    const print = (options: HospitalOptions): string =>
      createHash('sha256')
        .update([...hospital(options)].map((c) => JSON.stringify(c)).join('\n'))
        .digest('hex');
    const options = { accounts: 20, months: 3, seed: 1 };
    expect(print(options)).toBe(print(options));
    expect(print({ ...options, seed: 2 })).not.toBe(print(options));
    // Frozen: benchmarks compare runs of different days and machines.
    expect(print(options)).toMatchInlineSnapshot(
      `"5878f29184138eba121d2801f4576d2fbaf7fbc985b918dbe5c35a66db761afd"`,
    );
  });

  it('starts where it is told to', () => {
    const [first] = hospital({ accounts: 1, months: 1, seed: 1, from: '2031-05-31' });
    expect(first).toMatchObject({ type: 'OpenAccount', openedOn: '2031-05-31' });
  });
});
