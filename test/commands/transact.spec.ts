import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { AccountLoading } from '../../src/commands/account-loading.js';
import {
  AccountBusy,
  CommandRejected,
  EventTooLarge,
  RevisionMismatch,
} from '../../src/commands/refusals.js';
import { MemorySnapshots, type SnapshotStore } from '../../src/commands/snapshots.js';
import {
  AppendTooLarge,
  EventLogDamaged,
  type EventStore,
  StoreUnavailable,
} from '../../src/event-store/event-store.js';
import { balanceOf } from '../../src/ledger/account.js';
import type { PostCharge } from '../../src/ledger/rules/post-charge.js';
import { FOLD_VERSION, toSnapshot } from '../../src/ledger/snapshot.js';
import { ACCOUNT, openAccount, postCharge, postPayment, reverseEntry } from '../support/ledger.js';
import {
  NOW,
  accountsOn,
  appendForeign,
  eventsOf,
  onALog,
  proxied,
  readableLog,
  silent,
} from './accounts-on-a-log.js';
import { fromSnapshot } from '../support/from-snapshot.js';

const STREAM = `account-${ACCOUNT}`;

function charges(count: number, prefix = 'C'): PostCharge[] {
  return Array.from({ length: count }, (_, i) => postCharge({ chargeId: `${prefix}${i}` }));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** What a command was refused with: the rejection, or whatever else was thrown. */
async function refusalOf(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return error instanceof CommandRejected ? error.rejection : error;
}

describe('a receipt', () => {
  test('holds revision, position, events, and every stored value that was not given just so', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      await accounts.transact(postCharge({ effectiveOn: '2026-01-05' }));
      const paid = await accounts.transact(
        postPayment({ paymentId: 'P1', amount: '40.00', allocations: [{ chargeId: 'C1', amount: '25.00' }] }),
      );
      expect(paid).toEqual({
        appended: true,
        receipt: {
          accountId: ACCOUNT,
          revision: 2,
          position: '3',
          events: [{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), type: 'PaymentPosted' }],
          currency: 'USD',
          effectiveOn: '2026-03-01',
          allocations: [{ chargeId: 'C1', amount: '25.00', responsible: { party: 'patient' } }],
        },
      });
      const [, , stored] = await eventsOf(store, STREAM);
      expect(stored).toMatchObject({ id: paid.receipt.events[0]?.id, revision: 2, position: '3' });
      expect(stored?.metadata).toEqual({ recordedAt: NOW });
    }));

  test('is the same again when the command is repeated, in this process and in the next one', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      const opened = await accounts.transact(openAccount());
      const first = await accounts.transact(postCharge());
      await accounts.transact(postCharge({ chargeId: 'C2' }));
      for (const some of [accounts, accountsOn(store)]) {
        expect(await some.transact(postCharge())).toEqual({ appended: false, receipt: first.receipt });
        expect(await some.transact(openAccount())).toEqual({ appended: false, receipt: opened.receipt });
      }
      expect(await eventsOf(store, STREAM)).toHaveLength(3);
    }));

  test('of a repetition does not ask for the revision: it was carried out already', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      await accounts.transact(postCharge(), { ifRevision: 0 });
      expect(await accounts.transact(postCharge(), { ifRevision: 0 })).toMatchObject({ appended: false });
    }));
});

describe('metadata', () => {
  test('say who, as part of what, and when; the instant never goes back', () =>
    onALog(async (store) => {
      const instants = ['2026-03-01T10:00:00.000Z', '2026-03-01T09:59:00.000Z', '2026-03-01T10:00:01.000Z'];
      for (const [i, now] of instants.entries()) {
        const accounts = accountsOn(store, { clock: { now: () => new Date(now) } });
        await accounts.transact(i === 0 ? openAccount() : postCharge({ chargeId: `C${i}` }), {
          actor: 'maria',
          correlationId: 'trace-1',
        });
      }
      expect((await eventsOf(store, STREAM)).map((event) => event.metadata)).toEqual([
        { recordedAt: '2026-03-01T10:00:00.000Z', actor: 'maria', $correlationId: 'trace-1' },
        { recordedAt: '2026-03-01T10:00:00.000Z', actor: 'maria', $correlationId: 'trace-1' },
        { recordedAt: '2026-03-01T10:00:01.000Z', actor: 'maria', $correlationId: 'trace-1' },
      ]);
    }));

  test('"today" is the date of the time zone', () =>
    onALog(async (store) => {
      const late = accountsOn(store, {
        clock: { now: () => new Date('2026-03-01T03:00:00Z') },
        timeZone: 'America/New_York',
      });
      await late.transact(openAccount());
      expect((await late.transact(postCharge())).receipt).toMatchObject({ effectiveOn: '2026-02-28' });
    }));
});

