import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventLogMissing } from '../../src/event-store/embedded/event-log-missing.js';
import { checksum } from '../../src/event-store/embedded/event-row.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { StoreUnavailable, WrongExpectedRevision } from '../../src/event-store/event-store.js';
import { startChild } from '../support/event-store-child.js';
import { inNewFolder } from '../support/event-store-folder.js';
import { eventStoreContract, follow, list, newEvent, newStream } from './contract.js';

// Disks of their own can be given to processes on Linux, to root or where users may have namespaces.
const OWN_DISKS = ['unshare', '--map-root-user', '--mount'];
const [unshare, ...own] = OWN_DISKS;
const given = spawnSync(unshare!, [...own, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' });
const withOwnDisks = given.status === 0 ? test : test.skip;

describe('the embedded store', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arledger-log-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  eventStoreContract('it', { open: () => openEmbeddedStore({ folder }) });
});

describe('the file of the embedded store', () => {
  test('is written so that an answer means it is on the disk', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      expect(await store.status()).toMatchObject({ journalMode: 'wal', synchronous: 'FULL' });
      await store.close();
    }));

  test('takes appends that come together in few transactions', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await Promise.all(
        Array.from({ length: 500 }, () => store.append(newStream(), 'no_stream', [newEvent()])),
      );
      const { events, commits } = await store.status();
      expect(events).toBe(500);
      expect(commits).toBeLessThan(50);
      await store.close();
    }));

  test('holds every event after it was closed and opened again, alone in its folder', () =>
    inNewFolder(async (parent) => {
      const folder = join(parent, 'made', 'when missing');
      const store = await openEmbeddedStore({ folder });
      const stream = newStream();
      await store.append(stream, 'no_stream', [newEvent(), newEvent()]);
      const before = await list(store.readAll());
      await store.close();
      const again = await openEmbeddedStore({ folder });
      expect(await list(again.readAll())).toEqual(before);
      expect(await again.append(stream, 1, [newEvent()])).toEqual({ revision: 2, position: '3' });
      expect(await again.head()).toBe('3');
      await again.close();
    }));

  test('gives positions from 1 without gaps, refused appends or not', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      expect(await store.head()).toBeUndefined();
      await store.append('account-1', 'no_stream', [newEvent(), newEvent()]);
      await expect(store.append('account-1', 0, [newEvent()])).rejects.toBeInstanceOf(WrongExpectedRevision);
      await store.append('account-2', 'no_stream', [newEvent()]);
      expect((await list(store.readAll())).map((e) => e.position)).toEqual(['1', '2', '3']);
      await store.close();
    }));

  test('can be read, but not edited, with any client of SQLite', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      const event = newEvent();
      await store.append('account-1', 'no_stream', [newEvent(), event]);
      const client = new DatabaseSync(join(folder, 'events.db'));
      expect({ ...client.prepare('SELECT * FROM event_log WHERE position = 2').get() }).toEqual({
        position: 2,
        stream: 'account-1',
        revision: 1,
        event_id: event.id,
        type: event.type,
        data: JSON.stringify(event.data),
        metadata: JSON.stringify(event.metadata),
      });
      for (const sql of [
        `UPDATE events SET data = '{}' WHERE position = 1`,
        'DELETE FROM events WHERE position = 1',
        `UPDATE streams SET name = 'account-3'`,
        'DELETE FROM streams',
      ]) {
        expect(() => client.exec(sql)).toThrow(/nothing in the event log is ever/);
      }
      client.close();
      expect(await list(store.readAll())).toHaveLength(2);
      await store.close();
    }));

  test('takes notice of what somebody else has appended, be it JSON or not', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await store.append('account-1', 'no_stream', [newEvent()]);
      const client = new DatabaseSync(join(folder, 'events.db'));
      const event = { id: 'theirs', type: 'Theirs', data: 'no JSON', metadata: '{}' };
      client
        .prepare('INSERT INTO events SELECT 2, stream_id, 1, ?, ?, ?, ?, ? FROM streams WHERE name = ?')
        .run(
          event.id,
          event.type,
          event.data,
          event.metadata,
          checksum(2, 'account-1', 1, event),
          'account-1',
        );
      client.close();
      await expect(store.append('account-1', 0, [newEvent()])).rejects.toMatchObject({ actual: 1 });
      expect(await store.append('account-1', 1, [newEvent()])).toEqual({ revision: 2, position: '3' });
      expect((await list(store.readAll()))[1]).toMatchObject({ id: 'theirs', data: undefined, metadata: {} });
      await store.close();
    }));

  test('is not there for somebody who only reads: a clear error, and nothing is made', () =>
    inNewFolder(async (parent) => {
      const folder = join(parent, 'nowhere');
      const error: unknown = await openEmbeddedStore({ folder, readOnly: true }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(EventLogMissing);
      expect((error as Error).message).toContain(join(folder, 'events.db'));
      await expect(openEmbeddedStore({ folder, readOnly: true })).rejects.toBeInstanceOf(EventLogMissing);
      await mkdir(folder);
      await expect(openEmbeddedStore({ folder, readOnly: true })).rejects.toBeInstanceOf(EventLogMissing);
    }));

  withOwnDisks('can be read where nothing can be written', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await store.append(newStream(), 'no_stream', [newEvent(), newEvent()]);
      await store.close();
      const child = startChild('event-store-read-only-disk.ts', [folder], { through: OWN_DISKS });
      expect((await child.lines.next()).value).toBe('2 StoreUnavailable');
      expect(await child.ended).toBe(0);
    }),
  );

  test('is read by a second process beside the writer, which sees what is appended', () =>
    inNewFolder(async (folder) => {
      const child = startChild('event-store-appender.ts', [folder]);
      const first = (await child.lines.next()).value as string;
      const [stream, revision] = first.split(' ') as [string, string];
      const reader = await openEmbeddedStore({ folder, readOnly: true });
      const seen = await list(reader.readStream(stream));
      expect(seen.length).toBeGreaterThan(Number(revision));
      // More than there was: what comes later is seen too.
      const head = BigInt((await reader.head())!);
      const { events } = await follow(reader, undefined, (_, batch) => BigInt(batch.checkpoint) > head);
      expect(events.map((e) => e.position)).toEqual(events.map((_, at) => String(at + 1)));
      await expect(reader.append(newStream(), 'no_stream', [newEvent()])).rejects.toThrow('only to be read');
      await reader.close();
      child.process.kill('SIGKILL');
      await child.ended;
    }));
});

