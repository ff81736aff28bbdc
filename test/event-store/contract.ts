import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  type EventStore,
  type NewEvent,
  type Position,
  type StoredEvent,
  type SubscriptionBatch,
  WrongExpectedRevision,
  hasReached,
} from '../../src/event-store/event-store.js';

export interface ContractSubject {
  /** Opens the store under test. It may hold events already, and others may append to it meanwhile. */
  open(): Promise<EventStore>;
}

const RECORDED_AT = '2026-01-15T10:00:00.000Z';
/** No event may take longer to be seen than this; a subscription that hangs fails here and not at Jest's limit. */
const PATIENCE_MS = 20_000;

/** What every adapter of the port has to keep. */
export function eventStoreContract(name: string, { open }: ContractSubject): void {
  describe(`${name} keeps the contract of the event store:`, () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());

    describe('append', () => {
      test('starts a stream at revision 0 and goes on from there', async () => {
        const stream = newStream();
        const first = await store.append(stream, 'no_stream', [newEvent()]);
        const second = await store.append(stream, 0, [newEvent(), newEvent()]);
        const third = await store.append(stream, 2, [newEvent()]);
        expect([first.revision, second.revision, third.revision]).toEqual([0, 2, 3]);
        expect(isRising([first.position, second.position, third.position])).toBe(true);
      });

      test('refuses to start a stream that exists, and says where it is', async () => {
        const stream = newStream();
        await store.append(stream, 'no_stream', [newEvent(), newEvent()]);
        await expectWrongRevision(store.append(stream, 'no_stream', [newEvent()]), {
          stream,
          expected: 'no_stream',
          actual: 1,
        });
        expect(await list(store.readStream(stream))).toHaveLength(2);
      });

      test('refuses a revision that is behind or ahead, and says where the stream is', async () => {
        const stream = newStream();
        await store.append(stream, 'no_stream', [newEvent(), newEvent()]);
        await expectWrongRevision(store.append(stream, 0, [newEvent()]), { stream, expected: 0, actual: 1 });
        await expectWrongRevision(store.append(stream, 7, [newEvent()]), { stream, expected: 7, actual: 1 });
        expect(await list(store.readStream(stream))).toHaveLength(2);
      });

      test('refuses a revision of a stream that does not exist', async () => {
        const stream = newStream();
        await expectWrongRevision(store.append(stream, 0, [newEvent()]), {
          stream,
          expected: 0,
          actual: 'no_stream',
        });
        expect(await list(store.readStream(stream))).toEqual([]);
      });

      test('refused, leaves none of several events', async () => {
        const stream = newStream();
        const stored = newEvent();
        await store.append(stream, 'no_stream', [stored]);
        const several = [newEvent(), newEvent(), newEvent()];
        await expect(store.append(stream, 5, several)).rejects.toBeInstanceOf(WrongExpectedRevision);
        expect(idsOf(await list(store.readStream(stream)))).toEqual([stored.id]);
      });

      test('repeated, answers as the first time and appends nothing', async () => {
        const stream = newStream();
        const opening = [newEvent(), newEvent()];
        const more = [newEvent()];
        const first = await store.append(stream, 'no_stream', opening);
        expect(await store.append(stream, 'no_stream', opening)).toEqual(first);
        const second = await store.append(stream, 1, more);
        expect(await store.append(stream, 1, more)).toEqual(second);
        expect(await store.append(stream, 'no_stream', opening)).toEqual(first);
        expect(idsOf(await list(store.readStream(stream)))).toEqual(idsOf([...opening, ...more]));
      });

      test('repeated at the same moment, appends once', async () => {
        const stream = newStream();
        const events = [newEvent(), newEvent()];
        const results = await Promise.all(
          Array.from({ length: 10 }, () => store.append(stream, 'no_stream', events)),
        );
        expect(new Set(results.map((r) => r.revision))).toEqual(new Set([1]));
        expect(idsOf(await list(store.readStream(stream)))).toEqual(idsOf(events));
      });

      test('repeated with one more event is no repetition', async () => {
        const stream = newStream();
        const event = newEvent();
        await store.append(stream, 'no_stream', [event]);
        await expect(store.append(stream, 'no_stream', [event, newEvent()])).rejects.toBeInstanceOf(
          WrongExpectedRevision,
        );
        expect(idsOf(await list(store.readStream(stream)))).toEqual([event.id]);
      });

      test('lets exactly one of many win at the same revision', async () => {
        const stream = newStream();
        await store.append(stream, 'no_stream', [newEvent()]);
        const attempts = Array.from({ length: 50 }, () => newEvent());
        const outcomes = await Promise.allSettled(attempts.map((event) => store.append(stream, 0, [event])));
        const winners = attempts.filter((_, at) => outcomes[at]?.status === 'fulfilled');
        expect(winners).toHaveLength(1);
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') {
            expect(outcome.reason).toBeInstanceOf(WrongExpectedRevision);
            expect(outcome.reason).toMatchObject({ stream, expected: 0, actual: 1 });
          }
        }
        const [, second, ...more] = await list(store.readStream(stream));
        expect(second?.id).toBe(winners[0]?.id);
        expect(more).toEqual([]);
      });

      test('serves a hot stream and many others at once, and loses nothing', async () => {
        const hot = newStream();
        const streams = Array.from({ length: 100 }, () => newStream());
        const hotEvents = Array.from({ length: 60 }, () => newEvent());
        const appendToHot = async (event: NewEvent): Promise<void> => {
          for (let done = false; !done;) {
            const [last] = await list(store.readStream(hot, { direction: 'backwards', limit: 1 }));
            try {
              await store.append(hot, last?.revision ?? 'no_stream', [event]);
              done = true;
            } catch (error) {
              if (!(error instanceof WrongExpectedRevision)) throw error;
            }
          }
        };
        await Promise.all([
          ...hotEvents.map(appendToHot),
          ...streams.map((stream) => store.append(stream, 'no_stream', [newEvent(), newEvent()])),
        ]);
        const stored = await list(store.readStream(hot));
        expect(stored.map((e) => e.revision)).toEqual(hotEvents.map((_, at) => at));
        expect(new Set(idsOf(stored))).toEqual(new Set(idsOf(hotEvents)));
        for (const stream of streams) {
          expect((await list(store.readStream(stream))).map((e) => e.revision)).toEqual([0, 1]);
        }
      });
    });

    describe('an event', () => {
      test.each<[string, unknown]>([
        [
          'of every kind of JSON',
          { text: 'a', none: null, yes: true, list: [1, -2.5, 1e21, []], inner: { empty: {} } },
        ],
        [
          'of many scripts',
          { name: 'Ærøskøbing — Žižkov · 日本 · \u{1F9FE} · \u0000 \u001f \u2028 "quoted" \\' },
        ],
        ['that is only a text', '125.00'],
        ['that is null', null],
        ['of 500 kB', { note: 'x§'.repeat(80_000) }],
      ])('%s comes back as it was', async (_, data) => {
        const stream = newStream();
        const event: NewEvent = {
          ...newEvent(),
          data,
          metadata: { recordedAt: RECORDED_AT, actor: 'Zoë', $correlationId: randomUUID(), more: [data] },
        };
        const { position } = await store.append(stream, 'no_stream', [event]);
        expect(await list(store.readStream(stream))).toEqual([{ ...event, stream, revision: 0, position }]);
      });

      test('comes back the same, whether its data came as text too or not', async () => {
        const stream = newStream();
        const data = { name: 'Žižkov "7"', amount: '1.50', none: null };
        const [withText, without]: [NewEvent, NewEvent] = [
          { ...newEvent(), data },
          { ...newEvent(), data },
        ];
        await store.append(stream, 'no_stream', [{ ...withText, text: JSON.stringify(data) }, without]);
        const position = expect.any(String) as unknown;
        expect(await list(store.readStream(stream))).toEqual([
          { ...withText, stream, revision: 0, position },
          { ...without, stream, revision: 1, position },
        ]);
      });

      test('is the same in its stream, in the whole log and in a subscription', async () => {
        const before = await store.head();
        const stream = newStream();
        const result = await store.append(stream, 'no_stream', [newEvent()]);
        const [own] = await list(store.readStream(stream));
        expect(own?.position).toBe(result.position);
        expect(ofStreams([stream], await list(store.readAll({ after: before })))).toEqual([own]);
        const followed = await follow(store, before, (events) => ofStreams([stream], events).length === 1);
        expect(ofStreams([stream], followed.events)).toEqual([own]);
      });
    });

    describe('reading a stream', () => {
      let stream: string;
      beforeAll(async () => {
        stream = newStream();
        for (let revision = -1; revision < 2_499; revision += 500) {
          const events = Array.from({ length: 500 }, () => newEvent());
          await store.append(stream, revision === -1 ? 'no_stream' : revision, events);
        }
      });
      const revisions = async (options: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
        (await list(store.readStream(stream, options))).map((e) => e.revision);

      test('gives all of it, forwards', async () => {
        expect(await revisions({})).toEqual(range(0, 2_499));
      });
      test('gives all of it, backwards', async () => {
        expect(await revisions({ direction: 'backwards' })).toEqual(range(0, 2_499).reverse());
      });
      test('starts at a revision, in both directions', async () => {
        expect(await revisions({ from: 2_490 })).toEqual(range(2_490, 2_499));
        expect(await revisions({ from: 3, direction: 'backwards' })).toEqual([3, 2, 1, 0]);
      });
      test('ends at a limit, in both directions', async () => {
        expect(await revisions({ limit: 3 })).toEqual([0, 1, 2]);
        expect(await revisions({ limit: 1_200, from: 100 })).toEqual(range(100, 1_299));
        expect(await revisions({ limit: 1, direction: 'backwards' })).toEqual([2_499]);
        expect(await revisions({ limit: 3, from: 10, direction: 'backwards' })).toEqual([10, 9, 8]);
        expect(await revisions({ limit: 0 })).toEqual([]);
      });
      test('gives nothing beyond the end, and all of it backwards from there', async () => {
        expect(await revisions({ from: 2_500 })).toEqual([]);
        expect(await revisions({ from: 9_999, direction: 'backwards', limit: 2 })).toEqual([2_499, 2_498]);
      });
      test('that does not exist gives nothing', async () => {
        expect(await list(store.readStream(newStream()))).toEqual([]);
        expect(await list(store.readStream(newStream(), { direction: 'backwards', from: 4 }))).toEqual([]);
      });
      test('may be left early', async () => {
        for await (const event of store.readStream(stream)) {
          expect(event.revision).toBe(0);
          break;
        }
        expect(await revisions({ limit: 2 })).toEqual([0, 1]);
      });
      test('sees an append as soon as it is answered', async () => {
        const own = newStream();
        for (let revision = -1; revision < 50; revision += 1) {
          await store.append(own, revision === -1 ? 'no_stream' : revision, [newEvent()]);
          const [last] = await list(store.readStream(own, { direction: 'backwards', limit: 1 }));
          expect(last?.revision).toBe(revision + 1);
        }
      });
    });

    describe('reading the whole log', () => {
      test('gives the events of all streams in one rising order', async () => {
        const before = await store.head();
        const streams = [newStream(), newStream(), newStream()];
        const order: string[] = [];
        for (let round = 0; round < 10; round += 1) {
          for (const stream of streams) {
            await store.append(stream, round === 0 ? 'no_stream' : round - 1, [newEvent()]);
            order.push(`${stream}@${round}`);
          }
        }
        const events = await list(store.readAll({ after: before }));
        expect(isRising(events.map((e) => e.position))).toBe(true);
        expect(ofStreams(streams, events).map((e) => `${e.stream}@${e.revision}`)).toEqual(order);
      });

      test('begins after a position and ends at a limit', async () => {
        const stream = newStream();
        const { position } = await store.append(stream, 'no_stream', [newEvent()]);
        await store.append(stream, 0, [newEvent(), newEvent(), newEvent()]);
        const rest = await list(store.readAll({ after: position }));
        expect(ofStreams([stream], rest).map((e) => e.revision)).toEqual([1, 2, 3]);
        expect(await list(store.readAll({ after: position, limit: 2 }))).toEqual(rest.slice(0, 2));
        expect(await list(store.readAll({ after: rest[0]!.position, limit: 1 }))).toEqual([rest[1]]);
        expect(await list(store.readAll({ after: position, limit: 0 }))).toEqual([]);
      });

      test('begins at the beginning when no position is given', async () => {
        const stream = newStream();
        await store.append(stream, 'no_stream', [newEvent()]);
        const [first, second] = await list(store.readAll({ limit: 2 }));
        expect(first).toBeDefined();
        const [followed] = (await follow(store, undefined, (events) => events.length > 0)).events;
        expect(followed).toEqual(first);
        if (second !== undefined) {
          expect(await list(store.readAll({ after: first!.position, limit: 1 }))).toEqual([second]);
        }
      });
    });

    describe('a stream beside the accounts', () => {
      test.each(['remittance', 'control', 'deposit'])('%s- is of the log as an account is', async (kind) => {
        const before = await store.head();
        const [account, beside] = [newStream(), newStream(kind)];
        await store.append(account, 'no_stream', [newEvent()]);
        await store.append(beside, 'no_stream', [newEvent(), newEvent()]);
        const { position } = await store.append(beside, 1, [newEvent()]);
        expect(hasReached(await store.head(), position)).toBe(true);
        const own = await list(store.readStream(beside));
        expect(own.map((e) => e.revision)).toEqual([0, 1, 2]);
        const streams = [account, beside];
        const read = ofStreams(streams, await list(store.readAll({ after: before })));
        expect(read.map((e) => e.stream)).toEqual([account, beside, beside, beside]);
        expect(read.slice(1)).toEqual(own);
        const followed = await follow(store, before, (events) => ofStreams(streams, events).length === 4);
        expect(ofStreams(streams, followed.events)).toEqual(read);
      });
    });

    describe('a subscription', () => {
      test('catches up and goes on live without gap or duplicate while 2,000 events are appended', async () => {
        const before = await store.head();
        const streams = Array.from({ length: 20 }, () => newStream());
        const { promise: halfWay, resolve: reachHalf } = Promise.withResolvers<undefined>();
        let appended = 0;
        const appendTo = async (stream: string): Promise<void> => {
          for (let next = 0; next < 100; next += 2) {
            await store.append(stream, next === 0 ? 'no_stream' : next - 1, [newEvent(), newEvent()]);
            appended += 2;
            if (appended === 1_000) reachHalf(undefined);
          }
        };
        const appending = Promise.all(streams.map(appendTo));
        const complete = (events: StoredEvent[]): boolean => ofStreams(streams, events).length >= 2_000;
        const fromTheStart = follow(store, before, complete);
        await halfWay;
        const fromHalfWay = follow(store, before, complete, 64);
        await appending;
        const log = await list(store.readAll({ after: before }));
        for (const { batches, events } of [await fromTheStart, await fromHalfWay]) {
          const own = ofStreams(streams, events);
          expect(own).toEqual(ofStreams(streams, log));
          for (const stream of streams) {
            expect(ofStreams([stream], own).map((e) => e.revision)).toEqual(range(0, 99));
          }
          expect(isRising(events.map((e) => e.position))).toBe(true);
          expect(neverFalls(batches.map((b) => b.checkpoint))).toBe(true);
        }
        expect(Math.max(...(await fromHalfWay).batches.map((b) => b.events.length))).toBeLessThanOrEqual(64);
      });

      test('goes on from any checkpoint with what comes after it', async () => {
        const before = await store.head();
        const stream = newStream();
        await store.append(
          stream,
          'no_stream',
          Array.from({ length: 50 }, () => newEvent()),
        );
        const whole = (wanted: number) => (events: StoredEvent[]) =>
          ofStreams([stream], events).length === wanted;
        const { batches } = await follow(store, before, whole(50), 7);
        let seen = 0;
        for (const batch of batches) {
          seen += ofStreams([stream], batch.events).length;
          if (seen === 50) break;
          const rest = await follow(store, batch.checkpoint, whole(50 - seen));
          expect(ofStreams([stream], rest.events).map((e) => e.revision)).toEqual(range(seen, 49));
        }
        expect(seen).toBe(50);
      });

      test('says when it has caught up, and only then', async () => {
        const before = await store.head();
        const stream = newStream();
        await store.append(
          stream,
          'no_stream',
          Array.from({ length: 30 }, () => newEvent()),
        );
        const { batches } = await follow(store, before, (_, batch) => batch.caughtUp, 10);
        expect(
          ofStreams(
            [stream],
            batches.flatMap((b) => b.events),
          ).map((e) => e.revision),
        ).toEqual(range(0, 29));
        expect(batches.slice(0, -1).map((b) => b.caughtUp)).toEqual(batches.slice(0, -1).map(() => false));
      });

      test('follows the log from its end', async () => {
        const stream = newStream();
        const head = (await store.append(stream, 'no_stream', [newEvent()])).position;
        const following = follow(store, head, (events) => ofStreams([stream], events).length === 2);
        await store.append(stream, 0, [newEvent()]);
        await store.append(stream, 1, [newEvent()]);
        expect(ofStreams([stream], (await following).events).map((e) => e.revision)).toEqual([1, 2]);
      });

      test('ends when its signal is given while it waits', async () => {
        const abort = new AbortController();
        const stream = newStream();
        const before = await store.head();
        await store.append(stream, 'no_stream', [newEvent()]);
        const batches = store.subscribeToAll({ after: before, signal: abort.signal })[Symbol.asyncIterator]();
        await batches.next();
        let last = batches.next();
        // Once these later reads are answered, the subscription has mostly had its answer too, and waits.
        await list(store.readStream(stream));
        await list(store.readStream(stream));
        abort.abort();
        // A server under load may have said only now how far it is: what was under way comes, and nothing after it.
        if (!(await last).done) last = batches.next();
        expect(await last).toEqual({ done: true, value: undefined });
      });

      test('ends when its signal is given between two batches, or was given before', async () => {
        const abort = new AbortController();
        const stream = newStream();
        const before = await store.head();
        await store.append(stream, 'no_stream', [newEvent(), newEvent(), newEvent()]);
        let batches = 0;
        for await (const _ of store.subscribeToAll({ after: before, signal: abort.signal, batchSize: 1 })) {
          batches += 1;
          abort.abort();
        }
        expect(batches).toBe(1);
        const given = store.subscribeToAll({ after: before, signal: AbortSignal.abort() });
        await endOf(given);
      });
    });

    describe('the head', () => {
      test('has reached every append that was under way when it was asked for', async () => {
        for (let round = 0; round < 20; round += 1) {
          const appends = Array.from({ length: 20 }, () =>
            store.append(newStream(), 'no_stream', [newEvent(), newEvent()]),
          );
          const head = await store.head();
          for (const { position } of await Promise.all(appends))
            expect(hasReached(head, position)).toBe(true);
        }
      });

      test('is where the next events come after', async () => {
        const stream = newStream();
        const head = await store.head();
        const { position } = await store.append(stream, 'no_stream', [newEvent()]);
        expect(head === undefined || BigInt(head) < BigInt(position)).toBe(true);
        expect(ofStreams([stream], await list(store.readAll({ after: head })))).toHaveLength(1);
      });
    });
  });
}