describe('commands on one account', () => {
  test('are carried out in the order they came, 50 at once', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      const outcomes = await Promise.all(
        [openAccount(), ...charges(50)].map((command) => accounts.transact(command)),
      );
      expect(outcomes.map(({ receipt }) => receipt.revision)).toEqual(upTo(51));
      const stored = await eventsOf(store, STREAM);
      expect(stored.slice(1).map(({ data }) => (data as { chargeId: string }).chargeId)).toEqual(
        charges(50).map(({ chargeId }) => chargeId),
      );
    }));

  test('of two processes all are kept, once, whoever was faster', () =>
    onALog(async (store) => {
      let retries = 0;
      const observer = {
        appended: () => undefined,
        appendRefused: () => undefined,
        finished: () => undefined,
        retried: () => void (retries += 1),
      };
      const [one, two] = [accountsOn(store, { observer }), accountsOn(store, { observer })];
      await one.transact(openAccount());
      const outcomes = await Promise.all([
        ...charges(40, 'A').map((command) => one.transact(command)),
        ...charges(40, 'B').map((command) => two.transact(command)),
        ...charges(10, 'A').map((command) => two.transact(command)),
      ]);
      const revisions = outcomes.filter(({ appended }) => appended).map(({ receipt }) => receipt.revision);
      expect(new Set(revisions)).toEqual(new Set(upTo(81).slice(1)));
      expect(await eventsOf(store, STREAM)).toHaveLength(81);
      expect(retries).toBeGreaterThan(0);
    }));

  test('with one id and two contents, in two processes at once: one is kept, the other is told', () =>
    onALog(async (store) => {
      for (const round of upTo(10)) {
        const [one, two] = [accountsOn(store), accountsOn(store)];
        const accountId = `R${round}`;
        await one.transact(openAccount({ accountId }));
        await two.transact(openAccount({ accountId }));
        const settled = await Promise.allSettled([
          one.transact({ ...postCharge({ amount: '10.00' }), accountId }),
          two.transact({ ...postCharge({ amount: '20.00' }), accountId }),
        ]);
        expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        const refused = settled.find((one) => one.status === 'rejected');
        expect(refused?.reason).toMatchObject({
          rejection: { code: 'id_already_used', differs: ['amount'] },
        });
      }
    }));

  test('give up with 503 when others are faster again and again', () =>
    onALog(async (store) => {
      const others = accountsOn(store);
      let posted = 0;
      await others.transact(openAccount());
      const crowded: EventStore = {
        ...proxied(store),
        append: async (stream, expected, events) => {
          await others.transact(postCharge({ chargeId: `O${(posted += 1)}` }));
          return store.append(stream, expected, events);
        },
      };
      const error = await refusalOf(accountsOn(crowded).transact(postCharge()));
      expect(error).toBeInstanceOf(AccountBusy);
      expect((error as AccountBusy).problem).toMatchObject({ status: 503, code: 'account_busy' });
    }));
});

describe('a refusal worked out on a cached account is final only after a look at the store:', () => {
  test('a charge that another process posted is found', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postCharge());
      const payment = postPayment({ allocations: [{ chargeId: 'C1', amount: '1.00' }] });
      expect(await one.transact(payment)).toMatchObject({ appended: true, receipt: { revision: 2 } });
    }));

  test('a revision that another process reached is met', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postCharge());
      const next = postCharge({ chargeId: 'C2' });
      expect(await one.transact(next, { ifRevision: 1 })).toMatchObject({ appended: true });
    }));

  test('an account that another process opened is there', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      expect(await refusalOf(one.transact(postCharge()))).toEqual({
        code: 'account_not_found',
        accountId: ACCOUNT,
      });
      await two.transact(openAccount());
      expect(await one.transact(postCharge())).toMatchObject({ appended: true });
    }));
});

