import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { checkLog } from '../../src/event-store/embedded/check-log.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { EventLogDamaged, type NewEvent, type StoredEvent } from '../../src/event-store/event-store.js';
import { inNewFolder } from '../support/event-store-folder.js';
import { list, newEvent } from './contract.js';

const PAGE_BYTES = 4096;
const STREAMS = 40;
const FLIPS = Number(process.env.ARLEDGER_FLIPS ?? 50);
const SEED = Number(process.env.ARLEDGER_SEED ?? 20260115);

let folder: string;
let whole: Buffer;
let events: StoredEvent[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arledger-log-'));
  const store = await openEmbeddedStore({ folder });
  for (let round = 0; round < 10; round += 1) {
    for (let stream = 0; stream < STREAMS; stream += 1) {
      const event = { ...newEvent(), data: { text: `round ${round} of stream ${stream}` } };
      await store.append(`account-${stream}`, round === 0 ? 'no_stream' : round - 1, [event]);
    }
  }
  events = await list(store.readAll());
  await store.close();
  whole = await readFile(join(folder, 'events.db'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a file that is no event log stops the start, and is left as it is:', () => {
  test('a text', () =>
    withFile(Buffer.from('Dear auditor, please find enclosed …\n'.repeat(300)), async (log) => {
      expect((await openingError(log)).message).toContain(join(log, 'events.db'));
    }));

  test('a database of another program', () =>
    inNewFolder(async (log) => {
      const file = join(log, 'events.db');
      const other = new DatabaseSync(file);
      other.exec('CREATE TABLE events (id INTEGER); INSERT INTO events VALUES (7)');
      other.close();
      const before = await readFile(file);
      const error = await openingError(log);
      expect(error.message).toContain('another program');
      expect(error.message).toContain(file);
      expect(await readFile(file)).toEqual(before);
    }));

  test('a log in a format of later times', () =>
    withFile(whole, async (log) => {
      const later = new DatabaseSync(join(log, 'events.db'));
      later.exec('PRAGMA user_version = 2');
      later.close();
      expect((await openingError(log)).message).toContain('format 2');
    }));

  test('a folder', () =>
    inNewFolder(async (log) => {
      await mkdir(join(log, 'events.db'));
      expect((await openingError(log)).message).toContain('not a file');
    }));

  test('nothing at all, when its write-ahead log is still there', () =>
    inNewFolder(async (log) => {
      await writeFile(join(log, 'events.db-wal'), 'left behind');
      expect((await openingError(log)).message).toContain('events.db-wal');
    }));
});

describe('a log that was cut off stops the start:', () => {
  test.each([
    ['to nothing', () => 0],
    ['in its header', () => 60],
    ['after its first page', () => PAGE_BYTES],
    ['within a page', () => whole.length / 2 + 1_000],
    ['between two pages', () => Math.floor(whole.length / 2 / PAGE_BYTES) * PAGE_BYTES],
    ['before its last page', () => whole.length - PAGE_BYTES],
    ['before its last byte', () => whole.length - 1],
  ])('%s', (_, size) =>
    withFile(whole, async (log) => {
      await truncate(join(log, 'events.db'), size());
      expect((await openingError(log)).message).toContain(join(log, 'events.db'));
      const findings = await list(checkLog({ folder: log }));
      expect(findings).not.toEqual([]);
    }),
  );
});

describe('a log with a changed byte', () => {
  test('in the data of an event stops the start, and the event is named', () => {
    const text = 'round 7 of stream 3';
    return withFile(flipped(whole, whole.indexOf(`${text}"`) + 2), async (log) => {
      const { position } = events.find((e) => (e.data as { text: string }).text === text)!;
      const error = await openingError(log);
      expect(error.message).toContain(`position ${position}`);
      expect(error.message).toContain('account-3');
      expect(error.message).toContain('checksum');
      expect(await list(checkLog({ folder: log }))).toContainEqual({
        position,
        stream: 'account-3',
        text: 'the event does not match its checksum',
      });
    });
  });

  test('in the kind of a page of the index of streams stops the start', () =>
    withFile(
      flipped(
        whole,
        pageStarts().find((at) => whole[at] === 0x0a)!,
      ),
      async (log) => {
        await openingError(log);
        expect(await list(checkLog({ folder: log }))).not.toEqual([]);
      },
    ));

  test('in the kind of a page of events stops the start; the check reads on after it', () => {
    const inside = whole.indexOf('round 5 of stream 5"');
    return withFile(flipped(whole, inside - (inside % PAGE_BYTES)), async (log) => {
      await openingError(log);
      const findings = await list(checkLog({ folder: log }));
      const unreadable = findings.filter((f) => f.text.includes('cannot be read'));
      expect(unreadable).toHaveLength(1);
      expect(unreadable[0]?.text).toMatch(/^the events at positions \d+ to \d+ cannot be read/);
      expect(findings.length).toBeGreaterThan(1);
    });
  });

  test('anywhere in its header either stops the start or does no harm', async () => {
    let found = 0;
    for (let at = 0; at < 100; at += 3) found += await expectFoundOrHarmless(at, 0xff);
    expect(found).toBeGreaterThan(0);
  });

  test(`anywhere, ${FLIPS} times (seed ${SEED}), either stops the start, or reading, or does no harm`, async () => {
    const random = seeded(SEED);
    let found = 0;
    for (let flip = 0; flip < FLIPS; flip += 1) {
      found += await expectFoundOrHarmless(
        Math.floor(random() * whole.length),
        1 << Math.floor(random() * 8),
      );
    }
    expect(found).toBeGreaterThan(FLIPS / 4);
  });
});

test('an old event that was changed is found when it is read, and by the check of the whole log', () =>
  inNewFolder(async (log) => {
    const store = await openEmbeddedStore({ folder: log });
    await store.append('account-old', 'no_stream', [{ ...newEvent(), data: 'the very first' }, newEvent()]);
    const many = (): NewEvent[] => Array.from({ length: 1_000 }, () => newEvent());
    await Promise.all(
      Array.from({ length: 100 }, (_, at) => store.append(`account-${at}`, 'no_stream', many())),
    );
    await store.close();
    const file = join(log, 'events.db');
    const bytes = await readFile(file);
    await writeFile(file, flipped(bytes, bytes.indexOf('the very first')));

    const damaged = await openEmbeddedStore({ folder: log });
    await expect(list(damaged.readAll())).rejects.toThrow(/position 1 \(stream account-old, revision 0\)/);
    await expect(list(damaged.readStream('account-old'))).rejects.toBeInstanceOf(EventLogDamaged);
    await expect(list(damaged.readStream('account-old', { direction: 'backwards' }))).rejects.toBeInstanceOf(
      EventLogDamaged,
    );
    const following = damaged.subscribeToAll({ signal: new AbortController().signal });
    await expect(following.next()).rejects.toBeInstanceOf(EventLogDamaged);
    expect(await list(damaged.readStream('account-7'))).toHaveLength(1_000);
    await damaged.close();

    const progress: [number, number][] = [];
    const findings = await list(
      checkLog({ folder: log, onProgress: (checked, total) => progress.push([checked, total]) }),
    );
    expect(findings).toEqual([
      { position: '1', stream: 'account-old', text: 'the event does not match its checksum' },
      { position: '2', stream: 'account-old', text: 'revision 1 follows nothing' },
    ]);
    expect(progress.at(-1)).toEqual([100_002, 100_002]);
    expect(progress.length).toBeGreaterThan(5);
  }));

describe('the check of the whole log', () => {
  test('finds nothing in a sound one', async () => {
    expect(await list(checkLog({ folder }))).toEqual([]);
  });

  test('finds what contradicts itself, though every checksum is right', () =>
    inNewFolder(async (log) => {
      const store = await openEmbeddedStore({ folder: log });
      const at = (recordedAt: string): NewEvent => ({ ...newEvent(), metadata: { recordedAt } });
      await store.append('account-1', 'no_stream', [
        at('2026-01-02T00:00:00.000Z'),
        at('2026-01-01T00:00:00.000Z'),
      ]);
      await store.append('account-2', 'no_stream', [{ ...newEvent(), metadata: {} as never }]);
      expect(await list(checkLog({ folder: log }))).toEqual([
        { position: '2', stream: 'account-1', text: 'recorded before the event before it in its stream' },
        { position: '3', stream: 'account-2', text: 'metadata has no recordedAt' },
      ]);
      await store.close();
    }));

  test('finds events that were taken out, as does the start', () =>
    withFile(whole, async (log) => {
      const burglar = new DatabaseSync(join(log, 'events.db'));
      burglar.exec(
        'DROP TRIGGER events_are_never_deleted; DELETE FROM events WHERE position BETWEEN 120 AND 121',
      );
      burglar.close();
      expect((await openingError(log)).message).toContain('some are missing');
      expect(await list(checkLog({ folder: log }))).toContainEqual({
        position: '122',
        stream: 'account-1',
        text: 'positions 120 to 121 are missing before this event',
      });
    }));
});

/** A folder with a log of these bytes. */
function withFile(bytes: Buffer, use: (log: string) => Promise<void>): Promise<void> {
  return inNewFolder(async (log) => {
    await writeFile(join(log, 'events.db'), bytes);
    await use(log);
  });
}

async function openingError(log: string): Promise<EventLogDamaged> {
  const errors: unknown[] = [];
  for (const readOnly of [true, false]) {
    try {
      await (await openEmbeddedStore({ folder: log, readOnly })).close();
    } catch (error) {
      errors.push(error);
    }
  }
  expect(errors).toEqual([expect.any(EventLogDamaged), expect.any(EventLogDamaged)]);
  return errors[1] as EventLogDamaged;
}

/** 1 when a changed byte is found by the start or by reading, 0 when all events are as they were. */
async function expectFoundOrHarmless(at: number, bits: number): Promise<0 | 1> {
  let found: 0 | 1 = 0;
  await withFile(flipped(whole, at, bits), async (log) => {
    try {
      const store = await openEmbeddedStore({ folder: log });
      try {
        expect({ at, bits, events: await list(store.readAll()) }).toEqual({ at, bits, events });
        for (let stream = 0; stream < STREAMS; stream += 1) {
          const name = `account-${stream}`;
          expect(await list(store.readStream(name))).toEqual(events.filter((e) => e.stream === name));
        }
      } finally {
        await store.close();
      }
    } catch (error) {
      if (!(error instanceof EventLogDamaged)) throw error;
      found = 1;
    }
  });
  return found;
}

function flipped(bytes: Buffer, at: number, bits = 0x01): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = copy[at]! ^ bits;
  return copy;
}

function pageStarts(): number[] {
  return Array.from({ length: whole.length / PAGE_BYTES - 1 }, (_, page) => (page + 1) * PAGE_BYTES);
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
