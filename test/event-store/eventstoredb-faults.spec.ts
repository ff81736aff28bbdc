import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AppendTooLarge,
  type EventStore,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../../src/event-store/event-store.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { StoreAccessDenied } from '../../src/event-store/eventstoredb/failures.js';
import { canMakeCertificates, makeCertificate } from '../support/eventstoredb-double/certificate.js';
import { type Double, startDouble } from '../support/eventstoredb-double/double.js';
import { follow, list, newEvent, newStream } from './contract.js';

let double: Double;
let store: EventStore;
beforeEach(async () => {
  double = await startDouble();
  store = await openEventStoreDb({ url: double.url, appendWithinMs: 2_000 });
});
afterEach(async () => {
  double.faults.clear();
  await store.close();
  await double.stop();
});

/** A test that waits for seconds, as long as the adapter's patience lasts: such wait side by side, on doubles of their own. */
function testInParallel(
  name: string,
  run: (own: { double: Double; store: EventStore }) => Promise<void>,
): void {
  test.concurrent(
    name,
    async () => {
      const own = await startDouble();
      const opened = await openEventStoreDb({ url: own.url, appendWithinMs: 2_000 });
      try {
        await run({ double: own, store: opened });
      } finally {
        own.faults.clear();
        await opened.close();
        await own.stop();
      }
    },
    60_000,
  );
}

/** So many events of a read the client takes in, its end too, while nobody takes more than the first. */
const HELD_BY_CLIENT = 40;

const isUnavailable = expect.objectContaining({ name: 'StoreUnavailable' });
const idsIn = async (stream: string): Promise<string[]> =>
  (await list(store.readStream(stream))).map(({ id }) => id);

/** Appends to a store that can be reached again: on a machine under load, one append or another may have too little time. */
async function sentUntilTaken(store: EventStore): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      await store.append(newStream(), 'no_stream', [newEvent()]);
      return;
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || left === 0) throw error;
    }
  }
}

/** Lets the members of a cluster say who leads it. */
function lead(leader: Double, cluster: Double[]): void {
  const members = cluster.map(({ address }) => ({
    address,
    state: address.port === leader.address.port ? ('leader' as const) : ('follower' as const),
    alive: true,
  }));
  for (const double of cluster) double.members = members;
}

function urlOf(cluster: Double[]): string {
  return `esdb://${cluster.map(({ address }) => `127.0.0.1:${address.port}`).join(',')}?tls=false`;
}

describe('an append without an answer', () => {
  test.each(['drop_after', 'timeout_after', 'deadline_exceeded_after', 'hang_after'] as const)(
    'is found out by reading when it was done (%s)',
    async (fault) => {
      const stream = newStream();
      const events = [newEvent(), newEvent()];
      double.faults.next('append', fault, { times: Infinity });
      const result = await store.append(stream, 'no_stream', events);
      expect(double.faults.count('append', fault)).toBe(1);
      const [, last] = await list(store.readStream(stream));
      expect(result).toEqual({ revision: 1, position: last!.position });
      expect(await idsIn(stream)).toEqual(events.map(({ id }) => id));
    },
  );

  test.each(['drop_before', 'unavailable', 'timeout', 'not_leader'] as const)(
    'is sent again when it was not done (%s)',
    async (fault) => {
      const stream = newStream();
      double.faults.next('append', fault, { times: 2 });
      await store.append(stream, 'no_stream', [newEvent()]);
      expect(double.faults.count('append', fault)).toBe(2);
      expect(await idsIn(stream)).toHaveLength(1);
    },
  );

  test('is not sent later than it may be, and was not done', async () => {
    const stream = newStream();
    double.faults.next('append', 'hang_before', { times: Infinity });
    await expect(store.append(stream, 'no_stream', [newEvent()])).rejects.toEqual(isUnavailable);
    expect(double.faults.count('append', 'hang_before')).toBe(1);
    double.faults.clear();
    expect(await idsIn(stream)).toEqual([]);
  });

  test('loses to whoever was faster meanwhile', async () => {
    const stream = newStream();
    const theirs = newEvent();
    double.faults.next('append', 'timeout');
    const appending = store.append(stream, 'no_stream', [newEvent()]);
    const other = await openEventStoreDb({ url: double.url });
    // Whichever of the two comes first, exactly one event is there and exactly one was told so.
    const outcomes = await Promise.allSettled([appending, other.append(stream, 'no_stream', [theirs])]);
    await other.close();
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toBeInstanceOf(WrongExpectedRevision);
    expect(await idsIn(stream)).toHaveLength(1);
  });
});

