import {
  type AppendResult,
  type AllStreamSubscription,
  type AppendToStreamOptions,
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  NotLeaderError,
  type Position,
  type ResolvedEvent,
  StreamNotFoundError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
  binaryEvent,
  jsonEvent,
  streamNameFilter,
} from '@eventstore/db-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { inNewFolder } from '../support/event-store-folder.js';
import { canMakeCertificates, makeCertificate } from '../support/eventstoredb-double/certificate.js';
import { startCluster } from '../support/eventstoredb-double/cluster.js';
import { Double, startDouble } from '../support/eventstoredb-double/double.js';
import { type FaultRates, type FaultsByPoint, Faults } from '../support/eventstoredb-double/faults.js';
import { serveDouble } from '../support/eventstoredb-double/served-double.js';

const PATIENCE_MS = 15_000;
/** With credentials of its own, an append is a call `Append`; without, it is in a `BatchAppend`. */
const CREDENTIALS = { username: 'admin', password: 'changeit' };
/** An answer that never comes is waited for so long. */
const SHORT_DEADLINE_MS = 250;

/** One that nobody else writes to meanwhile, not even its own projections: what stands next to what is looked at. */
const realServer = process.env.EVENTSTORE_URL_ALONE;

behavesLikeEventStoreDb('the double', async () => {
  const double = await startDouble();
  return { url: double.url, stop: () => double.stop() };
});
if (realServer !== undefined) {
  behavesLikeEventStoreDb('a real server', async () => ({ url: realServer, stop: async () => undefined }));
}