describe('a condition on the revision', () => {
  test('that is not met refuses, says where the account stands, and appends nothing', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      const error = await refusalOf(accounts.transact(postCharge(), { ifRevision: 7 }));
      expect(error).toBeInstanceOf(RevisionMismatch);
      expect((error as RevisionMismatch).problem).toMatchObject({
        status: 412,
        code: 'revision_mismatch',
        revision: 0,
      });
      expect(await eventsOf(store, STREAM)).toHaveLength(1);
    }));

  test('"any" wants the account to exist', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      const unmet = await refusalOf(accounts.transact(openAccount(), { ifRevision: 'any' }));
      expect(unmet).toBeInstanceOf(RevisionMismatch);
      await accounts.transact(openAccount());
      expect(await accounts.transact(postCharge(), { ifRevision: 'any' })).toMatchObject({ appended: true });
    }));
});

describe('when the store is away', () => {
  test('and its answer is lost, the repeated command finds what was kept, though the day has changed', () =>
    onALog(async (store) => {
      let now = '2026-03-01T23:59:59Z';
      let deaf = false;
      const losing: EventStore = {
        ...proxied(store),
        append: async (...given) => {
          const result = await store.append(...given);
          if (deaf) throw new StoreUnavailable('no answer');
          return result;
        },
      };
      const accounts = accountsOn(losing, { clock: { now: () => new Date(now) } });
      await accounts.transact(openAccount());
      deaf = true;
      expect(await refusalOf(accounts.transact(postCharge()))).toBeInstanceOf(StoreUnavailable);
      deaf = false;
      now = '2026-03-02T00:00:01Z';
      expect(await accounts.transact(postCharge())).toMatchObject({
        appended: false,
        receipt: { revision: 1, effectiveOn: '2026-03-01' },
      });
      expect(await eventsOf(store, STREAM)).toHaveLength(2);
    }));

  test('that waited behind others on a store that is away are told so at once', () =>
    onALog(async (store) => {
      let appends = 0;
      const away: EventStore = {
        ...proxied(store),
        append: async () => {
          appends += 1;
          await delay(60);
          throw new StoreUnavailable('away');
        },
      };
      const accounts = accountsOn(away, { queuedMsMax: 30 });
      const refusals = await Promise.all(
        [openAccount(), openAccount(), openAccount()].map((command) => refusalOf(accounts.transact(command))),
      );
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(StoreUnavailable);
      expect(appends).toBe(1);
      // Who comes later is not made to pay for it.
      await refusalOf(accounts.transact(openAccount()));
      expect(appends).toBe(2);
    }));

  test('and comes back, commands go on', () =>
    onALog(async (store) => {
      let away = true;
      const shaky: EventStore = {
        ...proxied(store),
        readStream: (...given) => {
          if (away) throw new StoreUnavailable('away');
          return store.readStream(...given);
        },
      };
      const accounts = accountsOn(shaky);
      expect(await refusalOf(accounts.transact(openAccount()))).toBeInstanceOf(StoreUnavailable);
      away = false;
      expect(await accounts.transact(openAccount())).toMatchObject({ appended: true });
    }));
});

