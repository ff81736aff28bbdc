import { describe, expect, test } from '@jest/globals';
import type { ClockGuard } from '../../src/commands/clock-guard.js';
import { markOf } from '../../src/commands/folded-account.js';
import type { Posted } from '../../src/commands/posted.js';
import { AccountBusy, ClockOutOfStep, EventTooLarge } from '../../src/commands/refusals.js';
import type { Snapshot } from '../../src/commands/snapshot-text.js';
import { MemorySnapshots } from '../../src/commands/snapshots.js';
import type { Accounts } from '../../src/commands/transact.js';
import { decode } from '../../src/event-store/codec.js';
import {
  AppendTooLarge,
  EventLogDamaged,
  type EventStore,
  StoreUnavailable,
} from '../../src/event-store/event-store.js';
import { evolve, isOpened, unopenedAccount } from '../../src/ledger/account.js';
import { type AccountCommand, commandIdOf } from '../../src/ledger/commands.js';
import type { Draft, Plan } from '../../src/ledger/draft.js';
import type { Rejection } from '../../src/ledger/rejection.js';
import { type AccountSnapshot, toSnapshot } from '../../src/ledger/snapshot.js';
import {
  ACCOUNT,
  openAccount,
  payCharge,
  postAdjustment,
  postCharge,
  postPayment,
  recordAdjudication,
  reverseEntry,
} from '../support/ledger.js';
import { NOW, accountsOn, eventsOf, onALog, proxied, readableLog } from './accounts-on-a-log.js';

const STREAM = `account-${ACCOUNT}`;

/** What a claim of a remittance leads to on an account that nobody has opened. */
const CLAIM: AccountCommand[] = [
  openAccount(),
  postCharge(),
  recordAdjudication({ entries: ['E1', 'E2'] }),
  payCharge('80.00', { paymentId: 'E1' }),
  postAdjustment({ adjustmentId: 'E2', amount: '20.00' }),
];

function planOf<T>(carryOut: (draft: Draft) => T, needs: string[] = []): Plan<T> {
  return { accountId: ACCOUNT, needs: () => needs, carryOut };
}

/** Carries out what it is given, and says what was refused; sees what it must to tell its own repetition. */
function planFor(...commands: AccountCommand[]): Plan<Rejection[]> {
  return planOf(
    (draft) =>
      commands.map((command) => draft.carryOut(command)).filter((rejection) => rejection !== undefined),
    commands.map(commandIdOf),
  );
}

/** Posts the claim unless the account says that it was posted before. */
function planForClaim(claim = CLAIM): Plan<{ isNew: boolean }> {
  return planOf((draft) => {
    if (draft.account.claims.has(recordAdjudication().adjudicationId)) return { isNew: false };
    for (const command of claim) {
      if (command.type === 'OpenAccount' && isOpened(draft.account)) continue;
      expect(draft.carryOut(command)).toBeUndefined();
    }
    return { isNew: true };
  });
}

/** A store on which each append first goes through what is given. */
function withAppends(store: EventStore, append: EventStore['append']): EventStore {
  return { ...proxied(store), append };
}

async function typesIn(store: EventStore): Promise<string[]> {
  return (await eventsOf(store, STREAM)).map(({ type }) => type);
}

const TYPES = ['AccountOpened', 'ChargePosted', 'ClaimAdjudicated', 'PaymentPosted', 'AdjustmentPosted'];

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
}

/**
 * The account as this process goes on with it is the account of the log, as it is or as it was: no event is known that
 * is not there.
 */
async function expectUnspoilt(accounts: Accounts, store: EventStore): Promise<void> {
  const seen: AccountSnapshot[] = [];
  await accounts.post(planOf((draft) => void seen.push(toSnapshot(draft.account))));
  const events = (await eventsOf(store, STREAM)).map((stored) => decode(stored).event);
  for (const { revision, ...rest } of seen) {
    const { revision: there, ...logged } = toSnapshot(
      events.slice(0, revision + 1).reduce(evolve, unopenedAccount()),
    );
    expect([revision, rest]).toEqual([there, logged]);
  }
  expect(seen.at(-1)?.revision).toBe(events.length - 1);
}