/** What the double is a double of: every test passes on a real server too. */
function behavesLikeEventStoreDb(
  name: string,
  start: () => Promise<{ url: string; stop: () => Promise<void> }>,
): void {
  describe(`${name}, asked by the client,`, () => {
    let client: EventStoreDBClient;
    let stop: () => Promise<void>;
    beforeAll(async () => {
      const server = await start();
      stop = server.stop;
      client = EventStoreDBClient.connectionString(server.url);
    });
    afterAll(async () => {
      await client.dispose();
      await stop();
    });

    describe.each([
      ['appends by calls of their own', CREDENTIALS],
      ['appends in batches', undefined],
    ])('in %s,', (_, credentials) => {
      const options = (expectedRevision: AppendToStreamOptions['expectedRevision']): AppendToStreamOptions =>
        credentials === undefined ? { expectedRevision } : { expectedRevision, credentials };

      test('stores JSON and bytes and gives them back as they were', async () => {
        const stream = newStream();
        const id = randomUUID();
        const data = { text: 'Ærø · 日本 · \u0000', number: 1.25, none: null, list: [1e21, []] };
        const before = Date.now();
        const first = await client.appendToStream(
          stream,
          [jsonEvent({ id, type: 'Json', data, metadata: { $correlationId: 'a', inner: { of: 'it' } } })],
          options('no_stream'),
        );
        const bytes = Uint8Array.from([0, 1, 2, 254, 255]);
        const second = await client.appendToStream(
          stream,
          [binaryEvent({ type: 'Bytes', data: bytes, metadata: bytes })],
          options(0n),
        );
        expect([first, second]).toMatchObject([
          { success: true, nextExpectedRevision: 0n },
          { success: true, nextExpectedRevision: 1n },
        ]);
        const [json, binary] = await listed(client.readStream(stream));
        expect(json!.event).toMatchObject({
          streamId: stream,
          id,
          type: 'Json',
          isJson: true,
          revision: 0n,
          data,
          metadata: { $correlationId: 'a', inner: { of: 'it' } },
          position: first.position,
        });
        expect(json!.commitPosition).toBe(first.position!.commit);
        expect(json!.event!.created.getTime()).toBeGreaterThanOrEqual(before - 1);
        expect(json!.event!.created.getTime()).toBeLessThanOrEqual(Date.now() + 1);
        expect(binary!.event).toMatchObject({ type: 'Bytes', isJson: false, revision: 1n });
        expect(Buffer.from(binary!.event!.data as Uint8Array)).toEqual(Buffer.from(bytes));
        expect(Buffer.from(binary!.event!.metadata as Uint8Array)).toEqual(Buffer.from(bytes));
      });

      test('answers a repeated append as the first time, and tells it from another one', async () => {
        const stream = newStream();
        const opening = newEvents(2);
        const more = newEvents(2);
        const first = await client.appendToStream(stream, opening, options('no_stream'));
        const second = await client.appendToStream(stream, more, options(1n));
        expect(await client.appendToStream(stream, opening, options('no_stream'))).toEqual(first);
        expect(await client.appendToStream(stream, more, options(1n))).toEqual(second);
        const longer = client.appendToStream(stream, [...more, ...newEvents(1)], options(1n));
        await expect(longer).rejects.toBeInstanceOf(WrongExpectedVersionError);
        expect(await listed(client.readStream(stream))).toHaveLength(4);
      });

      test('refuses a wrong revision and says where the stream is', async () => {
        const stream = newStream();
        expect(await rejected(client.appendToStream(stream, newEvents(1), options(3n)))).toMatchObject({
          type: 'wrong-expected-version',
          streamName: stream,
          expectedVersion: 3n,
          actualVersion: 'no_stream',
        });
        await client.appendToStream(stream, newEvents(2), options('no_stream'));
        expect(
          await rejected(client.appendToStream(stream, newEvents(1), options('no_stream'))),
        ).toMatchObject({ expectedVersion: 'no_stream', actualVersion: 1n });
        expect(await rejected(client.appendToStream(stream, newEvents(1), options(0n)))).toMatchObject({
          expectedVersion: 0n,
          actualVersion: 1n,
        });
        const missing = newStream();
        expect(
          await rejected(client.appendToStream(missing, newEvents(1), options('stream_exists'))),
        ).toMatchObject({ expectedVersion: 'stream_exists', actualVersion: 'no_stream' });
        const any = await client.appendToStream(missing, newEvents(1), options('any'));
        expect(any.nextExpectedRevision).toBe(0n);
      });

      test('refuses more than it takes in one append', async () => {
        const large = jsonEvent({ type: 'Large', data: 'x'.repeat(600_000) });
        const stream = newStream();
        await client.appendToStream(stream, [large], options('no_stream'));
        const both = [jsonEvent({ ...large, id: randomUUID() }), jsonEvent({ ...large, id: randomUUID() })];
        const error = await rejected(client.appendToStream(stream, both, options(0n)));
        expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
        expect(error).toMatchObject({ maxAppendSize: 1_048_576 });
        expect(await listed(client.readStream(stream))).toHaveLength(1);
      });
    });

    test('reads a stream either way, from anywhere, up to a limit', async () => {
      const stream = newStream();
      await client.appendToStream(stream, newEvents(6), options('no_stream'));
      const revisions = async (read: Parameters<EventStoreDBClient['readStream']>[1]): Promise<number[]> =>
        (await listed(client.readStream(stream, read))).map(({ event }) => Number(event!.revision));
      expect(await revisions({})).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await revisions({ fromRevision: 4n })).toEqual([4, 5]);
      expect(await revisions({ fromRevision: 1n, maxCount: 2 })).toEqual([1, 2]);
      expect(await revisions({ fromRevision: 6n })).toEqual([]);
      expect(await revisions({ direction: 'backwards', fromRevision: 'end', maxCount: 2 })).toEqual([5, 4]);
      expect(await revisions({ direction: 'backwards', fromRevision: 2n })).toEqual([2, 1, 0]);
      expect(await revisions({ direction: 'backwards', fromRevision: 90n, maxCount: 1 })).toEqual([5]);
      expect(await revisions({ direction: 'backwards', fromRevision: 'start' })).toEqual([0]);
      const missing = newStream();
      const error = await rejected(listed(client.readStream(missing)));
      expect(error).toBeInstanceOf(StreamNotFoundError);
      expect(error).toMatchObject({ streamName: missing });
    });

    test('reads the log forwards from a position on, and backwards from before it', async () => {
      const stream = newStream();
      const positions: Position[] = [];
      for (let next = 0; next < 4; next += 1) {
        const revision = next === 0 ? 'no_stream' : BigInt(next - 1);
        positions.push((await client.appendToStream(stream, newEvents(1), options(revision))).position!);
      }
      const read = async (wanted: Parameters<EventStoreDBClient['readAll']>[0]): Promise<string[]> =>
        (await listed(client.readAll({ credentials: CREDENTIALS, ...wanted }))).map(
          ({ event }) => `${event!.streamId}@${event!.revision}`,
        );
      const places = [0, 1, 2, 3].map((revision) => `${stream}@${revision}`);
      expect(await read({ fromPosition: positions[1]! })).toEqual(places.slice(1));
      expect(await read({ fromPosition: positions[1]!, maxCount: 2 })).toEqual(places.slice(1, 3));
      const backwards = { direction: 'backwards' as const };
      expect(await read({ ...backwards, fromPosition: positions[2]!, maxCount: 2 })).toEqual(
        places.slice(0, 2).reverse(),
      );
      expect(await read({ ...backwards, fromPosition: 'end', maxCount: 4 })).toEqual(places.toReversed());
      expect(await read({ fromPosition: 'end' })).toEqual([]);
      expect(await read({ ...backwards, fromPosition: 'start' })).toEqual([]);
    });

    test('gives thousands of events to a reader who is slower than it', async () => {
      const stream = newStream();
      for (let next = 0; next < 6; next += 1) {
        await client.appendToStream(
          stream,
          newEvents(1_000, 'x'.repeat(500)),
          options(next === 0 ? 'no_stream' : BigInt(1_000 * next - 1)),
        );
      }
      let expected = 0n;
      for await (const { event } of client.readStream(stream)) {
        if (event!.revision !== expected) break;
        expected += 1n;
        if (expected % 1_000n === 0n) await after(20);
      }
      expect(expected).toBe(6_000n);
    });

    test('follows streams by the beginning of their names, and says when it has caught up', async () => {
      const run = randomUUID();
      const [own, other, foreign] = [`account-${run}-1`, `account-${run}-2`, `order-${run}`];
      const { position } = await client.appendToStream(own, newEvents(1), options('no_stream'));
      await client.appendToStream(foreign, newEvents(3), options('no_stream'));
      await client.appendToStream(other, newEvents(2), options('no_stream'));
      const seen = watch(client, position!, `account-${run}`);
      await seen.until(() => seen.log.includes('caughtUp'));
      await client.appendToStream(foreign, newEvents(1), options(2n));
      await client.appendToStream(own, newEvents(1), options(0n));
      await seen.until(() => seen.events.length === 3);
      await seen.end();
      expect(seen.log).toEqual(['confirmation', `${other}@0`, `${other}@1`, 'caughtUp', `${own}@1`]);
    });

    test('follows from the end, and one stream alone', async () => {
      const stream = newStream();
      await client.appendToStream(stream, newEvents(3), options('no_stream'));
      const fromTheEnd = watch(client, 'end', stream);
      await fromTheEnd.until(() => fromTheEnd.log.includes('caughtUp'));
      await client.appendToStream(stream, newEvents(1), options(2n));
      await fromTheEnd.until(() => fromTheEnd.events.length === 1);
      await fromTheEnd.end();
      expect(fromTheEnd.log).toEqual(['confirmation', 'caughtUp', `${stream}@3`]);
      const alone = client.subscribeToStream(stream, { fromRevision: 1n });
      const revisions: bigint[] = [];
      for await (const { event } of alone) if (revisions.push(event!.revision) === 2) break;
      expect(revisions).toEqual([2n, 3n]);
    });

    test('tells how far it has looked where there is nothing for the subscriber', async () => {
      const run = randomUUID();
      const appended = await client.appendToStream(`order-${run}`, newEvents(1), options('no_stream'));
      const last = await client.appendToStream(`order-${run}`, newEvents(95), options(0n));
      const seen = watch(client, appended.position!, `account-${run}`, { maxSearchWindow: 10 });
      await seen.until(() => seen.log.includes('caughtUp'));
      const { checkpoints } = seen;
      expect(seen.log).toEqual(['confirmation', ...checkpoints.map(() => 'checkpoint'), 'caughtUp']);
      expect(checkpoints).toHaveLength(9);
      const log = await listed(
        client.readAll({ fromPosition: appended.position!, maxCount: 96, credentials: CREDENTIALS }),
      );
      const positions = log.map(({ event }) => event!.position!.commit);
      // It names where a page of ten began: between the page before and its first event.
      const pages = checkpoints.map(({ commit }) => positions.findIndex((at) => at >= commit) - 1);
      expect(pages).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80]);
      expect(checkpoints.every(({ prepare }) => prepare === 0n)).toBe(true);

      const live = await client.appendToStream(`order-${run}`, newEvents(10), options(95n));
      await seen.until(() => seen.checkpoints.length === 10);
      await seen.end();
      const reached = seen.checkpoints.at(-1)!;
      expect(reached.commit).toBe(reached.prepare);
      expect(reached.commit).toBeGreaterThan(last.position!.commit);
      expect(reached.commit).toBeLessThanOrEqual(live.position!.commit);

      await client.appendToStream(`account-${run}`, newEvents(2), options('no_stream'));
      const again = watch(client, reached, `account-${run}`);
      await again.until(() => again.events.length === 2);
      await again.end();
    });

    test('has no answer to a read of nothing', async () => {
      const stream = newStream();
      await client.appendToStream(stream, newEvents(1), options('no_stream'));
      const error = await rejected(listed(client.readStream(stream, { maxCount: 0 })));
      expect(error).toBeInstanceOf(UnknownError);
    });
  });
}

