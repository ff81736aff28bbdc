import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AccountLoading } from '../../src/commands/account-loading.js';
import { SnapshotFile } from '../../src/commands/snapshot-file.js';
import { MemorySnapshots, type SnapshotStore, SnapshotUnreadable } from '../../src/commands/snapshots.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { type Account, evolve, unopenedAccount } from '../../src/ledger/account.js';
import type { AccountCommand } from '../../src/ledger/commands.js';
import { FOLD_VERSION, toSnapshot } from '../../src/ledger/snapshot.js';
import { inNewFolder } from '../support/event-store-folder.js';
import { anyHistory, play, simulation } from '../support/ledger-histories.js';
import { ACCOUNT, openAccount, postCharge, postPayment, issueRefund } from '../support/ledger.js';
import { accountsOn, eventsOf, proxied, readableLog, silent } from './accounts-on-a-log.js';

interface Place {
  folder: string;
  store: EventStore;
}

/** A log and snapshots in one folder. */
function inAFolder(use: (place: Place) => Promise<void>): Promise<void> {
  return inNewFolder((folder) => opened(folder, use));
}

async function opened(folder: string, use: (place: Place) => Promise<void>): Promise<void> {
  const store = await openEmbeddedStore({ folder });
  try {
    await use({ folder, store });
  } finally {
    await store.close();
  }
}

/** The accounts of one process, with the snapshots that it finds. */
function startedOn({ folder, store }: Place, log = silent) {
  const snapshots = new SnapshotFile(folder);
  return { snapshots, accounts: accountsOn(store, { snapshots, snapshotFrom: 2, log }) };
}

async function stateIn({ store }: Place, snapshots: SnapshotStore): Promise<unknown> {
  const { account, lastEvent, lastRecordedAt } = await new AccountLoading(store, snapshots, silent, 1).load(
    ACCOUNT,
  );
  return { account: toSnapshot(account), lastEvent, lastRecordedAt };
}

const HISTORY = [openAccount(), postCharge(), postPayment(), postPayment({ paymentId: 'P2' })];