describe('a plan', () => {
  test('is one append of all that its commands lead to, one deciding on what the other left', () =>
    onALog(async (store) => {
      let appends = 0;
      const counted = withAppends(store, (...given) => {
        appends += 1;
        return store.append(...given);
      });
      const accounts = accountsOn(counted);
      const posted = await accounts.post(planForClaim(), { actor: 'import', correlationId: 'trace-1' });
      expect(appends).toBe(1);
      const stored = await eventsOf(store, STREAM);
      expect(posted).toEqual({
        result: { isNew: true },
        appended: true,
        revision: 4,
        position: '5',
        events: stored.map(({ id, type }) => ({ id, type })),
      });
      expect(stored.map(({ type }) => type)).toEqual(TYPES);
      for (const { metadata } of stored) {
        expect(metadata).toEqual({ recordedAt: NOW, actor: 'import', $correlationId: 'trace-1' });
      }
      await expectUnspoilt(accounts, store);
    }));

  test('goes on from the cached account as from the stream, and commands go on from both', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.post(planForClaim());
      await accounts.post(planFor(postCharge({ chargeId: 'C2' }), postPayment({ paymentId: 'P2' })));
      await accounts.transact(postCharge({ chargeId: 'C3' }));
      const { revision } = await accountsOn(store).post(planFor(postCharge({ chargeId: 'C4' })));
      expect(revision).toBe(8);
      expect((await eventsOf(store, STREAM)).map((event) => event.revision)).toEqual([
        0, 1, 2, 3, 4, 5, 6, 7, 8,
      ]);
      await expectUnspoilt(accounts, store);
    }));

  test('has the same ids in every run, and those of its commands carried out one by one', async () => {
    const ids: string[][] = [];
    for (const post of [
      (accounts: Accounts) => accounts.post(planForClaim()),
      (accounts: Accounts) => accounts.post(planForClaim()),
      async (accounts: Accounts) => {
        for (const command of CLAIM) await accounts.transact(command);
      },
    ]) {
      await onALog(async (store) => {
        await post(accountsOn(store));
        ids.push((await eventsOf(store, STREAM)).map(({ id }) => id));
      });
    }
    expect(new Set(ids[0]).size).toBe(CLAIM.length);
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
  });

  test('that has nothing to do appends nothing, and says where the account stands', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      expect(await accounts.post(planFor())).toEqual({
        result: [],
        appended: false,
        revision: -1,
        events: [],
      });
      await accounts.post(planForClaim());
      for (const again of [accounts, accountsOn(store)]) {
        expect(await again.post(planForClaim())).toEqual({
          result: { isNew: false },
          appended: false,
          revision: 4,
          events: [],
        });
        // Nor has a plan that does not look, where every command of it was carried out before.
        const [, ...claim] = CLAIM;
        expect(await again.post(planFor(...claim))).toMatchObject({ result: [], appended: false });
      }
      expect(await typesIn(store)).toEqual(TYPES);
    }));

  test('that is abandoned appends nothing, and what it had drafted is forgotten', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      const abandoned = await accounts.post(
        planOf((draft) => {
          draft.carryOut(postCharge());
          draft.carryOut(payCharge('100.00'));
          draft.abandoned = true;
          return draft.drafted.length;
        }),
      );
      expect(abandoned).toEqual({ result: 2, appended: false, revision: 0, events: [] });
      expect(await typesIn(store)).toEqual(['AccountOpened']);
      await expectUnspoilt(accounts, store);
      expect(await accounts.transact(postCharge())).toMatchObject({ appended: true });
    }));

  test('of which a rule refuses a part appends the rest', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      const posted = await accounts.post(planFor(postCharge(), payCharge('5.00', { chargeId: 'C9' })));
      expect(posted).toMatchObject({
        result: [{ code: 'charge_not_found', chargeId: 'C9' }],
        appended: true,
        revision: 1,
      });
      expect(await typesIn(store)).toEqual(['AccountOpened', 'ChargePosted']);
      await expectUnspoilt(accounts, store);
    }));

  test('sees the earlier events that it asks for, those of its own draft, and no others', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      for (const command of [
        openAccount(),
        postCharge(),
        payCharge('30.00'),
        payCharge('10.00', { paymentId: 'P2' }),
      ]) {
        await accounts.transact(command);
      }
      const takeBackBoth = (draft: Draft) => [
        draft.carryOut(reverseEntry({ reversalId: 'R1', reverses: 'P1' })),
        draft.carryOut(reverseEntry({ reversalId: 'R2', reverses: 'P2' })),
        draft.carryOut(payCharge('40.00', { paymentId: 'P3' })),
        draft.carryOut(reverseEntry({ reversalId: 'R3', reverses: 'P3' })),
        draft.recorded('P1')?.type,
        draft.recorded('P3')?.type,
        draft.recorded('NOT_THERE'),
      ];
      const { result } = await accounts.post(planOf(takeBackBoth, ['P1', 'NOT_THERE', 'P1']));
      expect(result).toEqual([
        undefined,
        { code: 'entry_not_reversible', entryId: 'P2', entryType: 'PaymentPosted' },
        undefined,
        undefined,
        'PaymentPosted',
        'PaymentPosted',
        undefined,
      ]);
      expect((await typesIn(store)).slice(4)).toEqual(['EntryReversed', 'PaymentPosted', 'EntryReversed']);
    }));
});

