import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { compareLogs } from '../../src/copy/compare-logs.js';
import { type CopyCounts, copyLog } from '../../src/copy/copy-log.js';
import { EventNotCopied, TargetNotACopy, TargetWrittenByOthers } from '../../src/copy/refusals.js';
import {
  EventLogDamaged,
  type EventStore,
  type NewEvent,
  type StoredEvent,
  StoreUnavailable,
} from '../../src/event-store/event-store.js';
import { proxied } from '../commands/accounts-on-a-log.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import { REMITTANCE_HISTORY, stored } from '../support/remittance-history.js';
import { fillLedger, onTwoLogs, said } from './ledgers.js';

const signal = new AbortController().signal;
const RECORDED = { recordedAt: '2026-03-01T10:00:00.000Z' };

function note(text = 'x'): NewEvent {
  return { id: randomUUID(), type: 'NoteRecorded', data: { text }, metadata: RECORDED };
}

/** A log that holds what no adapter would take. */
function logWith(...events: Partial<StoredEvent>[]): LogInMemory {
  const log = new LogInMemory();
  for (const event of events) log.put({ id: randomUUID(), metadata: RECORDED, ...event });
  return log;
}

/** Copies until so many events have gone over, and is then cut off. */
async function copySome(
  source: EventStore,
  target: EventStore,
  most: number,
): Promise<CopyCounts | undefined> {
  const stop = new AbortController();
  const onProgress = ({ copied }: CopyCounts) => {
    if (copied >= most) stop.abort();
  };
  try {
    return await copyLog(source, target, { signal: stop.signal, onProgress });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return undefined;
  }
}