describe('a fault of the double reaches the client as the error that the server causes:', () => {
  let double: Double;
  let client: EventStoreDBClient;
  let stream: string;
  beforeAll(async () => {
    double = await startDouble();
  });
  beforeEach(async () => {
    client = EventStoreDBClient.connectionString(double.url);
    stream = newStream();
    await client.appendToStream(stream, newEvents(50), options('no_stream'));
  });
  afterEach(async () => {
    double.faults.clear();
    await client.dispose();
  });
  afterAll(() => double.stop());

  describe('an append', () => {
    test.each<[FaultsByPoint['append'], string, 'written' | 'not written']>([
      ['drop_before', 'UnavailableError', 'not written'],
      ['drop_after', 'UnavailableError', 'written'],
      ['hang_before', 'DeadlineExceededError', 'not written'],
      ['hang_after', 'DeadlineExceededError', 'written'],
      ['timeout', 'TimeoutError', 'not written'],
      ['timeout_after', 'TimeoutError', 'written'],
      ['deadline_exceeded', 'DeadlineExceededError', 'not written'],
      ['deadline_exceeded_after', 'DeadlineExceededError', 'written'],
      ['unavailable', 'UnavailableError', 'not written'],
      ['not_leader', 'NotLeaderError', 'not written'],
      ['access_denied', 'AccessDeniedError', 'not written'],
      ['wrong_credentials', 'AccessDeniedError', 'not written'],
      ['wrong_revision', 'WrongExpectedVersionError', 'not written'],
    ])('that meets %s ends with %s and is %s', async (kind, expected, written) => {
      const happened = double.faults.count('append', kind);
      double.faults.next('append', kind);
      const events = newEvents(2);
      const wish = { ...options(49n), deadline: SHORT_DEADLINE_MS };
      const error = await rejected(client.appendToStream(stream, events, wish));
      expect(nameOf(error)).toBe(expected);
      expect(double.faults.count('append', kind)).toBe(happened + 1);
      expect(await double.log.lastRevision(stream)).toBe(written === 'written' ? 51 : 49);
      if (error instanceof NotLeaderError) {
        expect(error.leader).toEqual({ address: '127.0.0.1', port: double.address.port });
      }
      if (error instanceof WrongExpectedVersionError) expect(error.actualVersion).toBe(49n);
      // Once is once: the same client is served again, and what was written counts as this.
      const again = await client.appendToStream(stream, events, options(49n));
      expect(again.nextExpectedRevision).toBe(51n);
    });

    test('happens as often as it was planned, after as many as were let through', async () => {
      double.faults.next('append', 'timeout', { skip: 1, times: 2 });
      const outcomes: string[] = [];
      for (let next = 0; next < 5; next += 1) {
        const result = client.appendToStream(newStream(), newEvents(1), options('no_stream'));
        outcomes.push(await result.then(() => 'done', nameOf));
      }
      expect(outcomes).toEqual(['done', 'TimeoutError', 'TimeoutError', 'done', 'done']);
    });
  });

  describe('a read', () => {
    test.each<[FaultsByPoint['read'], string]>([
      ['drop', 'UnavailableError'],
      ['timeout', 'TimeoutError'],
      ['deadline_exceeded', 'DeadlineExceededError'],
      ['unavailable', 'UnavailableError'],
      ['not_leader', 'NotLeaderError'],
      ['access_denied', 'AccessDeniedError'],
      ['wrong_credentials', 'AccessDeniedError'],
    ])('that meets %s ends with %s, at once or after events', async (kind, expected) => {
      for (const afterEvents of [0, 20]) {
        const happened = double.faults.count('read', kind);
        double.faults.next('read', kind, { afterEvents });
        const events: ResolvedEvent[] = [];
        const reading = (async () => {
          for await (const event of client.readStream(stream)) events.push(event);
        })();
        expect(nameOf(await rejected(reading))).toBe(expected);
        expect(double.faults.count('read', kind)).toBe(happened + 1);
        // The client drops what it has not handed over when an error comes.
        expect(events.length).toBeLessThanOrEqual(afterEvents);
      }
      expect(await listed(client.readStream(stream))).toHaveLength(50);
    });

    test('stops in the middle and never ends, while others are served', async () => {
      double.faults.next('read', 'hang', { afterEvents: 20 });
      const hanging = client.readStream(stream);
      const revisions: number[] = [];
      let ended = false;
      hanging
        .on('data', ({ event }) => revisions.push(Number(event!.revision)))
        .on('end', () => (ended = true));
      await eventually(() => revisions.length === 20);
      expect(await listed(client.readStream(stream))).toHaveLength(50);
      expect(revisions).toHaveLength(20);
      expect(ended).toBe(false);
      await hanging.cancel();
      await eventually(() => ended);
    });
  });

  describe('a subscription', () => {
    test.each<[FaultsByPoint['subscribe'], string]>([
      ['drop', 'UnavailableError'],
      ['unavailable', 'UnavailableError'],
      ['not_leader', 'NotLeaderError'],
      ['access_denied', 'AccessDeniedError'],
      ['wrong_credentials', 'AccessDeniedError'],
    ])('that is not opened: %s is %s', async (kind, expected) => {
      double.faults.next('subscribe', kind);
      const seen = watch(client, 'start', stream);
      await seen.until(() => seen.log.length > 0);
      expect(seen.log).toEqual([expected]);
    });

    test('that is never opened says nothing', async () => {
      double.faults.next('subscribe', 'hang');
      const hanging = watch(client, 'start', stream);
      await hanging.until(() => double.faults.count('subscribe', 'hang') === 1);
      const served = watch(client, 'start', stream);
      await served.until(() => served.log.includes('caughtUp'));
      expect(hanging.log).toEqual([]);
      await hanging.end();
      await served.end();
    });

    test.each<[FaultsByPoint['delivery'], string]>([
      ['drop', 'UnavailableError'],
      ['end', 'end'],
      ['unavailable', 'UnavailableError'],
      ['timeout', 'TimeoutError'],
      ['deadline_exceeded', 'DeadlineExceededError'],
      ['not_leader', 'NotLeaderError'],
      ['access_denied', 'AccessDeniedError'],
      ['wrong_credentials', 'AccessDeniedError'],
    ])('stops in the middle: %s is %s', async (kind, expected) => {
      const seen = watch(client, 'start', stream);
      await seen.until(() => seen.log.includes('caughtUp'));
      await expectSubscriptions(double, 1);
      double.faults.next('delivery', kind, { skip: 1 });
      await double.appendForeign(stream, 3); // Not by the client, whose connection may be cut.
      await seen.until(() => seen.log.at(-1) === expected);
      const since = seen.log.slice(seen.log.indexOf('caughtUp') + 1);
      const given = since.filter((what) => what.includes('@'));
      // A connection that is cut may take with it what was on its way.
      if (kind === 'drop') expect(given).not.toContain(`${stream}@51`);
      else expect(given).toEqual([`${stream}@50`]);
      await expectSubscriptions(double, 0);
    });

    test('is silent in the middle, with the connection open', async () => {
      const silent = watch(client, 'start', stream);
      await silent.until(() => silent.log.includes('caughtUp'));
      double.faults.next('delivery', 'silence');
      await client.appendToStream(stream, newEvents(1), options(49n));
      await silent.until(() => double.faults.count('delivery', 'silence') === 1);
      const served = watch(client, 'start', stream);
      await served.until(() => served.events.length === 51);
      await client.appendToStream(stream, newEvents(1), options(50n));
      await served.until(() => served.events.length === 52);
      expect(silent.events).toHaveLength(50);
      expect(silent.log.at(-1)).toBe('caughtUp');
      await silent.end();
      await served.end();
    });

    test('gives events once more', async () => {
      double.faults.next('delivery', 'duplicates', { skip: 9 });
      const seen = watch(client, 'start', stream);
      await seen.until(() => seen.log.includes('caughtUp'));
      await seen.end();
      const revisions = seen.events.map(({ event }) => Number(event!.revision));
      const range = (first: number, last: number): number[] =>
        Array.from({ length: last - first + 1 }, (_, at) => first + at);
      expect(revisions).toEqual([...range(0, 9), ...range(2, 9), ...range(10, 49)]);
    });

    test('ends with a restart, after which the same client is served on the same port', async () => {
      const seen = watch(client, 'start', stream);
      await seen.until(() => seen.log.includes('caughtUp'));
      const { port } = double.address;
      const restarted = double.restart({ downMs: 50 });
      await seen.until(() => seen.log.at(-1) === 'UnavailableError');
      await restarted;
      expect(double.address.port).toBe(port);
      expect(await listed(client.readStream(stream))).toHaveLength(50);
      const again = watch(client, seen.events.at(-1)!.event!.position!, stream);
      await client.appendToStream(stream, newEvents(1), options(49n));
      await again.until(() => again.events.length === 1);
      await again.end();
    });
  });

  test('a delay holds every answer back', async () => {
    double.faults.always({ delayMs: 80 });
    const begin = performance.now();
    await client.appendToStream(stream, newEvents(1), options(49n));
    const appended = performance.now();
    await listed(client.readStream(stream, { maxCount: 1 }));
    expect(appended - begin).toBeGreaterThanOrEqual(79);
    expect(performance.now() - appended).toBeGreaterThanOrEqual(79);
  });

  test('the log may hold events of others', async () => {
    await double.appendForeign('$scavenges', 2);
    await double.appendForeign('order-1', 3, { isJson: false });
    expect(await listed(client.readStream('$scavenges'))).toHaveLength(2);
    const foreign = await listed(client.readStream('order-1'));
    expect(foreign.map(({ event }) => event!.isJson)).toEqual([false, false, false]);
  });
});