describe('what a plan finds on a cached account is final only after a look at the store:', () => {
  test('a refusal', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postCharge());
      const posted = await one.post(planFor(postCharge({ chargeId: 'C2' }), payCharge('5.00')));
      expect(posted).toMatchObject({ result: [], appended: true, revision: 3 });
      await expectUnspoilt(one, store);
    }));

  test.each([
    ['that nothing is to be done', false],
    ['that it is better abandoned', true],
  ])('%s', (_, abandons) =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postCharge());
      const plan = planOf((draft) => {
        const isThere = draft.account.charges.has('C1');
        draft.abandoned = abandons && !isThere;
        if (isThere || abandons) draft.carryOut(postPayment());
        return isThere;
      });
      expect(await one.post(plan)).toMatchObject({ result: true, appended: true, revision: 2 });
      expect(await typesIn(store)).toEqual(['AccountOpened', 'ChargePosted', 'PaymentPosted']);
      await expectUnspoilt(one, store);
    }),
  );
});

describe('when the append fails', () => {
  const failures: [string, Error, new (...given: never[]) => Error][] = [
    ['since the store is away', new StoreUnavailable('away'), StoreUnavailable],
    ['since it is too large', new AppendTooLarge(1_048_576), EventTooLarge],
    ['for a reason that nobody foresaw', new TypeError('what'), TypeError],
  ];

  test.each(failures)(
    '%s, nothing of the draft stays, and the plan can be posted again',
    (_, failure, thrown) =>
      onALog(async (store) => {
        let fails = false;
        let refused = 0;
        const failing = withAppends(store, (...given) =>
          fails ? Promise.reject(failure) : store.append(...given),
        );
        const observer = {
          appended: () => undefined,
          appendRefused: () => void (refused += 1),
          retried: () => undefined,
          finished: () => undefined,
        };
        const accounts = accountsOn(failing, { observer });
        await accounts.transact(openAccount());
        fails = true;
        expect(await failureOf(accounts.post(planForClaim()))).toBeInstanceOf(thrown);
        expect(refused).toBe(failure instanceof StoreUnavailable ? 1 : 0);
        fails = false;
        await expectUnspoilt(accounts, store);
        expect(await accounts.post(planForClaim())).toMatchObject({
          result: { isNew: true },
          appended: true,
          revision: 4,
        });
        expect(await typesIn(store)).toEqual(TYPES);
      }),
  );

  test('in the plan itself, halfway, nothing of the draft stays', () =>
    onALog(async (store) => {
      const accounts = accountsOn(store);
      await accounts.transact(openAccount());
      const failing = planOf((draft) => {
        draft.carryOut(postCharge());
        throw new RangeError('a plan with a fault');
      });
      expect(await failureOf(accounts.post(failing))).toEqual(new RangeError('a plan with a fault'));
      await expectUnspoilt(accounts, store);
      expect(await accounts.transact(postCharge())).toMatchObject({ appended: true });
    }));

  test('since the clock may not be believed, nothing of the draft stays', () =>
    onALog(async (store) => {
      let isWrong = false;
      const fault = { comparedWith: 'database', differenceMs: 9_000, allowedMs: 500 } as const;
      const clockGuard = {
        recordingInstant: () =>
          isWrong ? Promise.reject(new ClockOutOfStep(fault)) : Promise.resolve(new Date(NOW)),
      } as unknown as ClockGuard;
      const accounts = accountsOn(store, { clockGuard });
      await accounts.transact(openAccount());
      isWrong = true;
      expect(await failureOf(accounts.post(planForClaim()))).toBeInstanceOf(ClockOutOfStep);
      isWrong = false;
      await expectUnspoilt(accounts, store);
      expect(await accounts.post(planForClaim())).toMatchObject({ appended: true, revision: 4 });
    }));

  test('only in its answer, the plan posted again finds that it was kept', () =>
    onALog(async (store) => {
      let isDeaf = true;
      const losing = withAppends(store, async (...given) => {
        const result = await store.append(...given);
        if (isDeaf) throw new StoreUnavailable('no answer');
        return result;
      });
      const accounts = accountsOn(losing);
      expect(await failureOf(accounts.post(planForClaim()))).toBeInstanceOf(StoreUnavailable);
      isDeaf = false;
      expect(await accounts.post(planForClaim())).toMatchObject({
        result: { isNew: false },
        appended: false,
        revision: 4,
      });
      expect(await typesIn(store)).toEqual(TYPES);
    }));

  test('for those before it and took its time, a plan that waited is told so at once', () =>
    onALog(async (store) => {
      let appends = 0;
      const away = withAppends(store, async () => {
        appends += 1;
        await new Promise((resolve) => setTimeout(resolve, 60));
        throw new StoreUnavailable('away');
      });
      const accounts = accountsOn(away, { queuedMsMax: 30 });
      const failures = await Promise.all([
        failureOf(accounts.transact(openAccount())),
        failureOf(accounts.post(planForClaim())),
      ]);
      for (const failure of failures) expect(failure).toBeInstanceOf(StoreUnavailable);
      expect(appends).toBe(1);
    }));
});

