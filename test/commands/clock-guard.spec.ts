import { describe, expect, test } from '@jest/globals';
import type { ClockGuard } from '../../src/commands/clock-guard.js';
import { ClockOutOfStep } from '../../src/commands/refusals.js';
import { startClockGuard } from '../../src/commands/start-clock-guard.js';
import { readConfig } from '../../src/config.js';
import { openAccount, postCharge } from '../support/ledger.js';
import { R1, accepted, beside, deposited, on, opened, stored } from '../support/remittance-history.js';
import { accountsOn, eventsOf, onALog, readableLog } from './accounts-on-a-log.js';
import { ALLOWED_MS, DrivenClocks, SKEW_MS } from './driven-clocks.js';

const NEVER = -Infinity;

/** What the guard says to a command: the fault, or undefined when the event may be recorded. */
async function faultOf(guard: ClockGuard, lastRecordedAt = NEVER) {
  try {
    await guard.recordingInstant(lastRecordedAt);
    return undefined;
  } catch (error) {
    if (error instanceof ClockOutOfStep) return error.fault;
    throw error;
  }
}

/** Lets the guard look about itself, as its timer does each second, and waits for what it asks. */
async function look(guard: ClockGuard): Promise<void> {
  guard.look();
  await new Promise((resolve) => setImmediate(resolve));
}

async function started(guard: ClockGuard): Promise<ClockGuard> {
  await guard.start();
  guard.onModuleDestroy(); // Time is driven here: no timer of its own.
  return guard;
}