test('faults by chance are the same for the same seed, about as many as they should be', () => {
  const rates: FaultRates = { append: { drop_after: 0.1, timeout: 0.05 }, read: { drop: 0.2 } };
  const drawn = (seed: number): (string | undefined)[] => {
    const faults = new Faults();
    faults.seeded(seed, rates);
    return Array.from({ length: 2_000 }, () => faults.draw('append')?.kind);
  };
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
  const often = (kind: string): number => drawn(7).filter((one) => one === kind).length;
  expect(often('drop_after')).toBeGreaterThan(150);
  expect(often('drop_after')).toBeLessThan(250);
  expect(often('timeout')).toBeGreaterThan(60);
  expect(often('timeout')).toBeLessThan(140);
  const faults = new Faults();
  faults.seeded(7, rates);
  expect(faults.draw('subscribe')).toBeUndefined();
});

describe('a cluster of doubles', () => {
  test('is discovered by its members, who name their leader when another one has to answer', async () => {
    const cluster = await startCluster();
    const client = EventStoreDBClient.connectionString(cluster.url);
    const follower = cluster.followers[0]!;
    const ofFollower = EventStoreDBClient.connectionString(follower.url);
    const ofFirst = EventStoreDBClient.connectionString(cluster.leader.url);
    try {
      const stream = newStream();
      await client.appendToStream(stream, newEvents(1), { ...options('no_stream'), requiresLeader: true });
      expect(await listed(ofFollower.readStream(stream))).toHaveLength(1);
      const toLeader = { ...options(0n), requiresLeader: true };
      const events = newEvents(1);
      const error = await rejected(ofFollower.appendToStream(stream, events, toLeader));
      expect(error).toBeInstanceOf(NotLeaderError);
      expect(error).toMatchObject({ leader: { port: cluster.leader.address.port } });
      // The client has heard who leads and goes there.
      expect((await ofFollower.appendToStream(stream, events, toLeader)).nextExpectedRevision).toBe(1n);

      await cluster.leader.goAway();
      cluster.elect(follower);
      const next = newEvents(1);
      const afterElection = (): Promise<AppendResult> =>
        client.appendToStream(stream, next, { ...options(1n), requiresLeader: true });
      expect(await rejected(afterElection())).toBeInstanceOf(UnavailableError);
      expect((await afterElection()).nextExpectedRevision).toBe(2n);
      await cluster.members[0]!.comeBack();
      cluster.elect(follower);
      expect(await listed(ofFirst.readStream(stream))).toHaveLength(3);
    } finally {
      await client.dispose();
      await ofFollower.dispose();
      await ofFirst.dispose();
      await cluster.stop();
    }
  });
});