describe('snapshots in a file', () => {
  test('saved and loaded anywhere in any history, an account is as if it had never been put away', () =>
    inNewFolder(async (folder) => {
      const snapshots = new SnapshotFile(folder);
      await fc.assert(
        fc.asyncProperty(anyHistory, fc.infiniteStream(fc.nat(5)), async (commands, chances) => {
          const { ledger } = play(commands, () => undefined);
          const accountId = `A${(run += 1)}`;
          const expected = unopenedAccount();
          let account: Account = unopenedAccount();
          for (const event of ledger.events) {
            evolve(expected, event);
            evolve(account, event);
            const [chance] = chances.take(1);
            if (chance! < 2) await snapshots.save(accountId, FOLD_VERSION, { account, lastEvent: 'x' });
            if (chance === 0) account = (await snapshots.load(accountId, FOLD_VERSION))!.account;
          }
          expect(toSnapshot(account)).toEqual(toSnapshot(expected));
          for (const id of expected.entries.keys()) expect(account.entries.has(id)).toBe(true);
        }),
        simulation(),
      );
      snapshots.close();
    }));
  let run = 0;

  test('know every id that was used before a restart', () =>
    inAFolder(async (place) => {
      const first = startedOn(place);
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      first.snapshots.close();
      const second = startedOn(place);
      for (const command of HISTORY.slice(1)) {
        expect(await second.accounts.transact(command)).toMatchObject({ appended: false });
      }
      const other = second.accounts.transact(postPayment({ amount: '2.00' }));
      await expect(other).rejects.toMatchObject({ rejection: { code: 'id_already_used' } });
      second.snapshots.close();
      expect(await eventsOf(place.store, `account-${ACCOUNT}`)).toHaveLength(HISTORY.length);
    }));

  test('go on where a process that was killed had saved last', () =>
    inAFolder(async (place) => {
      const killed = startedOn(place);
      for (const command of HISTORY) await killed.accounts.transact(command);
      await killed.accounts.idle();
      await killed.accounts.transact(issueRefund());
      const second = startedOn(place);
      expect(await second.accounts.transact(issueRefund())).toMatchObject({ appended: false });
      expect(await stateIn(place, second.snapshots)).toEqual(await stateIn(place, new MemorySnapshots()));
      second.snapshots.close();
      killed.snapshots.close();
    }));

  test('read of an account what a command is about, and no more of its log than came since', () =>
    inAFolder(async (place) => {
      const first = startedOn(place);
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      first.snapshots.close();
      const snapshots = new SnapshotFile(place.folder);
      const reads: unknown[] = [];
      const store = Object.assign(proxied(place.store), {
        readStream: (...given: Parameters<EventStore['readStream']>) => {
          reads.push(given[1]);
          return place.store.readStream(...given);
        },
      });
      const folded = await new AccountLoading(store, snapshots, silent, 1).load(ACCOUNT);
      expect(reads).toEqual([{ from: HISTORY.length - 1 }]);
      expect([folded.weight, folded.account.entries.size]).toEqual([1, HISTORY.length - 1]);
      expect(folded.account.credits.get('P2')?.unapplied.toFixed()).toBe('40');
      expect(folded.account.credits.has('P9')).toBe(false);
      expect(folded.weight).toBe(2);
      snapshots.close();
    }));

  test('that were saved from elsewhere since are not mixed with what is in memory', () =>
    inAFolder(async (place) => {
      const [first, second] = [startedOn(place), startedOn(place)];
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      const { account, lastEvent } = (await first.snapshots.load(ACCOUNT, FOLD_VERSION))!;
      await second.accounts.transact(issueRefund());
      await second.accounts.idle();
      expect(() => account.credits.get('P1')).toThrow(SnapshotUnreadable);
      expect(() => [...account.credits]).toThrow(SnapshotUnreadable);
      const saving = first.snapshots.save(ACCOUNT, FOLD_VERSION, { account, lastEvent });
      await expect(saving).rejects.toThrow(SnapshotUnreadable);
      // The first process still has the account as it was, and comes to the same end.
      expect(await first.accounts.transact(issueRefund())).toMatchObject({ appended: false });
      expect(await first.accounts.transact(issueRefund({ refundId: 'R2', amount: '1.00' }))).toMatchObject({
        appended: true,
      });
      first.snapshots.close();
      second.snapshots.close();
    }));

  test.each([
    ['is no database', (file: string) => writeFileSync(file, 'x'.repeat(20_000))],
    ['is of another format', (file: string) => altered(file, 'PRAGMA user_version = 99')],
    ['is gone', (file: string) => rmSync(file)],
    ['is a copy', copied],
    ['lost its tables', (file: string) => altered(file, 'DROP TABLE entries')],
  ])('are made anew when the file %s', (_, damage) =>
    inAFolder(async (place) => {
      const first = startedOn(place);
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      first.snapshots.close();
      damage(join(place.folder, 'snapshots.db'));
      const second = startedOn(place);
      expect(await second.accounts.transact(HISTORY[1]!)).toMatchObject({ appended: false });
      await second.accounts.transact(issueRefund());
      await second.accounts.idle();
      expect((await second.snapshots.load(ACCOUNT, FOLD_VERSION))?.account.revision).toBe(HISTORY.length);
      second.snapshots.close();
    }),
  );

  test('that cannot be read on stop no command, and are made anew', () =>
    inAFolder(async (place) => {
      const first = startedOn(place);
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      first.snapshots.close();
      altered(join(place.folder, 'snapshots.db'), `UPDATE entries SET written = '{' WHERE id = 'P2'`);
      const { log, lines } = readableLog();
      const second = startedOn(place, log);
      const repeated = postPayment({ paymentId: 'P2' });
      expect(await second.accounts.transact(repeated)).toMatchObject({ appended: false });
      await second.accounts.idle();
      expect(lines).toMatchObject([{ msg: 'a snapshot could not be read on, its account is loaded anew' }]);
      second.snapshots.close();
      const third = startedOn(place);
      expect(await third.accounts.transact(repeated)).toMatchObject({ appended: false });
      third.snapshots.close();
    }));

  test('of another fold, or of a log that went another way, are left out', () =>
    inAFolder(async (place) => {
      const first = startedOn(place);
      for (const command of HISTORY) await first.accounts.transact(command);
      await first.accounts.idle();
      expect(await first.snapshots.load(ACCOUNT, FOLD_VERSION + 1)).toBeUndefined();
      first.snapshots.close();
      const otherLog = `UPDATE accounts SET last_event = 'x';
        INSERT INTO entries SELECT account, 0, 'OF-ANOTHER-LOG', 9, '[2,2]' FROM accounts`;
      altered(join(place.folder, 'snapshots.db'), otherLog);
      const { log, lines } = readableLog();
      const second = startedOn(place, log);
      expect(await second.accounts.transact(HISTORY[1]!)).toMatchObject({ appended: false });
      expect(lines).toMatchObject([{ msg: 'a snapshot is of another log and is left out' }]);
      await second.accounts.idle();
      expect(await stateIn(place, second.snapshots)).toEqual(await stateIn(place, new MemorySnapshots()));
      second.snapshots.close();
    }));

  test('of a log that was put back to what it was before are left out, also when it has grown past them', () =>
    inNewFolder(async (folder) => {
      const carryOut = async (place: Place, commands: readonly AccountCommand[]): Promise<void> => {
        const { accounts, snapshots } = startedOn(place);
        for (const command of commands) await accounts.transact(command);
        await accounts.idle();
        snapshots.close();
      };
      const log = join(folder, 'events.db');
      await opened(folder, (place) => carryOut(place, HISTORY.slice(0, 2)));
      copyFileSync(log, `${log}.backup`);
      await opened(folder, (place) => carryOut(place, HISTORY.slice(2)));
      copyFileSync(`${log}.backup`, log);
      await opened(folder, async (place) => {
        const { snapshots } = startedOn(place);
        const asTheLogSays = async (): Promise<unknown> => {
          const state = await stateIn(place, new MemorySnapshots());
          expect(await stateIn(place, snapshots)).toEqual(state);
          return state;
        };
        expect(await asTheLogSays()).toMatchObject({ account: { revision: 1 } });
        const others = accountsOn(place.store, { snapshots: new MemorySnapshots() });
        for (const paymentId of ['P5', 'P6', 'P7']) await others.transact(postPayment({ paymentId }));
        await others.idle();
        expect(await asTheLogSays()).toMatchObject({ account: { revision: 4 } });
        snapshots.close();
        await carryOut(place, HISTORY.slice(2));
        expect((await eventsOf(place.store, `account-${ACCOUNT}`)).map(({ revision }) => revision)).toEqual([
          0, 1, 2, 3, 4, 5, 6,
        ]);
      });
    }));
});

/** As a backup may leave it: in another file, with pages of different moments. */
function copied(file: string): void {
  altered(file, `DELETE FROM entries WHERE id = 'C1'`);
  copyFileSync(file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
}

function altered(file: string, change: string): void {
  const db = new DatabaseSync(file);
  db.exec(change);
  db.close();
}