describe("a clock beside the database's", () => {
  test.each([0, 1, -1, ALLOWED_MS, -ALLOWED_MS])('is believed at a difference of %d ms', async (ahead) => {
    const clocks = new DrivenClocks(ahead);
    const guard = await started(clocks.guard());
    expect(await guard.recordingInstant(NEVER)).toEqual(clocks.now());
    expect(guard.status()).toEqual({
      ok: true,
      differenceMs: ahead,
      allowedMs: ALLOWED_MS,
      comparedSecondsAgo: 0,
    });
  });

  test.each([ALLOWED_MS + 1, -ALLOWED_MS - 1, 3_600_000])('is refused at %d ms', async (ahead) => {
    const guard = await started(new DrivenClocks(ahead).guard());
    const fault = { comparedWith: 'database', differenceMs: ahead, allowedMs: ALLOWED_MS };
    expect(await faultOf(guard)).toEqual(fault);
    expect(guard.status()).toEqual({
      ok: false,
      reason: "the clock differs from the database's",
      differenceMs: ahead,
      allowedMs: ALLOWED_MS,
      comparedSecondsAgo: 0,
    });
    const refusal = await guard.recordingInstant(NEVER).catch((error: unknown) => error);
    expect((refusal as ClockOutOfStep).problem).toMatchObject({
      status: 503,
      code: 'clock_out_of_step',
      detail: expect.stringContaining('NTP'),
      ...fault,
    });
  });

  test('that drifts, the monotonic clock with it, is found out within ten seconds; and when it is right again', async () => {
    const clocks = new DrivenClocks(ALLOWED_MS);
    const guard = await started(clocks.guard());
    const secondsUntil = async (isRefused: boolean): Promise<number> => {
      for (let second = 0; second < 20; second++) {
        if (((await faultOf(guard)) !== undefined) === isRefused) return second;
        clocks.pass(1000);
        await look(guard);
      }
      throw new Error('it was not found out');
    };
    clocks.drift(20);
    expect(await secondsUntil(true)).toBe(10);
    clocks.drift(-20);
    expect(await secondsUntil(false)).toBeLessThanOrEqual(2);
  });

  test('is asked about every ten seconds, and once a second while it is wrong', async () => {
    const clocks = new DrivenClocks();
    const guard = await started(clocks.guard());
    const askedIn = async (seconds: number) => {
      const before = clocks.asked;
      for (let second = 0; second < seconds; second++) {
        clocks.pass(1000);
        await look(guard);
        for (let command = 0; command < 5; command++) await faultOf(guard);
      }
      return clocks.asked - before;
    };
    expect(await askedIn(30)).toBe(3);
    clocks.aheadMs = 5000;
    await askedIn(1);
    expect(await askedIn(30)).toBe(30);
  });

  test('that jumps is refused at the very next command, and taken at the next one after it is set right', async () => {
    const clocks = new DrivenClocks();
    const guard = await started(clocks.guard());
    for (const jump of [-10_000, 60_000, 600, -600]) {
      clocks.aheadMs = jump;
      expect(await faultOf(guard)).toMatchObject({ comparedWith: 'database', differenceMs: jump });
      clocks.aheadMs = 0;
      expect(await faultOf(guard)).toBeUndefined();
      clocks.pass(3000);
    }
  });

  test('that was right to jump is taken: the machine slept, and the monotonic clock with it', async () => {
    const clocks = new DrivenClocks();
    let sleptMs = 0;
    const guard = await started(clocks.guard({ monotonic: () => clocks.monotonic() - sleptMs }));
    clocks.pass(3_600_000);
    sleptMs = 3_600_000;
    expect(await faultOf(guard)).toBeUndefined();
  });

  test('is held to what was measured while the database is away: jumps are noticed all the same', async () => {
    const clocks = new DrivenClocks(100);
    const guard = await started(clocks.guard());
    clocks.roundTrip = 'fails';
    for (let minute = 0; minute < 60; minute++) {
      clocks.pass(60_000);
      await look(guard);
      expect(await faultOf(guard)).toBeUndefined();
    }
    expect(guard.status()).toMatchObject({ ok: true, differenceMs: 100, comparedSecondsAgo: 3600 });
    clocks.aheadMs = 900;
    expect(await faultOf(guard)).toMatchObject({ comparedWith: 'database', differenceMs: 900 });
    clocks.aheadMs = 400;
    expect(await faultOf(guard)).toBeUndefined();
  });

  test('is believed until it was compared for the first time', async () => {
    const clocks = new DrivenClocks(60_000);
    clocks.roundTrip = 'fails';
    const guard = await started(clocks.guard());
    expect(await faultOf(guard)).toBeUndefined();
    expect(guard.status()).toEqual({ ok: true });
    clocks.roundTrip = { thereMs: 1, backMs: 1 };
    clocks.pass(1000);
    await look(guard);
    expect(await faultOf(guard)).toMatchObject({ comparedWith: 'database', differenceMs: 60_000 });
  });

  test('keeps no command waiting for an answer that never comes, and has one question under way', async () => {
    const clocks = new DrivenClocks();
    const guard = await started(clocks.guard());
    clocks.roundTrip = 'never';
    clocks.aheadMs = 10_000;
    const before = clocks.asked;
    const faults = await Promise.all(Array.from({ length: 10 }, () => faultOf(guard)));
    for (const fault of faults) expect(fault).toMatchObject({ differenceMs: 10_000 });
    clocks.pass(60_000);
    await look(guard);
    expect(clocks.asked - before).toBe(1);
  });
});

describe('a measurement', () => {
  test.each([
    ['there', { thereMs: 300, backMs: 0 }, -150],
    ['back', { thereMs: 0, backMs: 300 }, 150],
    ['there and back', { thereMs: 150, backMs: 150 }, 0],
  ])('whose time was spent on the way %s refuses no clock that is right', async (_, roundTrip, taken) => {
    const clocks = new DrivenClocks();
    clocks.roundTrip = roundTrip;
    const guard = await started(clocks.guard());
    expect(await faultOf(guard)).toBeUndefined();
    expect(guard.status().differenceMs).toBe(taken);
  });

  test('that may mean either leaves it at what was known', async () => {
    const slow = { thereMs: 1000, backMs: 200 };
    for (const known of [0, 900]) {
      const clocks = new DrivenClocks(known);
      const guard = await started(clocks.guard());
      const before = await faultOf(guard);
      clocks.roundTrip = slow;
      clocks.pass(11_000);
      await look(guard);
      expect(await faultOf(guard)).toEqual(known === 0 ? undefined : before);
    }
    const unknown = new DrivenClocks();
    unknown.roundTrip = slow;
    expect((await started(unknown.guard())).status()).toEqual({ ok: true });
  });

  test('never takes a clock for right that is not, however it was under way', async () => {
    for (const ahead of [-501, 501, 600, -700]) {
      for (const thereMs of [0, 5, 200, 480, 900, 5000]) {
        for (const backMs of [0, 5, 200, 480, 900, 5000]) {
          const clocks = new DrivenClocks(ahead);
          clocks.roundTrip = { thereMs, backMs };
          const status = (await started(clocks.guard())).status();
          // It is refused, or nothing came of it.
          expect(!status.ok || status.differenceMs === undefined).toBe(true);
        }
      }
    }
  });
});

