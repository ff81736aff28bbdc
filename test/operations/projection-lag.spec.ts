import { describe, expect, it } from '@jest/globals';
import { type EventStore, StoreUnavailable, type StoredEvent } from '../../src/event-store/event-store.js';
import { ProjectionLags, eventsBehind } from '../../src/operations/projection-lag.js';

describe('events behind, from positions', () => {
  it.each([
    ['a log that counts events', '1000', { position: '990', events: 990 }, 10],
    ['a log that counts bytes', '1000000', { position: '500000', events: 500 }, 500],
    ['less than an event of usual length', '500100', { position: '500000', events: 500 }, 1],
    ['the end', '500000', { position: '500000', events: 500 }, 0],
    ['an empty log', undefined, { position: undefined, events: 0 }, 0],
    ['nothing taken yet', '12', { position: undefined, events: 0 }, 12],
    ['more events than positions, which no store has', '12', { position: '2', events: 10 }, 10],
    ['a place beyond the end', '7', { position: '8', events: 8 }, -1],
    ['a place in a log that is empty', undefined, { position: '5000', events: 5 }, -5],
    [
      'positions beyond what a double tells apart',
      '9007199254740995',
      { position: '9007199254740993', events: 1 },
      1,
    ],
  ])('%s', (_, head, status, expected) => {
    expect(eventsBehind(head, status)).toBe(expected);
  });
});

describe('lags of projections', () => {
  const NOW = new Date('2026-03-10T12:00:00.000Z');
  const status = (position: string | undefined, events: number) => ({
    name: 'balances',
    position,
    events,
    deadLetters: 0,
  });
  /** A log of one event after position 10. */
  function logWith(recordedAt: string | undefined) {
    const reads: (string | undefined)[] = [];
    const store = {
      head: async () => '11',
      async *readAll({ after } = {}) {
        reads.push(after);
        yield { metadata: recordedAt === undefined ? {} : { recordedAt } } as StoredEvent;
      },
    } as Partial<EventStore> as EventStore;
    return { store, reads };
  }
  const lagsIn = (store: EventStore, monotonic = () => 0) =>
    new ProjectionLags({ store, clock: { now: () => NOW }, monotonic });

  it('say how long the first event waits, read once for all that stand at the same place', async () => {
    const { store, reads } = logWith('2026-03-10T11:59:30.000Z');
    const lags = await lagsIn(store).of([status('10', 10), status('10', 10), status('11', 11)]);
    expect(lags).toEqual([
      { events: 1, seconds: 30 },
      { events: 1, seconds: 30 },
      { events: 0, seconds: 0 },
    ]);
    expect(reads).toEqual(['10']);
  });

  it.each([['2026-03-10T12:00:01.000Z'], [undefined], ['yesterday']])(
    'count from when it was first seen waiting, for an event recorded at %s',
    async (recordedAt) => {
      let passedMs = 5000;
      const lags = lagsIn(logWith(recordedAt).store, () => passedMs);
      const secondsAt = async (position: string) => (await lags.of([status(position, 10)]))[0]!.seconds;
      expect(await secondsAt('10')).toBe(0);
      passedMs += 90_000;
      expect(await secondsAt('10')).toBe(90);
      // It got on: another event is the first one now.
      expect(await secondsAt('9')).toBe(0);
      passedMs += 1000;
      expect(await secondsAt('9')).toBe(1);
      expect(await secondsAt('11')).toBe(0);
      expect(await secondsAt('9')).toBe(0);
    },
  );

  it('are not known while the store is away', async () => {
    const { store } = logWith(undefined);
    const away = { ...store, head: () => Promise.reject(new StoreUnavailable('away')) };
    await expect(lagsIn(away).of([status('10', 10)])).rejects.toThrow(StoreUnavailable);
  });
});