/** A stream that nobody else uses. */
export function newStream(kind = 'account'): string {
  return `${kind}-${randomUUID()}`;
}

/** An event that nobody else appends. */
export function newEvent(): NewEvent {
  return {
    id: randomUUID(),
    type: 'NoteRecorded',
    data: { noteId: randomUUID() },
    metadata: { recordedAt: RECORDED_AT },
  };
}

/** Everything an iteration gives. */
export async function list<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

/** Follows the log until enough of it has been seen. */
export async function follow(
  store: EventStore,
  after: Position | undefined,
  enough: (events: StoredEvent[], batch: SubscriptionBatch) => boolean,
  batchSize?: number,
): Promise<{ events: StoredEvent[]; batches: SubscriptionBatch[] }> {
  const abort = new AbortController();
  const events: StoredEvent[] = [];
  const batches: SubscriptionBatch[] = [];
  const following = async (): Promise<void> => {
    for await (const batch of store.subscribeToAll({ after, signal: abort.signal, batchSize })) {
      batches.push(batch);
      events.push(...batch.events);
      const last = batch.events.at(-1)?.position;
      expect(last === undefined || hasReached(batch.checkpoint, last)).toBe(true);
      if (enough(events, batch)) return;
    }
  };
  try {
    await withinPatience(following(), PATIENCE_MS);
  } finally {
    abort.abort();
  }
  return { events, batches };
}

async function withinPatience(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`nothing came within ${ms} ms`)), ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function endOf(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

async function expectWrongRevision(
  append: Promise<unknown>,
  facts: Pick<WrongExpectedRevision, 'stream' | 'expected' | 'actual'>,
): Promise<void> {
  const error: unknown = await append.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WrongExpectedRevision);
  expect(error).toMatchObject(facts);
}

function idsOf(events: readonly { id: string }[]): string[] {
  return events.map((e) => e.id);
}

function ofStreams(streams: readonly string[], events: readonly StoredEvent[]): StoredEvent[] {
  const wanted = new Set(streams);
  return events.filter((e) => wanted.has(e.stream));
}

function isRising(positions: readonly Position[]): boolean {
  return positions.every((p, at) => at === 0 || BigInt(p) > BigInt(positions[at - 1]!));
}

/** A batch that only says that all is caught up stands where the one before it stood. */
function neverFalls(positions: readonly Position[]): boolean {
  return positions.every((p, at) => at === 0 || hasReached(p, positions[at - 1]!));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}