describe('with other processes on the same log', () => {
  test('a plan is made again on the account as it is then, and its last result counts', () =>
    onALog(async (store) => {
      const retries: string[] = [];
      const observer = {
        appended: () => undefined,
        appendRefused: () => undefined,
        retried: () => void retries.push('retried'),
        finished: () => undefined,
      };
      const [one, two] = [accountsOn(store, { observer }), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postCharge());
      const revisions: number[] = [];
      const posted = await one.post(
        planOf((draft) => {
          revisions.push(draft.account.revision);
          draft.carryOut(postPayment());
          return draft.account.charges.size;
        }),
      );
      expect(revisions).toEqual([0, 1]);
      expect(retries).toEqual(['retried']);
      expect(posted).toMatchObject({ result: 1, appended: true, revision: 2 });
      await expectUnspoilt(one, store);
    }));

  test('who posts what another has posted, on an account that had moved on before, sees that', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      await two.transact(postPayment({ paymentId: 'P9' }));
      await two.post(planForClaim());
      expect(await one.post(planForClaim())).toEqual({
        result: { isNew: false },
        appended: false,
        revision: 5,
        events: [],
      });
      expect(await typesIn(store)).toHaveLength(6);
      await expectUnspoilt(one, store);
    }));

  test('who posts just what another has posted at that revision is answered as the other was', () =>
    onALog(async (store) => {
      const [one, two] = [accountsOn(store), accountsOn(store)];
      await one.transact(openAccount());
      const first = await two.post(planForClaim());
      await two.transact(postPayment({ paymentId: 'P9' }));
      expect(await one.post(planForClaim())).toEqual(first);
      expect(await typesIn(store)).toEqual([...TYPES, 'PaymentPosted']);
      // What came after that is found by the next one.
      expect(await one.post(planFor(postCharge({ chargeId: 'C2' })))).toMatchObject({ revision: 6 });
      await expectUnspoilt(one, store);
    }));

  test('two that post one plan at once append its events once, and are told the same ones', () =>
    onALog(async (store) => {
      for (let round = 0; round < 10; round += 1) {
        const accountId = `R${round}`;
        const plan = { ...planForClaim(CLAIM.map((command) => ({ ...command, accountId }))), accountId };
        const all = await Promise.all([accountsOn(store).post(plan), accountsOn(store).post(plan)]);
        const stored = await eventsOf(store, `account-${accountId}`);
        expect(stored.map(({ type }) => type)).toEqual(TYPES);
        // The store takes the same ids at the same revision for a repetition, which is answered as the first time.
        for (const posted of all) expectToTellOf(posted, stored);
        expect(all.filter(({ appended }) => appended).length).toBeGreaterThanOrEqual(1);
      }
    }));

  test('of two that post one claim with two contents at once, one is kept, the other sees it', () =>
    onALog(async (store) => {
      for (let round = 0; round < 10; round += 1) {
        const accountId = `R${round}`;
        const planPaying = (paid: string) => ({
          ...planForClaim(
            [openAccount(), recordAdjudication({ paid })].map((command) => ({ ...command, accountId })),
          ),
          accountId,
        });
        const all = await Promise.all([
          accountsOn(store).post(planPaying('80.00')),
          accountsOn(store).post(planPaying('70.00')),
        ]);
        expect(all.map(({ result }) => result.isNew).sort()).toEqual([false, true]);
        expect(all.map(({ appended }) => appended)).toEqual(all.map(({ result }) => result.isNew));
        expect(await eventsOf(store, `account-${accountId}`)).toHaveLength(2);
      }
    }));

  test('that are faster again and again, it gives up with 503, and keeps nothing', () =>
    onALog(async (store) => {
      const others = accountsOn(store);
      await others.transact(openAccount());
      let posted = 0;
      const crowded = withAppends(store, async (...given) => {
        await others.transact(postCharge({ chargeId: `O${(posted += 1)}` }));
        return store.append(...given);
      });
      const accounts = accountsOn(crowded);
      const error = await failureOf(accounts.post(planForClaim()));
      expect(error).toBeInstanceOf(AccountBusy);
      expect((error as AccountBusy).attempts).toBe(10);
      expect((await typesIn(store)).slice(1)).toEqual(Array.from({ length: 10 }, () => 'ChargePosted'));
      await expectUnspoilt(accounts, store);
    }));

  test('a stream that is not where reading it ends is damaged, not busy', () =>
    onALog(async (store) => {
      await accountsOn(store).post(planForClaim());
      const cutOff: EventStore = {
        ...proxied(store),
        async *readStream(stream, options) {
          for await (const event of store.readStream(stream, options)) if (event.revision < 2) yield event;
        },
      };
      const error = await failureOf(accountsOn(cutOff).post(planFor(postCharge({ chargeId: 'C2' }))));
      expect(error).toEqual(
        new EventLogDamaged(
          'events are missing in a stream: the store has it at revision 4, reading it gives the events to revision 1',
        ),
      );
    }));
});

