import { expect, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/clock.js';
import { ClockGuard } from '../../src/commands/clock-guard.js';
import { ClockOutOfStep } from '../../src/commands/refusals.js';
import type { EventStore, NewEvent } from '../../src/event-store/event-store.js';
import type { ProjectionProgress } from '../../src/read-models/projector/progress.js';
import { waitUntilKnown } from '../../src/read-models/projector/progress.js';
import { openAccount } from '../support/ledger.js';
import { accountsOn, onALog, proxied, silent } from './accounts-on-a-log.js';

/*
 * Several processes on one log, each with a clock of its own: what an answer for `knownAt` holds, when it was waited
 * for, is all that there will ever be. Appends take up to half of the allowed time, as on another machine's log.
 */

const SKEW_MS = 1200;
const ALLOWED_MS = SKEW_MS / 4;
const APPEND_MS_MAX = SKEW_MS / 2;
const RUN_MS = 2500;

interface Recording {
  id: string;
  recordedAt: string;
  /** From the stamp to the end of the append. */
  tookMs: number;
}

/** A process that writes: the log through a network that takes its time, and a clock that differs. */
function writer(store: EventStore, aheadMs: number, guarded: boolean, recordings: Recording[]) {
  const clock = clockAhead(aheadMs);
  const clockGuard = new ClockGuard({
    clock,
    log: silent,
    clockSkewMs: SKEW_MS,
    reference: async () => new Date(),
  });
  let nth = 0;
  const slow = Object.assign(proxied(store), {
    append: async (stream: string, expected: 'no_stream', events: readonly NewEvent[]) => {
      const stamped = performance.now();
      // Not known to the log, which would wait for appends of its own process.
      await delay([0, 3, 150, APPEND_MS_MAX - 150][nth++ % 4]);
      const result = await store.append(stream, expected, events);
      const tookMs = performance.now() - stamped;
      for (const { id, metadata } of events) recordings.push({ id, recordedAt: metadata.recordedAt, tookMs });
      return result;
    },
  });
  const accounts = accountsOn(slow, { clock, ...(guarded ? { clockGuard } : {}) });
  return { accounts, clockGuard };
}

function clockAhead(ms: number): Clock {
  return { now: () => new Date(Date.now() + ms) };
}

/** Everything in the log that was recorded up to an instant, once the wait for it is over. */
async function answerFor(store: EventStore, clock: Clock, knownAt: Date): Promise<Set<string>> {
  // The projections are what the log is: this is about what can still come.
  const progress = { waitFor: async () => undefined } as Partial<ProjectionProgress> as ProjectionProgress;
  await waitUntilKnown({ store, progress, clock, clockSkewMs: SKEW_MS }, knownAt, 10 * SKEW_MS);
  const known = new Set<string>();
  for await (const event of store.readAll()) {
    if (event.metadata.recordedAt! <= knownAt.toISOString()) known.add(event.id);
  }
  return known;
}

/** Writes and asks side by side; gives what came later than an answer that should have held it. */
async function missedBy(writersAhead: number[], readerAhead: number, guarded = true) {
  let missed: Recording[] = [];
  let answers = 0;
  let recorded = 0;
  let refused = 0;
  await onALog(async (store) => {
    const recordings: Recording[] = [];
    const until = performance.now() + RUN_MS;
    const writing = writersAhead.flatMap((ahead, w) => {
      const { accounts, clockGuard } = writer(store, ahead, guarded, recordings);
      const compared = guarded ? clockGuard.start() : Promise.resolve();
      return Array.from({ length: 4 }, async (_, lane) => {
        await compared;
        for (let nth = 0; performance.now() < until; nth++) {
          await accounts
            .transact(openAccount({ accountId: `W${w}-${lane}-${nth}` }))
            .catch((error: unknown) => {
              if (!(error instanceof ClockOutOfStep)) throw error;
              refused += 1;
            });
          await delay(5);
        }
        clockGuard.onModuleDestroy();
      });
    });
    const clock = clockAhead(readerAhead);
    const asked: Promise<{ knownAt: string; known: Set<string> }>[] = [];
    while (performance.now() < until) {
      const knownAt = clock.now();
      asked.push(
        answerFor(store, clock, knownAt).then((known) => ({ knownAt: knownAt.toISOString(), known })),
      );
      await delay(97);
    }
    await Promise.all(writing);
    for (const { knownAt, known } of await Promise.all(asked)) {
      answers += 1;
      const absent = recordings.filter((one) => one.recordedAt <= knownAt && !known.has(one.id));
      // A busy machine may have held one up for longer than an append may take: of that nothing is promised.
      missed.push(...absent.filter(({ tookMs }) => tookMs <= APPEND_MS_MAX));
    }
    missed = [...new Set(missed)];
    recorded = recordings.length;
  });
  return { missed, answers, recorded, refused };
}

test.each([
  [[ALLOWED_MS - 30, 30 - ALLOWED_MS], ALLOWED_MS - 30],
  [[ALLOWED_MS - 30, 30 - ALLOWED_MS], 30 - ALLOWED_MS],
  [[0, 0, 30 - ALLOWED_MS], 0],
])(
  'with clocks %j ms ahead, asked by one %d ms ahead, no answer lacks what was recorded by then',
  async (writersAhead, readerAhead) => {
    const { missed, answers, recorded, refused } = await missedBy(writersAhead, readerAhead);
    expect(missed).toEqual([]);
    expect(refused).toBe(0);
    expect(answers).toBeGreaterThan(5);
    expect(recorded).toBeGreaterThan(50);
  },
  60_000,
);

test('a process that is further behind would break it, and records nothing', async () => {
  const behind = [0, -2 * SKEW_MS];
  expect((await missedBy(behind, 0, false)).missed.length).toBeGreaterThan(0);
  const { missed, recorded, refused } = await missedBy(behind, 0);
  expect(missed).toEqual([]);
  expect(recorded).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(50);
}, 60_000);