describe('a stream in which events are missing', () => {
  /** The store, after an administrator has cut off or deleted some of every stream. */
  const cutOff = (store: EventStore, isThere: (revision: number) => boolean): EventStore => ({
    ...proxied(store),
    async *readStream(stream, options = {}) {
      let left = options.limit ?? Infinity;
      for await (const event of store.readStream(stream, { ...options, limit: Infinity })) {
        if (!isThere(event.revision)) continue;
        if (left <= 0) return;
        left -= 1;
        yield event;
      }
    },
  });

  test.each([
    ['at its beginning', (revision: number) => revision >= 5],
    ['in its middle', (revision: number) => revision < 2 || revision > 3],
  ])('%s, is not decided on, and says where without whose it is', (_, isThere) =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      for (const command of [openAccount(), ...charges(8)]) await accounts.transact(command);
      const error = await refusalOf(
        accountsOn(cutOff(store, isThere)).transact(postCharge({ chargeId: 'X' })),
      );
      expect(error).toBeInstanceOf(EventLogDamaged);
      expect((error as Error).message).toMatch(
        /^events are missing in a stream: revision \d was to come, revision \d is there, at position \d$/,
      );
      expect((error as Error).message).not.toContain(ACCOUNT);
      expect(await eventsOf(store, STREAM)).toHaveLength(9);
    }),
  );

  test('is found when a rule has to see what is gone', () =>
    onALog(async (store) => {
      const gone = { revisions: 0 };
      const accounts = accountsOn(cutOff(store, (revision) => revision >= gone.revisions));
      for (const command of [openAccount(), ...charges(3)]) await accounts.transact(command);
      gone.revisions = 2;
      const reversal = reverseEntry({ reversalId: 'V1', reverses: 'C0' });
      expect(await refusalOf(accounts.transact(reversal))).toBeInstanceOf(EventLogDamaged);
    }));

  test('all of them, is found by where its next event went', () =>
    onALog(async (store) => {
      const deleted: EventStore = {
        ...cutOff(store, () => false),
        append: async (stream, _, events) => store.append(stream, 0, events),
      };
      await accountsOn(store).transact(openAccount());
      const error = await refusalOf(accountsOn(deleted).transact(openAccount({ openedOn: '2026-01-02' })));
      expect(error).toEqual(
        new EventLogDamaged(
          'events are missing in a stream: revision 0 was to be appended, it became revision 1, at position 2, and stays there',
        ),
      );
      expect(await eventsOf(store, STREAM)).toHaveLength(2);
    }));

  test.each([
    ['all of them', () => false, 'no event'],
    ['the last ones', (revision: number) => revision < 2, 'the events to revision 1'],
  ])('%s, is found by where the store says that it ends', (_, isThere, read) =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      for (const command of [openAccount(), ...charges(3)]) await accounts.transact(command);
      const command =
        read === 'no event' ? openAccount({ openedOn: '2026-01-02' }) : postCharge({ chargeId: 'X' });
      expect(await refusalOf(accountsOn(cutOff(store, isThere)).transact(command))).toEqual(
        new EventLogDamaged(
          `events are missing in a stream: the store has it at revision 3, reading it gives ${read}`,
        ),
      );
    }),
  );
});

describe('an event that is too large for the store', () => {
  test('is refused for good, with the size where it is known, and the account goes on', () =>
    onALog(async (store) => {
      let failure: AppendTooLarge | undefined;
      let appends = 0;
      const small: EventStore = {
        ...proxied(store),
        append: (...given) => {
          appends += 1;
          return failure ? Promise.reject(failure) : store.append(...given);
        },
      };
      const accounts = accountsOn(small);
      await accounts.transact(openAccount());
      for (const bytesMax of [undefined, 1_048_576]) {
        failure = new AppendTooLarge(bytesMax);
        const error = await refusalOf(accounts.transact(postCharge()));
        expect(error).toBeInstanceOf(EventTooLarge);
        const { type: _, title: __, detail, ...rest } = (error as EventTooLarge).problem;
        expect(rest).toEqual({
          status: 422,
          code: 'event_too_large',
          ...(bytesMax === undefined ? {} : { bytesMax }),
        });
        expect(detail).toContain('split it');
      }
      expect(appends).toBe(3);
      failure = undefined;
      expect(await accounts.transact(postCharge())).toMatchObject({
        appended: true,
        receipt: { revision: 1 },
      });
    }));
});

describe('an event that cannot be read', () => {
  test('moves nothing, is named once without what it holds, and commands go on', () =>
    onALog(async (store) => {
      const { log, lines } = readableLog();
      await accountsOn(store).transact(openAccount());
      await appendForeign(store, STREAM, {
        id: '00000000-0000-4000-8000-000000000001',
        type: 'SomethingElse',
        data: { patient: 'Jane Doe' },
        metadata: { recordedAt: '2026-03-05T00:00:00.000Z' },
      });
      for (const accounts of [accountsOn(store, { log }), accountsOn(store)]) {
        await accounts.transact(postCharge());
        await accounts.transact(reverseEntry({ reversalId: 'V1', reverses: 'C1' }));
      }
      expect(lines).toEqual([
        {
          level: 40,
          position: '2',
          revision: 1,
          reason: 'unknown type of event',
          msg: 'an event cannot be read; commands go on without it',
        },
      ]);
      const recordedAt = (await eventsOf(store, STREAM)).map(({ metadata }) => metadata.recordedAt);
      expect(recordedAt).toEqual([NOW, ...upTo(3).map(() => '2026-03-05T00:00:00.000Z')]);
    }));

  test('keeps its id: the same command does not post a second time', () =>
    onALog(async (store) => {
      await accountsOn(store).transact(openAccount());
      await appendForeign(store, STREAM, {
        id: '00000000-0000-4000-8000-000000000001',
        type: 'ChargePosted',
        data: { chargeId: 'C1', amount: 'a lot' },
      });
      await expect(accountsOn(store).transact(postCharge())).rejects.toMatchObject({
        rejection: { code: 'id_already_used', id: 'C1', usedBy: 'ChargePosted' },
      });
    }));
});