describe('a clock behind the log', () => {
  const noReference = { reference: undefined };

  test('is refused until it is no more than what is allowed behind, and says until when', async () => {
    const clocks = new DrivenClocks();
    const hourAhead = new Date(clocks.now().getTime() + 3_600_000);
    const guard = await started(clocks.guard({ ...noReference, newestRecordedAt: hourAhead }));
    const until = new Date(hourAhead.getTime() - SKEW_MS).toISOString();
    expect(await faultOf(guard)).toEqual({
      comparedWith: 'event_log',
      differenceMs: -3_600_000,
      allowedMs: SKEW_MS,
      until,
    });
    expect(guard.status()).toMatchObject({ ok: false, until });
    clocks.pass(3_600_000 - SKEW_MS - 1);
    expect(await faultOf(guard)).toBeDefined();
    clocks.pass(1);
    expect(await guard.recordingInstant(NEVER)).toEqual(new Date(until));
    expect(guard.status()).toEqual({ ok: true });
  });

  test('is refused for what this process recorded, or answered for, before the clock went back', async () => {
    for (const use of [
      (guard: ClockGuard) => guard.recordingInstant(NEVER),
      async (guard: ClockGuard) => guard.settle(guard.now()),
    ]) {
      const clocks = new DrivenClocks();
      const guard = await started(clocks.guard(noReference));
      await use(guard);
      clocks.aheadMs = -SKEW_MS;
      expect(await faultOf(guard)).toBeUndefined();
      clocks.aheadMs = -SKEW_MS - 1;
      expect(await faultOf(guard)).toMatchObject({ comparedWith: 'event_log' });
    }
  });

  test('is not one that others are ahead of for a moment: what was merely asked binds nobody', async () => {
    const clocks = new DrivenClocks();
    let wrongMs = 30 * 86_400_000;
    const reference = async () => new Date(clocks.right().getTime() + wrongMs);
    const guard = await started(clocks.guard({ reference }));
    expect(await faultOf(guard)).toMatchObject({ comparedWith: 'database', differenceMs: -wrongMs });
    expect(guard.now()).toEqual(new Date(clocks.right().getTime() + wrongMs));
    wrongMs = 0;
    clocks.pass(1000);
    await look(guard);
    expect(await faultOf(guard)).toBeUndefined();
  });

  test('of one account is refused on that account', async () => {
    const clocks = new DrivenClocks();
    const guard = await started(clocks.guard());
    expect(await faultOf(guard, clocks.now().getTime() + SKEW_MS + 1)).toMatchObject({
      comparedWith: 'event_log',
    });
    expect(await faultOf(guard)).toBeUndefined();
    expect(guard.status().ok).toBe(true);
  });

  test.each([
    ['an account', on('A1', opened('A1'))],
    ['a remittance', beside(accepted(R1, '1.00'))],
    ['a deposit', beside(deposited('D1', '1.00'))],
  ])('is refused whatever the last event is of: %s', async (_, [last]) => {
    const clocks = new DrivenClocks();
    const recordedAt = new Date(clocks.now().getTime() + 3_600_000).toISOString();
    const lastEvent = { ...stored(last!, recordedAt), id: 'x', revision: 0, position: '1' };
    const { log } = readableLog();
    const guard = await startClockGuard({
      config: readConfig({}),
      clock: clocks,
      log,
      database: undefined,
      lastEvent,
    });
    guard.onModuleDestroy();
    expect(await faultOf(guard)).toMatchObject({ comparedWith: 'event_log', differenceMs: -3_600_000 });
    // What cannot be read says nothing of the time.
    const unread = { ...lastEvent, type: 'FromTheFuture' };
    const trusting = await startClockGuard({
      config: readConfig({}),
      clock: clocks,
      log,
      database: undefined,
      lastEvent: unread,
    });
    trusting.onModuleDestroy();
    expect(await faultOf(trusting)).toBeUndefined();
  });

  test('is taken when the operator accepts it', async () => {
    const clocks = new DrivenClocks();
    const newestRecordedAt = new Date('2099-01-01T00:00:00.000Z');
    const guard = await started(clocks.guard({ newestRecordedAt, acceptBehindLog: true }));
    expect(await guard.recordingInstant(newestRecordedAt.getTime())).toEqual(clocks.now());
  });
});

