import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AccountLoading } from '../../src/commands/account-loading.js';
import { snapshotOf, snapshotText } from '../../src/commands/snapshot-text.js';
import type { Snapshot } from '../../src/commands/snapshot-text.js';
import type { SnapshotStore } from '../../src/commands/snapshots.js';
import { accountStream } from '../../src/event-store/codec.js';
import type { EventStore, ReadStreamOptions, StoredEvent } from '../../src/event-store/event-store.js';
import { toSnapshot } from '../../src/ledger/snapshot.js';
import { fromSnapshot } from '../support/from-snapshot.js';

const RECORDED_AT = '2026-01-15T10:00:00.000Z';

/** An account that was opened and then written about, so many events in all. */
function eventsOf(count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, revision) => ({
    stream: accountStream('A1'),
    revision,
    position: String(revision + 1),
    id: `event-${revision}`,
    metadata: { recordedAt: RECORDED_AT },
    ...(revision === 0
      ? {
          type: 'AccountOpened',
          data: { accountId: 'A1', openedOn: '2026-01-15', currency: 'USD', entity: 'main' },
        }
      : {
          type: 'NoteRecorded',
          data: { effectiveOn: '2026-01-15', noteId: `N${revision}`, kind: 'internal', text: 'seen' },
        }),
  }));
}

function logOf(events: readonly StoredEvent[]): EventStore {
  return {
    async *readStream(_: string, { from = 0, limit = Infinity }: ReadStreamOptions = {}) {
      yield* events.filter(({ revision }) => revision >= from).slice(0, limit);
    },
  } as unknown as EventStore;
}

/** Snapshots that count how often they are asked. */
function snapshotsWith(snapshot?: Snapshot): SnapshotStore & { asked: number } {
  return {
    asked: 0,
    isAtHand: false,
    load() {
      this.asked += 1;
      return Promise.resolve(snapshot);
    },
    save: () => Promise.resolve(),
    close() {},
  };
}

const quiet = pino({ level: 'silent' });

it('a snapshot that does not come is not waited for', async () => {
  const lines: object[] = [];
  const log = pino(
    { base: null, timestamp: false, level: 'debug' },
    { write: (line) => lines.push(JSON.parse(line) as object) },
  );
  const never = Promise.withResolvers<undefined>();
  const loading = new AccountLoading(
    logOf(eventsOf(2)),
    { ...snapshotsWith(), load: () => never.promise },
    log,
    2,
  );
  const started = performance.now();
  expect((await loading.load('A1')).events).toBe(2);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(lines).toEqual([{ level: 20, msg: 'a snapshot was not waited for any longer' }]);
  // Its failure, later, is of no interest to anybody.
  never.reject(new Error('too late'));
  await new Promise((resolve) => setImmediate(resolve));
});

describe('a snapshot', () => {
  it.each([
    { events: 0, snapshotFrom: 1000, asked: 0 },
    { events: 99, snapshotFrom: 1000, asked: 0 },
    { events: 100, snapshotFrom: 1000, asked: 1 },
    { events: 250, snapshotFrom: 1000, asked: 1 },
    { events: 9, snapshotFrom: 10, asked: 0 },
    { events: 10, snapshotFrom: 10, asked: 1 },
    { events: 1, snapshotFrom: 1, asked: 1 },
  ])('of $events events, from $snapshotFrom on, is asked for $asked times', async (given) => {
    const snapshots = snapshotsWith();
    const loading = new AccountLoading(logOf(eventsOf(given.events)), snapshots, quiet, given.snapshotFrom);
    const folded = await loading.load('A1');
    expect(folded.events).toBe(given.events);
    expect(folded.account.entries.size).toBe(Math.max(0, given.events - 1));
    expect(snapshots.asked).toBe(given.asked);
  });

  it('spares what it was folded of, and makes up for events that are gone', async () => {
    const all = eventsOf(250);
    const whole = await new AccountLoading(logOf(all.slice(0, 200)), snapshotsWith(), quiet, 1000).load('A1');
    for (const left of [all, all.slice(180)]) {
      const account = fromSnapshot(toSnapshot(whole.account));
      const snapshots = snapshotsWith({ account, lastEvent: whole.lastEvent });
      const folded = await new AccountLoading(logOf(left), snapshots, quiet, 10).load('A1');
      expect(folded.events).toBe(250);
      expect(folded.account.entries.size).toBe(249);
      expect(snapshots.asked).toBe(1);
    }
    const without = new AccountLoading(logOf(all.slice(180)), snapshotsWith(), quiet, 10).load('A1');
    await expect(without).rejects.toThrow('events are missing in a stream: revision 0 was to come');
  });

  it('whose text is damaged is a miss, and the next one takes its place', async () => {
    const log = logOf(eventsOf(250));
    const whole = await new AccountLoading(log, snapshotsWith(), quiet, 1000).load('A1');
    const sound = snapshotText(whole);
    let text = sound.replace('"N200"', '"N2x0"');
    const kept: SnapshotStore = {
      ...snapshotsWith(),
      load: async () => Promise.resolve(snapshotOf(text)),
      save: (_, __, snapshot) => {
        text = snapshotText(snapshot);
        return Promise.resolve();
      },
    };
    const loading = new AccountLoading(log, kept, quiet, 10);
    const { account } = await loading.load('A1');
    for (let n = 1; n < 250; n += 1) expect(account.entries.get(`N${n}`)?.revision).toBe(n);
    await loading.idle();
    expect(text).toBe(sound);
  });
});