test('plans and commands on one account are carried out in the order they came', () =>
  onALog(async (store) => {
    const accounts = accountsOn(store);
    const work: Promise<unknown>[] = [accounts.transact(openAccount())];
    for (let i = 0; i < 20; i += 1) {
      const charge = postCharge({ chargeId: `C${i}` });
      work.push(i % 2 === 0 ? accounts.transact(charge) : accounts.post(planFor(charge)));
    }
    await Promise.all(work);
    const stored = await eventsOf(store, STREAM);
    expect(stored.slice(1).map(({ data }) => (data as { chargeId: string }).chargeId)).toEqual(
      Array.from({ length: 20 }, (_, i) => `C${i}`),
    );
    await expectUnspoilt(accounts, store);
  }));

test('an instant never goes back from one append to the next', () =>
  onALog(async (store) => {
    const instants = ['2026-03-01T10:00:00.000Z', '2026-03-01T09:00:00.000Z', '2026-03-01T10:00:01.000Z'];
    let now = '';
    const accounts = accountsOn(store, { clock: { now: () => new Date(now) } });
    for (const [i, instant] of instants.entries()) {
      now = instant;
      await accounts.post(i === 0 ? planFor(openAccount()) : planFor(postCharge({ chargeId: `C${i}` })));
    }
    expect((await eventsOf(store, STREAM)).map(({ metadata }) => metadata.recordedAt)).toEqual([
      instants[0],
      instants[0],
      instants[2],
    ]);
  }));

test('a snapshot holds nothing that is not in the log, also one that comes due in the middle of a plan', () =>
  onALog(async (store) => {
    const gate = Promise.withResolvers<undefined>();
    let isHeldUp = false;
    const slow = withAppends(store, async (...given) => {
      if (isHeldUp) await gate.promise;
      return store.append(...given);
    });
    const saved: { revision: number; lastEvent: string }[] = [];
    const snapshots = Object.assign(new MemorySnapshots(), {
      save: (_: string, __: number, { account: { revision }, lastEvent }: Snapshot) =>
        Promise.resolve(void saved.push({ revision, lastEvent })),
    });
    const { log, lines } = readableLog();
    const accounts = accountsOn(slow, { snapshots, snapshotFrom: 1, log });
    await accounts.transact(openAccount());
    // The snapshot of that is not saved before the next turn of the event loop, when the draft stands already.
    isHeldUp = true;
    const posting = accounts.post(planForClaim());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(saved).toEqual([]);
    gate.resolve(undefined);
    await posting;
    await accounts.idle();
    const stored = await eventsOf(store, STREAM);
    const { id, metadata } = stored[4]!;
    expect(saved).toEqual([{ revision: 4, lastEvent: markOf(id, metadata.recordedAt) }]);
    expect(lines).toEqual([]);
  }));

/** Who was first or was answered as the first is told of the events that are stored; who came later sees them. */
function expectToTellOf(
  { result, appended, revision, events }: Posted<{ isNew: boolean }>,
  stored: { id: string; type: string }[],
): void {
  expect(revision).toBe(stored.length - 1);
  expect(result.isNew).toBe(appended);
  expect(events).toEqual(appended ? stored.map(({ id, type }) => ({ id, type })) : []);
}