describe('the clock that questions are asked by', () => {
  test("is the database's, whatever this machine's says", async () => {
    const clocks = new DrivenClocks(3_600_000);
    const guard = await started(clocks.guard());
    expect(guard.now()).toEqual(clocks.right());
    clocks.aheadMs = -7_200_000;
    clocks.pass(1234);
    expect(guard.now()).toEqual(clocks.right());
  });

  test("is this machine's where there is none to compare with, or one process alone writes", async () => {
    for (const options of [{ reference: undefined }, { clockSkewMs: 0 }]) {
      const clocks = new DrivenClocks(3_600_000);
      const guard = await started(clocks.guard(options));
      expect(guard.now()).toEqual(clocks.now());
      expect(await faultOf(guard)).toBeUndefined();
      expect(clocks.asked).toBe(0);
    }
  });
});

describe('what is logged', () => {
  test.each([
    [
      { EVENTSTORE_URL: 'esdb://me:secret@host:2113' },
      [expect.stringContaining('several processes need DATABASE_URL')],
    ],
    [{ EVENTSTORE_URL: 'esdb://me:secret@host:2113', DATABASE_URL: 'postgres://me:secret@host/db' }, []],
    [{}, []],
  ])('is at start what is missing for several processes: %j', async (env, told) => {
    const { log, lines } = readableLog();
    const clock = new DrivenClocks();
    const given = { config: readConfig(env), clock, log, database: undefined, lastEvent: undefined };
    (await startClockGuard(given)).onModuleDestroy();
    expect(lines.map(({ msg }) => msg)).toEqual(told);
  });

  test('is once a minute what is wrong, and once that it is right again', async () => {
    const { log, lines } = readableLog();
    const clocks = new DrivenClocks(5000);
    const guard = await started(clocks.guard({ log }));
    for (let second = 0; second < 90; second++) {
      await faultOf(guard);
      clocks.pass(1000);
      await look(guard);
    }
    clocks.aheadMs = 0;
    for (let second = 0; second < 5; second++) await look(guard);
    const out = 'the clock is out of step: commands are refused';
    expect(lines.map(({ msg }) => msg)).toEqual([out, out, 'the clock is in step again: commands are taken']);
    expect(lines[0]).toMatchObject({ level: 40, differenceMs: 5000, allowedMs: ALLOWED_MS });
  });
});

describe('a command', () => {
  test('that is refused for the clock leaves nothing; sent again when it is right, it is carried out', () =>
    onALog(async (store) => {
      const clocks = new DrivenClocks();
      const clockGuard = await started(clocks.guard());
      const results: string[] = [];
      const observer = {
        appended: () => results.push('append'),
        appendRefused: () => results.push('append refused'),
        retried: () => results.push('retried'),
        finished: (_: string, result: string) => results.push(result),
      };
      const accounts = accountsOn(store, { clock: clocks, clockGuard, observer });
      await accounts.transact(openAccount());
      clocks.aheadMs = 1000;
      await expect(accounts.transact(postCharge())).rejects.toThrow(ClockOutOfStep);
      // What was carried out before needs no clock.
      expect(await accounts.transact(openAccount())).toMatchObject({ appended: false });
      clocks.aheadMs = 0;
      expect(await accounts.transact(postCharge())).toMatchObject({ appended: true });
      const [opened, charged] = await eventsOf(store, `account-${openAccount().accountId}`);
      expect([opened, charged].map((event) => event?.metadata.recordedAt)).toEqual([
        clocks.now().toISOString(),
        clocks.now().toISOString(),
      ]);
      expect(results).toEqual(['append', 'appended', 'clock_out_of_step', 'already', 'append', 'appended']);
    }));
});
