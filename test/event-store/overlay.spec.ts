import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedEventStore,
  openEmbeddedStore,
} from '../../src/event-store/embedded/embedded-event-store.js';
import { OverlayEventStore } from '../../src/event-store/overlay-event-store.js';
import { eventStoreContract, follow, list, newEvent, newStream } from './contract.js';

const several = (count: number): ReturnType<typeof newEvent>[] => Array.from({ length: count }, newEvent);

describe('the overlay', () => {
  let folder: string;
  let base: EmbeddedEventStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'arledger-overlay-'));
    base = await openEmbeddedStore({ folder });
  });
  afterAll(async () => {
    await base.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('of an empty log', () => {
    eventStoreContract('it', { open: () => OverlayEventStore.over(base) });

    test('leaves it empty, and is empty itself when it is closed', async () => {
      const overlay = await OverlayEventStore.over(base);
      expect(await overlay.head()).toBeUndefined();
      const stream = newStream();
      const { position } = await overlay.append(stream, 'no_stream', several(2));
      expect(await overlay.head()).toBe(position);
      expect(await base.head()).toBeUndefined();
      expect(await list(base.readAll())).toEqual([]);
      await overlay.close();
      expect(await list(overlay.readAll())).toEqual([]);
      expect(await base.status()).toMatchObject({ journalMode: 'wal' });
    });
  });

  describe('of a log with events', () => {
    beforeAll(async () => {
      for (let n = 0; n < 20; n += 1) await base.append(newStream(), 'no_stream', several(5));
    });
    eventStoreContract('it', { open: () => OverlayEventStore.over(base) });

    test('goes on with a stream of the log, and reads it as one, from anywhere in either direction', async () => {
      const stream = newStream();
      const below = several(4);
      await base.append(stream, 'no_stream', below);
      const overlay = await OverlayEventStore.over(base);
      const here = several(3);
      expect(await overlay.append(stream, 3, here.slice(0, 1))).toMatchObject({ revision: 4 });
      expect(await overlay.append(stream, 4, here.slice(1))).toMatchObject({ revision: 6 });
      const ids = [...below, ...here].map(({ id }) => id);
      for (const from of [undefined, 0, 2, 3, 4, 5, 6, 7, 99]) {
        for (const limit of [undefined, 0, 1, 2, 4, 99]) {
          for (const direction of ['forwards', 'backwards'] as const) {
            const options = {
              direction,
              ...(from === undefined ? {} : { from }),
              ...(limit === undefined ? {} : { limit }),
            };
            const expected =
              direction === 'forwards'
                ? ids.slice(from ?? 0)
                : ids.slice(0, (from ?? Infinity) + 1).reverse();
            const read = await list(overlay.readStream(stream, options));
            expect({ options, ids: read.map(({ id }) => id) }).toEqual({
              options,
              ids: expected.slice(0, limit),
            });
            for (const { id, revision } of read) expect(ids[revision]).toBe(id);
          }
        }
      }
      expect((await list(base.readStream(stream))).map(({ id }) => id)).toEqual(below.map(({ id }) => id));
    });

    test('answers a repetition of what is below, or of what is partly here', async () => {
      const stream = newStream();
      const below = several(2);
      const first = await base.append(stream, 'no_stream', below);
      const overlay = await OverlayEventStore.over(base);
      expect(await overlay.append(stream, 'no_stream', below)).toEqual(first);
      const here = several(1);
      const second = await overlay.append(stream, 1, here);
      expect(await overlay.append(stream, 0, [below[1]!, ...here])).toEqual(second);
      await expect(overlay.append(stream, 'no_stream', here)).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        expected: 'no_stream',
        actual: 2,
      });
      expect(await list(overlay.readStream(stream))).toHaveLength(3);
    });

    test('stands on the log as it was: what others append there later is not seen', async () => {
      const stream = newStream();
      await base.append(stream, 'no_stream', several(1));
      const overlay = await OverlayEventStore.over(base);
      const before = await overlay.head();
      const seen = await list(overlay.readAll());
      await base.append(stream, 0, several(2));
      await base.append(newStream(), 'no_stream', several(1));
      expect(await overlay.head()).toBe(before);
      expect(await list(overlay.readAll())).toEqual(seen);
      expect(await list(overlay.readStream(stream))).toHaveLength(1);
      expect(await list(overlay.readStream(stream, { direction: 'backwards' }))).toHaveLength(1);
      expect(await overlay.append(stream, 0, several(1))).toMatchObject({ revision: 1 });
      expect(await list(overlay.readStream(stream, { direction: 'backwards' }))).toHaveLength(2);
      expect(await list(overlay.readAll())).toHaveLength(seen.length + 1);
      expect(await list(base.readStream(stream))).toHaveLength(3);
    });

    test('gives the log and what is here in one order, to who reads and to who follows', async () => {
      const overlay = await OverlayEventStore.over(base);
      const below = await list(overlay.readAll());
      expect(below.length).toBeGreaterThan(100);
      const stream = newStream();
      await overlay.append(stream, 'no_stream', several(3));
      const all = await list(overlay.readAll());
      expect(all.slice(0, below.length)).toEqual(below);
      expect(all.slice(below.length).map(({ revision }) => revision)).toEqual([0, 1, 2]);
      for (const at of [0, below.length - 2, below.length - 1, below.length, below.length + 1]) {
        const rest = await list(overlay.readAll({ after: all[at]!.position }));
        expect(rest).toEqual(all.slice(at + 1));
      }
      const followed = await follow(overlay, undefined, (_, { caughtUp }) => caughtUp, 50);
      expect(followed.events).toEqual(all);
    });

    test('keeps an event as it was given, whatever becomes of it', async () => {
      const overlay = await OverlayEventStore.over(base);
      const stream = newStream();
      const data = { amounts: ['1.00'] };
      await overlay.append(stream, 'no_stream', [{ ...newEvent(), data }]);
      data.amounts.push('2.00');
      const [event] = await list(overlay.readStream(stream));
      (event!.data as typeof data).amounts.push('3.00');
      expect((await list(overlay.readStream(stream)))[0]!.data).toEqual({ amounts: ['1.00'] });
    });
  });
});