describe('snapshots', () => {
  const EVENTS = 120;
  const loaded = async (store: EventStore, snapshots: SnapshotStore) => {
    const folded = await new AccountLoading(store, snapshots, silent, 1e9).load(ACCOUNT);
    const { account, lastRecordedAt, lastEvent } = folded;
    return { account: toSnapshot(account), lastRecordedAt, lastEvent };
  };

  test('give the same account on a cold start as the stream', () =>
    onALog(async (store) => {
      const snapshots = new MemorySnapshots();
      const accounts = accountsOn(store, { snapshots, snapshotFrom: 50 });
      for (const command of [openAccount(), ...charges(EVENTS)]) await accounts.transact(command);
      await accounts.idle();
      const kept = await snapshots.load(ACCOUNT, FOLD_VERSION);
      expect(kept?.account.revision).toBeGreaterThanOrEqual(50);
      expect(await loaded(store, snapshots)).toEqual(await loaded(store, new MemorySnapshots()));
    }));

  test('are few: each is a fifth larger than the one before', () =>
    onALog(async (store) => {
      let saves = 0;
      const counting: SnapshotStore = {
        isAtHand: false,
        close() {},
        load: () => Promise.resolve(undefined),
        save: () => Promise.resolve(void (saves += 1)),
      };
      const accounts = accountsOn(store, { snapshots: counting, snapshotFrom: 50 });
      for (const command of [openAccount(), ...charges(EVENTS)]) await accounts.transact(command);
      await accounts.idle();
      expect(saves).toBeGreaterThan(2);
      expect(saves).toBeLessThan(8);
    }));

  test('that fail or are of another log count as missing', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      for (const command of [openAccount(), ...charges(3)]) await accounts.transact(command);
      const expected = await loaded(store, new MemorySnapshots());
      const { lastEvent } = expected;
      const account = fromSnapshot(expected.account);
      const broken: SnapshotStore = {
        isAtHand: false,
        close() {},
        load: () => Promise.reject(new Error('away')),
        save: () => Promise.reject(new Error('away')),
      };
      const foreign = new MemorySnapshots();
      await foreign.save(ACCOUNT, FOLD_VERSION, {
        account: { ...account, charges: new Map() },
        lastEvent: 'x',
      });
      const ahead = new MemorySnapshots();
      await ahead.save(ACCOUNT, FOLD_VERSION, { account: { ...account, revision: 99 }, lastEvent });
      for (const snapshots of [broken, foreign, ahead]) {
        expect(await loaded(store, snapshots)).toEqual(expected);
      }
      const going = accountsOn(store, { snapshots: broken, snapshotFrom: 1 });
      expect(await going.transact(postCharge({ chargeId: 'C9' }))).toMatchObject({ appended: true });
      await going.idle();
    }));
});

test('a cache that holds next to nothing changes no answer', () =>
  onALog(async (store) => {
    const accounts = accountsOn(store, { cachedEntriesMax: 3 });
    const ids = upTo(5).map((i) => `M${i}`);
    await Promise.all(ids.map((accountId) => accounts.transact(openAccount({ accountId }))));
    await Promise.all(
      ids.flatMap((accountId) => charges(5).map((command) => accounts.transact({ ...command, accountId }))),
    );
    for (const accountId of ids) {
      const folded = await new AccountLoading(store, new MemorySnapshots(), silent, 1e9).load(accountId);
      expect(balanceOf(folded.account).toFixed(2)).toBe('500.00');
    }
  }));
