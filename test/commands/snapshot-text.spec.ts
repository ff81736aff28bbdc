import { expect, test } from '@jest/globals';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { SnapshotDamaged, snapshotOf, snapshotText } from '../../src/commands/snapshot-text.js';
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

/** An account of many entries, as text. */
function longText(): string {
  const entries = new Map(
    Array.from({ length: 1_000 }, (_, revision) => [
      `N${revision}`,
      { revision, type: 'NoteRecorded' as const },
    ]),
  );
  return snapshotText({ account: { ...unopenedAccount(), entries }, lastEvent: 'x' });
}

/** The text of these lines, with a checksum that is right. */
function summed(lines: readonly string[]): string {
  const text = lines.join('\n');
  return `${crc32(text)}\n${text}`;
}

test('an entry that is asked for is all that is read of its text, with those beside it', () => {
  const [, head, ...lines] = longText().split('\n');
  const at = lines.findIndex((line) => line.includes('"N500"'));
  const others = summed([head!, ...lines.map((line, other) => (other === at ? line : 'no JSON'))]);
  expect(snapshotOf(others).account.entries.get('N500')).toEqual({ revision: 500, type: 'NoteRecorded' });
  expect(() => [...snapshotOf(others).account.entries]).toThrow(SyntaxError);
});

test.each<[string, (text: string) => string]>([
  ['is empty', () => ''],
  ['has another character in an entry', (text) => text.replace('"N500"', '"N5x0"')],
  ['has another revision', (text) => text.replace('"revision":-1', '"revision":7')],
  ['is torn in its first line', (text) => text.slice(0, 3)],
  ['is torn in an entry', (text) => text.slice(0, text.indexOf('"N500"'))],
  ['lacks its last line', (text) => text.slice(0, text.lastIndexOf('\n'))],
  ['was written with fewer lines than are looked for', (text) => summed(text.split('\n').slice(1, -1))],
  ['was written with more lines than are looked for', (text) => summed([...text.split('\n').slice(1), '[]'])],
])('a text that %s is not read at all', (_, damage) => {
  const text = longText();
  expect(damage(text)).not.toBe(text);
  expect(() => snapshotOf(damage(text))).toThrow(SnapshotDamaged);
});