describe('what the server says no to', () => {
  test('a revision, though nothing was written', async () => {
    const stream = newStream();
    double.faults.next('append', 'wrong_revision');
    await expect(store.append(stream, 'no_stream', [newEvent()])).rejects.toBeInstanceOf(
      WrongExpectedRevision,
    );
    await store.append(stream, 'no_stream', [newEvent()]);
  });

  test('a user', async () => {
    double.faults.next('append', 'access_denied');
    await expect(store.append(newStream(), 'no_stream', [newEvent()])).rejects.toBeInstanceOf(
      StoreAccessDenied,
    );
    double.faults.next('read', 'access_denied');
    await expect(list(store.readStream(newStream()))).rejects.toBeInstanceOf(StoreAccessDenied);
    double.faults.next('subscribe', 'access_denied');
    await expect(list(store.readAll())).rejects.toBeInstanceOf(StoreAccessDenied);
  });

  test('too much at once', async () => {
    const large = { ...newEvent(), data: { text: 'x'.repeat(1_100_000) } };
    const append = store.append(newStream(), 'no_stream', [large]);
    await expect(append).rejects.toBeInstanceOf(AppendTooLarge);
    await expect(append).rejects.toMatchObject({ bytesMax: 1024 * 1024 });
  });
});

describe('a subscription', () => {
  test('hears of nothing but the streams of the ledger, and of how far it is', async () => {
    const own = newStream();
    await double.appendForeign('$settings', 3);
    await store.append(own, 'no_stream', [newEvent()]);
    await double.appendForeign('order-1', 20_000);
    await store.append(own, 0, [newEvent()]);
    const { events, batches } = await follow(store, undefined, (_, { caughtUp }) => caughtUp);
    expect(events.map(({ stream, revision }) => [stream, revision])).toEqual([
      [own, 0],
      [own, 1],
    ]);
    expect(batches.filter((batch) => batch.events.length === 0).length).toBeGreaterThan(0);
    const passedBy = batches.findLast((batch) => batch.events.length === 0);
    const rest = await follow(store, passedBy!.checkpoint, (_, { caughtUp }) => caughtUp);
    expect(rest.events.every(({ stream }) => stream === own)).toBe(true);
  });

  test('misses nothing where the event at its checkpoint was scavenged', async () => {
    const stream = newStream();
    await double.appendForeign('order-1', 1);
    const foreign = await double.log.head();
    await store.append(stream, 'no_stream', [newEvent(), newEvent()]);
    double.log.scavenge(foreign);
    const followed = await follow(store, String(foreign), (events) => events.length === 2);
    expect(followed.events.map(({ revision }) => revision)).toEqual([0, 1]);
    expect(await list(store.readAll({ after: String(foreign) }))).toHaveLength(2);
  });

  test('misses nothing where the event at its checkpoint was scavenged at the end of the log', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', [newEvent()]);
    await double.appendForeign('order-1', 1);
    const foreign = await double.log.head();
    double.log.scavenge(foreign);
    const following = follow(store, String(foreign), (events) => events.length === 1);
    await delay(200);
    await store.append(stream, 0, [newEvent()]);
    expect((await following).events.map(({ revision }) => revision)).toEqual([1]);
  });

  test('goes on after the server was away', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', [newEvent()]);
    const following = follow(store, undefined, (events) => events.length === 2);
    await delay(100);
    await double.restart({ downMs: 1_000 });
    await store.append(stream, 0, [newEvent()]);
    expect((await following).events.map(({ revision }) => revision)).toEqual([0, 1]);
  });
});

describe('a read', () => {
  const many = Array.from({ length: 3_000 }, () => newEvent());

  test('is complete though a subscription of the same process ends meanwhile', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', many);
    double.faults.next('delivery', 'end', { skip: 1 });
    const following = follow(store, undefined, (events) => events.length >= many.length);
    let read = 0;
    for await (const _ of store.readStream(stream)) {
      read += 1;
      if (read % 100 === 0) await delay(1);
    }
    expect(read).toBe(many.length);
    await following;
    expect(double.faults.count('delivery', 'end')).toBe(1);
  });

  test('fails when the store is closed before it has come to its end', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', many);
    const other = await openEventStoreDb({ url: double.url });
    const reading = async (): Promise<void> => {
      let read = 0;
      for await (const _ of other.readStream(stream)) {
        read += 1;
        if (read === 10) void other.close();
        if (read > 10) await delay(1);
      }
    };
    await expect(reading()).rejects.toEqual(isUnavailable);
  });

  test('fails when the store is closed before what has come is taken, and does not hold that up', async () => {
    const stream = newStream();
    await store.append(stream, 'no_stream', many.slice(0, HELD_BY_CLIENT));
    const other = await openEventStoreDb({ url: double.url });
    const reading = other.readStream(stream);
    await reading.next();
    await delay(200); // All of it has come.
    await other.close();
    await expect(list(reading)).rejects.toEqual(isUnavailable);
  });
});