describe('a double with TLS and users', () => {
  const testWithOpenssl = canMakeCertificates() ? test : test.skip;
  testWithOpenssl('lets in who it knows, and administrators alone to the whole log', () =>
    inNewFolder(async (folder) => {
      const users = { admin: 'changeit', clerk: 'se:cret' };
      const double = await startDouble({ certificate: await makeCertificate(folder), users });
      const withUser = (user: string): EventStoreDBClient =>
        EventStoreDBClient.connectionString(double.url.replace('//127.0.0.1', `//${user}localhost`));
      const [admin, clerk, nobody, stranger] = [
        'admin:changeit@',
        `clerk:${encodeURIComponent('se:cret')}@`,
        '',
        'admin:wrong@',
      ].map(withUser) as [EventStoreDBClient, EventStoreDBClient, EventStoreDBClient, EventStoreDBClient];
      try {
        const stream = newStream();
        const revision = { expectedRevision: 'no_stream' } as const;
        await admin.appendToStream(stream, newEvents(1), revision);
        expect(await listed(admin.readAll())).toHaveLength(1);
        expect(await listed(clerk.readStream(stream))).toHaveLength(1);
        expect(await rejected(listed(clerk.readAll()))).toMatchObject({ type: 'access-denied', code: 7 });
        expect(await rejected(listed(nobody.readStream(stream)))).toMatchObject({
          type: 'access-denied',
          code: 7,
        });
        expect(await rejected(listed(stranger.readStream(stream)))).toMatchObject({
          type: 'access-denied',
          code: 16,
        });
      } finally {
        for (const client of [admin, clerk, nobody, stranger]) await client.dispose();
        await double.stop();
      }
    }),
  );
});