describe('an append that cannot be stored', () => {
  test.each([
    ['without events', []],
    ['with data that is no JSON', [{ ...newEvent(), data: undefined }]],
    ['with an id of two lines', [{ ...newEvent(), id: 'a\nb' }]],
    ['with half a character in its type', [{ ...newEvent(), type: '\ud800' }]],
  ])('%s is refused', (_, events) =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await expect(store.append('account-1', 'no_stream', events)).rejects.toThrow(
        /no events|JSON|plain text/,
      );
      expect(await store.append('account-1', 'no_stream', [newEvent()])).toMatchObject({ revision: 0 });
      await store.close();
    }),
  );

  test('to a stream with control characters in its name is refused', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await expect(store.append('account-\u0000', 'no_stream', [newEvent()])).rejects.toThrow('plain text');
      await store.close();
    }));

  test('since the file may not grow is unavailable; reading goes on, and nothing of it is there', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder, maxPages: 60 });
      const acknowledged: string[] = [];
      let refused: ReturnType<typeof newEvent>[] | undefined;
      while (refused === undefined) {
        const events = [newEvent(), { ...newEvent(), data: 'x'.repeat(30_000) }];
        try {
          await store.append(`account-${events[0]!.id}`, 'no_stream', events);
          acknowledged.push(...events.map((e) => e.id));
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailable);
          refused = events;
        }
      }
      expect(acknowledged.length).toBeGreaterThan(0);
      expect((await list(store.readAll())).map((e) => e.id)).toEqual(acknowledged);
      // What fits is still taken.
      const small = newEvent();
      await store.append(newStream(), 'no_stream', [small]);
      await store.close();
      const roomier = await openEmbeddedStore({ folder });
      await roomier.append(`account-${refused[0]!.id}`, 'no_stream', refused);
      expect((await list(roomier.readAll())).map((e) => e.id)).toEqual([
        ...acknowledged,
        small.id,
        ...refused.map((e) => e.id),
      ]);
      await roomier.close();
    }));

  test('while another program locks the file is unavailable; later it is stored', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await store.append('account-1', 'no_stream', [newEvent()]);
      const other = new DatabaseSync(join(folder, 'events.db'));
      other.exec('BEGIN IMMEDIATE');
      const event = newEvent();
      const waiting = store.append('account-1', 0, [event]);
      expect(await list(store.readStream('account-1'))).toHaveLength(1);
      await expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
      other.exec('ROLLBACK');
      other.close();
      expect(await store.append('account-1', 0, [event])).toMatchObject({ revision: 1 });
      await store.close();
    }));

  withOwnDisks('on a disk that is full is unavailable; with space again it is stored', () =>
    inNewFolder(async (folder) => {
      const child = startChild('event-store-full-disk.ts', [folder], {
        through: OWN_DISKS,
      });
      const printed = (await child.lines.next()).value as string;
      expect(await child.ended).toBe(0);
      const happened = JSON.parse(printed) as Record<string, string[]>;
      const { refusals, refused, whileFull, repeated, acknowledged, afterwards } = happened;
      expect(new Set(refusals)).toEqual(new Set(['StoreUnavailable']));
      expect(new Set(repeated)).toEqual(new Set([2]));
      expect(whileFull!.length).toBeGreaterThan(0);
      expect(whileFull!.filter((id) => refused!.includes(id))).toEqual([]);
      expect(afterwards!.slice(0, whileFull!.length)).toEqual(whileFull);
      expect([...afterwards!].sort()).toEqual([...acknowledged!].sort());
    }),
  );

  withOwnDisks('on a disk that is full does not start, and says that it is full', () =>
    inNewFolder(async (folder) => {
      const child = startChild('event-store-full-start.ts', [folder], { through: OWN_DISKS });
      const { started, failures } = JSON.parse((await child.lines.next()).value as string) as {
        started: boolean;
        failures: string[];
      };
      expect(await child.ended).toBe(0);
      expect(started).toBe(true);
      expect(failures.length).toBeGreaterThan(5);
      expect(failures.filter((failure) => !failure.includes('the disk is full'))).toEqual([]);
      expect(failures.filter((failure) => !/^\d+ (FolderUnusable|StoreUnavailable): /.test(failure))).toEqual(
        [],
      );
    }),
  );
});

describe('closing the embedded store', () => {
  test('answers what is under way and refuses what comes later', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      const appends = Array.from({ length: 100 }, () => store.append(newStream(), 'no_stream', [newEvent()]));
      await Promise.all([store.close(), store.close()]);
      expect(await Promise.all(appends)).toHaveLength(100);
      await expect(store.append(newStream(), 'no_stream', [newEvent()])).rejects.toBeInstanceOf(
        StoreUnavailable,
      );
      await expect(list(store.readAll())).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    }));

  test('fails a subscription that nobody has ended', () =>
    inNewFolder(async (folder) => {
      const store = await openEmbeddedStore({ folder });
      await store.append(newStream(), 'no_stream', [newEvent()]);
      const batches = store.subscribeToAll({ signal: new AbortController().signal });
      await batches.next();
      const waiting = batches.next();
      const outcome = expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
      await store.close();
      await outcome;
    }));
});