describe('the head', () => {
  test('is looked for only in what is new', async () => {
    await store.append(newStream(), 'no_stream', [newEvent()]);
    await double.appendForeign('order-1', 3_000);
    const head = await store.head();
    double.faults.next('read', 'unavailable', { skip: 1, times: Infinity });
    // One read finds that the end was looked at before; a second one would fail.
    expect(await store.head()).toBe(head);
  });

  test('is the last event of ours, whoever else has written since', async () => {
    const { position } = await store.append(newStream(), 'no_stream', [newEvent()]);
    await double.appendForeign('order-2', 5_000);
    expect(await store.head()).toBe(position);
    const other = await openEventStoreDb({ url: double.url });
    expect(await other.head()).toBe(position);
    await other.close();
  });

  test('is none where only others have written', async () => {
    await double.appendForeign('$settings', 100);
    expect(await store.head()).toBeUndefined();
    expect(await list(store.readAll())).toEqual([]);
  });
});

describe('a cluster', () => {
  test('is asked for its leader, and for the next one', async () => {
    const second = await startDouble({ log: double.log });
    lead(second, [double, second]);
    const cluster = await openEventStoreDb({ url: urlOf([double, second]) });
    const stream = newStream();
    await cluster.append(stream, 'no_stream', [newEvent()]);
    lead(double, [double, second]);
    await second.goAway();
    await cluster.append(stream, 0, [newEvent()]);
    expect(await idsIn(stream)).toHaveLength(2);
    await cluster.close();
    await second.stop();
  });
});

describe('with patience,', () => {
  testInParallel('an append is not known when nobody can be asked', async ({ double, store }) => {
    await double.goAway();
    await expect(store.append(newStream(), 'no_stream', [newEvent()])).rejects.toEqual(isUnavailable);
    await double.comeBack();
    await sentUntilTaken(store);
  });

  testInParallel(
    'a subscription that falls silent with its connection open is opened anew',
    async ({ double, store }) => {
      const stream = newStream();
      await store.append(stream, 'no_stream', [newEvent()]);
      double.faults.next('delivery', 'silence', { skip: 1 });
      const following = follow(store, undefined, (events) => events.length === 3);
      await delay(200);
      await store.append(stream, 0, [newEvent(), newEvent()]);
      expect((await following).events.map(({ revision }) => revision)).toEqual([0, 1, 2]);
      expect(double.faults.count('delivery', 'silence')).toBe(1);
    },
  );

  testInParallel('a subscription fails when the server stays away', async ({ double, store }) => {
    const following = follow(store, undefined, () => false);
    const failure = expect(following).rejects.toEqual(isUnavailable);
    await delay(100);
    await double.goAway();
    await failure;
    await double.comeBack();
  });

  testInParallel('a cluster that cannot be found is looked for again later', async ({ double }) => {
    const hosts = `127.0.0.1:${double.address.port},127.0.0.1:1`;
    const cluster = await openEventStoreDb({
      url: `esdb://${hosts}?tls=false&maxDiscoverAttempts=1&discoveryInterval=10`,
      appendWithinMs: 300,
    });
    await double.goAway();
    await expect(cluster.append(newStream(), 'no_stream', [newEvent()])).rejects.toEqual(isUnavailable);
    await double.comeBack();
    await sentUntilTaken(cluster);
    await cluster.close();
  });

  testInParallel('opening fails, in one line, where nobody listens', async ({ double }) => {
    const { port } = double.address;
    await double.goAway();
    const opening = openEventStoreDb({ url: `esdb://me:secret@127.0.0.1:${port}?tls=false` });
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(opening).rejects.toThrow(new RegExp(`^EventStoreDB does not answer: .*127.0.0.1:${port}`));
    await expect(opening).rejects.not.toThrow(/secret|\n/);
    await double.comeBack();
  });

  (canMakeCertificates() ? test.concurrent : test.skip)(
    'opening takes TLS and a user, and refuses others',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'arledger-tls-'));
      const certificate = await makeCertificate(folder);
      const secure = await startDouble({ certificate, users: { admin: 'p@ss:word' } });
      const { port } = secure.address;
      const ca = `tlsCaFile=${encodeURIComponent(certificate.file)}`;
      const open = (user: string) => openEventStoreDb({ url: `esdb://${user}@127.0.0.1:${port}?${ca}` });
      try {
        const own = await open('admin:p%40ss%3Aword');
        const stream = newStream();
        await own.append(stream, 'no_stream', [newEvent()]);
        expect(await list(own.readAll())).toHaveLength(1);
        await own.close();
        await expect(open('admin:wrong')).rejects.toBeInstanceOf(StoreAccessDenied);
        const untrusted = openEventStoreDb({ url: `esdb://admin:x@127.0.0.1:${port}?tls=true` });
        await expect(untrusted).rejects.toThrow(/self.signed certificate/);
      } finally {
        await secure.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
    40_000,
  );
});

test('after closing nothing is answered', async () => {
  const other = await openEventStoreDb({ url: double.url });
  await other.close();
  await expect(other.append(newStream(), 'no_stream', [newEvent()])).rejects.toEqual(isUnavailable);
  await expect(other.head()).rejects.toEqual(isUnavailable);
  await expect(list(other.readStream('account-1'))).rejects.toEqual(isUnavailable);
});