describe('a double in a process of its own', () => {
  test('is told what goes wrong, and is killed and started again without losing anything', () =>
    inNewFolder(async (folder) => {
      const served = await serveDouble(folder);
      const client = EventStoreDBClient.connectionString(served.url);
      const stream = newStream();
      const events = newEvents(1);
      await served.tell({ order: 'next', point: 'append', kind: 'drop_after' });
      const error = await rejected(client.appendToStream(stream, events, options('no_stream')));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(await served.tell({ order: 'counts' })).toEqual({ 'append drop_after': 1 });
      await served.tell({ order: 'foreign', stream: 'order-1', count: 2 });
      await served.kill();

      const again = await served.startAgain();
      expect(again.url).toBe(served.url);
      const repeated = await client.appendToStream(stream, events, options('no_stream'));
      expect(repeated).toMatchObject({ nextExpectedRevision: 0n, position: { commit: 1n } });
      expect(await listed(client.readStream('order-1'))).toHaveLength(2);
      await again.tell({ order: 'restart' });
      expect(await listed(client.readStream(stream))).toHaveLength(1);
      await client.dispose();
      await again.stop();
    }));
});

interface Watched {
  /** What happened to the subscription, in order; events as `stream@revision`. */
  log: string[];
  events: ResolvedEvent[];
  checkpoints: Position[];
  until(reached: () => boolean): Promise<void>;
  end(): Promise<void>;
}

