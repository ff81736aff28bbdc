import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { snapshotOf, snapshotText } from '../../src/commands/snapshot-text.js';
import { type Account, evolve, unopenedAccount } from '../../src/ledger/account.js';
import { toSnapshot } from '../../src/ledger/snapshot.js';
import { anyHistory, play, simulation } from '../support/ledger-histories.js';

function reopened(account: Account): Account {
  return snapshotOf(snapshotText({ account, lastEvent: 'x' })).account;
}

test('written and read anywhere in any history, an account is as if it had never been put away', () => {
  fc.assert(
    fc.property(anyHistory, fc.infiniteStream(fc.boolean()), (commands, chances) => {
      const { ledger } = play(commands, () => undefined);
      const expected = unopenedAccount();
      let account: Account = unopenedAccount();
      for (const event of ledger.events) {
        evolve(expected, event);
        evolve(account, event);
        const [chance] = chances.take(1);
        if (chance) account = reopened(account);
      }
      expect(toSnapshot(account)).toEqual(toSnapshot(expected));
    }),
    simulation(),
  );
});

test('of many entries each is found by its id, others are not, and all come in their order', () => {
  const ids = fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 0, maxLength: 400, size: 'max' });
  fc.assert(
    fc.property(ids, fc.string(), (ids, other) => {
      const entries = new Map(ids.map((id, revision) => [id, { revision, type: 'NoteRecorded' as const }]));
      const account = { ...unopenedAccount(), revision: 9, accountId: 'A\n1', currency: 'USD', entries };
      const text = snapshotText({ account, lastEvent: 'e\n' });
      const asked = snapshotOf(text);
      expect(asked).toMatchObject({ lastEvent: 'e\n', account: { revision: 9, accountId: 'A\n1' } });
      for (const [id, entry] of entries) expect(asked.account.entries.get(id)).toEqual(entry);
      expect(asked.account.entries.has(other)).toBe(entries.has(other));
      expect(asked.account.charges.has(other)).toBe(false);
      expect([...snapshotOf(text).account.entries]).toEqual([...entries]);
    }),
    { numRuns: 50 },
  );
});

test('an entry that is asked for is all that is read of its text, with those beside it', () => {
  const entries = new Map(
    Array.from({ length: 1_000 }, (_, revision) => [
      `N${revision}`,
      { revision, type: 'NoteRecorded' as const },
    ]),
  );
  const [head, ...lines] = snapshotText({ account: { ...unopenedAccount(), entries }, lastEvent: 'x' }).split(
    '\n',
  );
  const at = lines.findIndex((line) => line.includes('"N500"'));
  const torn = [head, ...lines.map((line, other) => (other === at ? line : 'torn'))].join('\n');
  expect(snapshotOf(torn).account.entries.get('N500')).toEqual({ revision: 500, type: 'NoteRecorded' });
  expect(() => [...snapshotOf(torn).account.entries]).toThrow(SyntaxError);
});