describe('a copy', () => {
  test.each([1, 2, 3])('has every event as it was, in the order of the whole log (seed %d)', (seed) =>
    onTwoLogs(async (source, target) => {
      await fillLedger(source, seed);
      const events = await said(source);
      const unreadable = events.filter(({ metadata }) => !('more' in metadata));
      expect(unreadable.length).toBeGreaterThan(0);

      expect(await copyLog(source, target, { signal })).toEqual({ copied: events.length, alreadyThere: 0 });
      expect(await said(target)).toEqual(events);
      const there = await compareLogs(source, target, { signal });
      expect(there).toEqual({
        equal: events.length,
        missing: 0,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(await compareLogs(target, source, { signal })).toEqual(there);
    }),
  );

  test('has what stands beside the accounts, in the order of the whole log', () =>
    onTwoLogs(async (_, target) => {
      const log = logWith(...REMITTANCE_HISTORY.map((written) => stored(written)));
      await copyLog(log, target, { signal });
      expect(await said(target)).toEqual(await said(log));
      expect(await compareLogs(log, target, { signal })).toMatchObject({
        equal: REMITTANCE_HISTORY.length,
        missing: 0,
      });
    }));

  test('of nothing is nothing', () =>
    onTwoLogs(async (source, target) => {
      expect(await copyLog(source, target, { signal })).toEqual({ copied: 0, alreadyThere: 0 });
      expect(await compareLogs(source, target, { signal })).toMatchObject({ equal: 0, missing: 0 });
    }));

  test('of neighbours in one stream takes few appends, none of them large', () =>
    onTwoLogs(async (source, target) => {
      const text = 'ß'.repeat(20_000);
      const events = Array.from({ length: 500 }, (_, i) => note(i % 50 === 0 ? text : 'x'));
      await source.append('account-A', 'no_stream', events);
      const sizes: number[] = [];
      const counting: EventStore = {
        ...proxied(target),
        append: (stream, expected, some) => {
          sizes.push(Buffer.byteLength(JSON.stringify(some)));
          return target.append(stream, expected, some);
        },
      };
      await copyLog(source, counting, { signal });
      expect(await said(target)).toEqual(await said(source));
      expect(sizes.length).toBeLessThan(10);
      expect(Math.max(...sizes)).toBeLessThan(512 * 1024);
    }));

  test('that is cut off again and again is gone on with, and comes to the same', () =>
    onTwoLogs(async (source, target) => {
      await fillLedger(source, 4);
      const events = await said(source);
      let runs = 0;
      let last: CopyCounts | undefined;
      while (last === undefined) {
        last = await copySome(source, target, 20);
        runs += 1;
        expect(await said(target)).toEqual(events.slice(0, (await said(target)).length));
      }
      expect(runs).toBeGreaterThan(3);
      expect(last.copied + last.alreadyThere).toBe(events.length);
      expect(await said(target)).toEqual(events);
      expect(await copyLog(source, target, { signal })).toEqual({ copied: 0, alreadyThere: events.length });
    }));

  test('beside a source that grows has what was there, and the next run the rest', () =>
    onTwoLogs(async (source, target) => {
      await fillLedger(source, 5, 2, 10);
      await copyLog(source, target, { signal });
      await source.append('account-late', 'no_stream', [note(), note()]);
      expect(await compareLogs(source, target, { signal })).toMatchObject({ missing: 2 });
      expect(await copyLog(source, target, { signal })).toMatchObject({ copied: 2 });
      expect(await compareLogs(source, target, { signal })).toMatchObject({ missing: 0 });
    }));

  test('survives stores that go away before and after an append and in the middle of reading', () =>
    onTwoLogs(async (source, target) => {
      await fillLedger(source, 6, 3, 10);
      let appends = 0;
      const shaky: EventStore = {
        ...proxied(target),
        append: async (...given) => {
          appends += 1;
          if (appends % 10 === 3) throw new StoreUnavailable('away before');
          const result = await target.append(...given);
          if (appends % 10 === 7) throw new StoreUnavailable('away after');
          return result;
        },
      };
      let reads = 0;
      const dropping: EventStore = {
        ...proxied(source),
        async *readAll(options) {
          let left = (reads += 1) % 2 === 1 ? 15 : Infinity;
          for await (const event of source.readAll(options)) {
            if (left <= 0) throw new StoreUnavailable('dropped');
            left -= 1;
            yield event;
          }
        },
      };
      await copyLog(dropping, shaky, { signal });
      expect(appends).toBeGreaterThan(10);
      expect(reads).toBe(2);
      expect(await said(target)).toEqual(await said(source));
    }));
});

describe('a target', () => {
  const cases: [string, (events: NewEvent[]) => NewEvent[], RegExp][] = [
    ['another event', ([first]) => [{ ...note(), id: first!.id }], /position 1 \(revision 0 .*another data;/],
    ['the same under another id', ([first]) => [{ ...first!, id: randomUUID() }], /another id;/],
    [
      'the same recorded at another time',
      ([first]) => [{ ...first!, metadata: { recordedAt: '2020-01-01T00:00:00.000Z' } }],
      /another metadata;/,
    ],
    ['more than the source', (events) => [...events, note()], /goes on where this ledger ends/],
  ];
  test.each(cases)('with %s is refused, and left as it is', (_, eventsThere, reason) =>
    onTwoLogs(async (source, target) => {
      const events = [note('one'), note('two')];
      await source.append('account-Jane', 'no_stream', events);
      await target.append('account-Jane', 'no_stream', eventsThere(events));
      const before = await said(target);
      const error = await copyLog(source, target, { signal }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TargetNotACopy);
      expect((error as Error).message).toMatch(reason);
      expect((error as Error).message).not.toContain('Jane');
      expect(await said(target)).toEqual(before);
    }),
  );

  test('with the same events in another order is refused', () =>
    onTwoLogs(async (source, target) => {
      const [one, two] = [note(), note()];
      for (const [stream, event] of [
        ['account-1', one],
        ['account-2', two],
      ] as const)
        await source.append(stream, 'no_stream', [event]);
      for (const [stream, event] of [
        ['account-2', two],
        ['account-1', one],
      ] as const)
        await target.append(stream, 'no_stream', [event]);
      await expect(copyLog(source, target, { signal })).rejects.toThrow(TargetNotACopy);
    }));

  test('that others write to meanwhile is left', () =>
    onTwoLogs(async (source, target) => {
      await source.append('account-1', 'no_stream', [note()]);
      const crowded: EventStore = {
        ...proxied(target),
        append: async (stream, expected, events) => {
          await target.append(stream, expected, [note('of others')]);
          return target.append(stream, expected, events);
        },
      };
      await expect(copyLog(source, crowded, { signal })).rejects.toThrow(TargetWrittenByOthers);
    }));

  test('that is away when the copy is stopped holds nobody up', () =>
    onTwoLogs(async (source, target) => {
      await source.append('account-1', 'no_stream', [note()]);
      const stop = new AbortController();
      const away: EventStore = {
        ...proxied(target),
        append: () => {
          setImmediate(() => stop.abort());
          return Promise.reject(new StoreUnavailable('away'));
        },
      };
      const copying = copyLog(source, away, { signal: stop.signal });
      await expect(copying).rejects.toMatchObject({ name: 'AbortError' });
    }));
});

describe('a source', () => {
  test('that is silent holds nobody up who stops the copy', () =>
    onTwoLogs(async (source, target) => {
      const stop = new AbortController();
      const silent: EventStore = {
        ...proxied(source),
        async *readAll() {
          setImmediate(() => stop.abort());
          await new Promise(() => undefined);
          yield* [];
        },
      };
      const copying = copyLog(silent, target, { signal: stop.signal });
      await expect(copying).rejects.toMatchObject({ name: 'AbortError' });
    }));

  test.each<[string, Partial<StoredEvent>, RegExp]>([
    ['data that are no JSON', { data: undefined }, /position 6 \(revision 1 .* its data are no JSON/],
    ['an id that is no UUID', { id: 'x' }, /its id is no UUID/],
    ['an event of no account', { stream: 'other-Jane' }, /its stream is of no account/],
    ['a type that no store takes', { type: 'a\nb' }, /type must be plain text/],
  ])('with %s is copied up to there and no further', (_, event, reason) =>
    onTwoLogs(async (_source, target) => {
      const log = logWith({ stream: 'account-Jane' }, { stream: 'account-Jane', ...event });
      const error = await copyLog(log, target, { signal }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(EventNotCopied);
      expect((error as Error).message).toMatch(reason);
      expect((error as Error).message).not.toContain('Jane');
      expect((await said(target)).length).toBeLessThanOrEqual(1);
    }),
  );

  test.each([
    ['cut off at its beginning', [5], /before .*revision 5 .* its stream is empty/],
    ['with a hole', [0, 1, 4], /before .*revision 4 .* its stream ends at revision 1/],
  ])('with a stream %s is damaged, and says where', (_, revisions, reason) =>
    onTwoLogs(async (_source, target) => {
      const log = logWith(...revisions.map((revision) => ({ stream: 'account-1', revision })));
      const copying = copyLog(log, target, { signal });
      await expect(copying).rejects.toBeInstanceOf(EventLogDamaged);
      await expect(copying).rejects.toThrow(reason);
    }),
  );
});

describe('a comparison', () => {
  test('names the first difference and what it is in', () =>
    onTwoLogs(async (source, target) => {
      const [one, two] = [note('one'), note('two')];
      await source.append('account-Jane', 'no_stream', [one, two]);
      const changed = { ...two, type: 'NoteRecorded.v2', metadata: { ...RECORDED, actor: 'me' } };
      await target.append('account-Jane', 'no_stream', [one, changed]);
      expect(await compareLogs(source, target, { signal })).toMatchObject({
        equal: 1,
        difference: 'the event at position 2 (revision 1 of its stream) differs in type, metadata',
      });
    }));

  test('takes nothing for equal that it cannot see', async () => {
    const event = { id: randomUUID(), data: undefined };
    expect(await compareLogs(logWith(event), logWith(event), { signal })).toMatchObject({
      equal: 0,
      difference: expect.stringMatching(/differs in data$/),
    });
  });

  test('does not depend on the order in which objects have their names', async () => {
    const id = randomUUID();
    const a = logWith({ id, data: { a: 1, b: [{ c: 2, d: 3 }], ['__proto__']: 4 } });
    const b = logWith({ id, data: { ['__proto__']: 4, b: [{ d: 3, c: 2 }], a: 1 } });
    const c = logWith({ id, data: { ['__proto__']: 5, b: [{ d: 3, c: 2 }], a: 1 } });
    expect(await compareLogs(a, b, { signal })).toMatchObject({ equal: 1, missing: 0 });
    expect(await compareLogs(a, c, { signal })).toMatchObject({ equal: 0 });
  });
});