/** Subscribes to the streams whose names begin so, and notes what comes. */
function watch(
  client: EventStoreDBClient,
  fromPosition: Position | 'start' | 'end',
  prefix: string,
  window: { maxSearchWindow?: number } = {},
): Watched {
  const log: string[] = [];
  const events: ResolvedEvent[] = [];
  const checkpoints: Position[] = [];
  const noteEnd = (): void => void log.push('end');
  const subscription: AllStreamSubscription = client.subscribeToAll({
    fromPosition,
    credentials: CREDENTIALS,
    filter: streamNameFilter({
      prefixes: [prefix],
      ...window,
      checkpointReached: async (_, position) => {
        log.push('checkpoint');
        checkpoints.push(position);
      },
    }),
  });
  subscription
    .on('confirmation', () => log.push('confirmation'))
    .on('caughtUp', () => log.push('caughtUp'))
    .on('data', (event) => {
      log.push(`${event.event!.streamId}@${event.event!.revision}`);
      events.push(event);
    })
    .on('end', noteEnd)
    .on('error', (error: Error) => log.push(nameOf(error)));
  return {
    log,
    events,
    checkpoints,
    until: async (reached) => {
      try {
        await eventually(reached);
      } catch (error) {
        throw new Error(`waited in vain; there was ${log.join(', ')}`, { cause: error });
      }
    },
    end: async () => {
      subscription.off('end', noteEnd);
      const closed = once(subscription, 'end');
      await subscription.unsubscribe();
      await closed;
    },
  };
}

async function eventually(reached: () => boolean): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  while (!reached()) {
    if (performance.now() > until) throw new Error(`not within ${PATIENCE_MS} ms`);
    await after(5);
  }
}

async function expectSubscriptions(double: Double, count: number): Promise<void> {
  await eventually(() => double.subscriptionCount === count);
}

function options(expectedRevision: AppendToStreamOptions['expectedRevision']): AppendToStreamOptions {
  return { expectedRevision, credentials: CREDENTIALS };
}

function newStream(): string {
  return `account-${randomUUID()}`;
}

function newEvents(count: number, padding = ''): ReturnType<typeof jsonEvent>[] {
  return Array.from({ length: count }, (_, at) =>
    jsonEvent({ id: randomUUID(), type: 'NoteRecorded', data: { at, padding } }),
  );
}

async function listed(source: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> {
  const events: ResolvedEvent[] = [];
  for await (const event of source) events.push(event);
  return events;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : String(error);
}

async function rejected(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}
