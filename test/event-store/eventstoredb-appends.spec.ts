import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AppendTooLarge,
  type EventStore,
  type NewEvent,
  WrongExpectedRevision,
} from '../../src/event-store/event-store.js';
import { type Proposal, appendMessage } from '../../src/event-store/eventstoredb/append-messages.js';
import { Connection } from '../../src/event-store/eventstoredb/connection.js';
import { readConnectionString } from '../../src/event-store/eventstoredb/connection-string.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { StoreAccessDenied, typedError } from '../../src/event-store/eventstoredb/failures.js';
import { startCluster } from '../support/eventstoredb-double/cluster.js';
import { type Double, startDouble } from '../support/eventstoredb-double/double.js';
import type { FaultsByPoint } from '../support/eventstoredb-double/faults.js';
import { list, newEvent, newStream } from './contract.js';

const WITHIN_MS = 1_500;
/** Hundreds at once take their time on a busy machine, above all when they have to be found out. */
const MANY_WITHIN_MS = 4_000;

let double: Double;
beforeEach(async () => {
  double = await startDouble();
});
afterEach(async () => {
  double.faults.clear();
  await double.stop();
});

/** Sends one append, once. */
function send(connection: Connection, proposal: Proposal, answerMs = WITHIN_MS): Promise<unknown> {
  const now = performance.now();
  const limits = { sendUntil: now + answerMs, answerUntil: now + answerMs };
  return connection.appends.append(appendMessage(proposal), proposal, limits);
}

function proposal(count = 1): Proposal {
  return {
    stream: newStream(),
    expected: 'no_stream',
    events: Array.from({ length: count }, () => newEvent()),
  };
}

/** Our ends of connections to the double: they keep a process alive. */
function connectionsTo({ url }: Double): number {
  const port = Number(/:(\d+)/.exec(url)![1]);
  const { _getActiveHandles: handles } = process as unknown as { _getActiveHandles: () => unknown[] };
  return handles.call(process).filter((handle) => handle instanceof Socket && handle.remotePort === port)
    .length;
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => typedError(reason),
  );
  return error instanceof Error ? error.constructor.name : String(error);
}

describe('an append among others on the same call', () => {
  let connection: Connection;
  beforeEach(() => {
    connection = new Connection(readConnectionString(double.url));
  });
  afterEach(() => connection.close());

  /** A call is ended by some faults, and with it all that is under way on it. */
  test.each<[FaultsByPoint['append'], string, 'written' | 'not written', 'others answered' | 'others not']>([
    ['drop_before', 'UnavailableError', 'not written', 'others not'],
    ['drop_after', 'UnavailableError', 'written', 'others not'],
    ['hang_before', 'DeadlineExceededError', 'not written', 'others not'],
    ['hang_after', 'DeadlineExceededError', 'written', 'others not'],
    ['timeout', 'TimeoutError', 'not written', 'others answered'],
    ['timeout_after', 'TimeoutError', 'written', 'others answered'],
    ['unavailable', 'UnavailableError', 'not written', 'others answered'],
    ['not_leader', 'NotLeaderError', 'not written', 'others not'],
    ['access_denied', 'AccessDeniedError', 'not written', 'others answered'],
    ['wrong_credentials', 'AccessDeniedError', 'not written', 'others not'],
    ['wrong_revision', 'WrongExpectedVersionError', 'not written', 'others answered'],
  ])('that meets %s ends with %s, is %s, %s', async (fault, expected, written, others) => {
    await send(connection, proposal());
    double.faults.always({ delayMs: 400 });
    const other = failureOf(send(connection, proposal()));
    await delay(100); // The other is with the server, who answers it later than what now comes.
    double.faults.next('append', fault);
    const faulty = proposal(2);
    expect(await failureOf(send(connection, faulty, 200))).toBe(expected);
    expect(await double.log.lastRevision(faulty.stream)).toBe(written === 'written' ? 1 : 'no_stream');
    if (others === 'others answered') expect(await other).toBe('undefined');
    else expect(await other).not.toBe('undefined');
    // The next one is served, on another call where this one has ended.
    expect(await failureOf(send(connection, proposal()))).toBe('undefined');
  });

  test('takes none along that are on other calls: sixteen share one', async () => {
    await send(connection, proposal());
    double.faults.always({ delayMs: 1_000 });
    const first = Array.from({ length: 16 }, () => failureOf(send(connection, proposal(), MANY_WITHIN_MS)));
    const other = failureOf(send(connection, proposal(), MANY_WITHIN_MS));
    expect(await failureOf(send(connection, proposal(), 200))).toBe('DeadlineExceededError');
    expect(await other).toBe('Silent');
    expect(new Set(await Promise.all(first))).toEqual(new Set(['undefined']));
  });

  test('is not sent any more when its time is over', async () => {
    await send(connection, proposal());
    double.faults.next('append', 'wrong_revision', { times: Infinity });
    const late = proposal();
    const now = performance.now();
    const limits = { sendUntil: now - 1, answerUntil: now + WITHIN_MS };
    const sent = connection.appends.append(appendMessage(late), late, limits);
    expect(await failureOf(sent)).toBe('DeadlineExceededError');
    expect(double.faults.count('append', 'wrong_revision')).toBe(0);
  });

  test('leaves nothing open when the connection is closed, of a client that was given up neither', async () => {
    await send(connection, proposal());
    expect(connectionsTo(double)).toBe(1);
    const { client } = connection;
    connection.failed(client, new Error('no node of the cluster could be found'));
    expect(connection.client).not.toBe(client);
    await send(connection, proposal());
    connection.close();
    for (let waitedMs = 0; waitedMs < 2_000 && connectionsTo(double) > 0; waitedMs += 20) await delay(20);
    expect(connectionsTo(double)).toBe(0);
  });

  test('fails with all the others when the connection is closed, and those after it are not sent', async () => {
    await send(connection, proposal());
    double.faults.next('append', 'hang_before', { times: Infinity });
    const sent = Array.from({ length: 40 }, () => failureOf(send(connection, proposal())));
    connection.close();
    expect(new Set(await Promise.all(sent))).toEqual(new Set(['Silent']));
  });
});

describe('appends on several calls', () => {
  test.each<[FaultsByPoint['append'], string]>([
    ['not_leader', 'NotLeaderError'],
    ['unavailable', 'UnavailableError'],
  ])('all go to the new leader after one met %s, and what was sent is answered', async (fault, expected) => {
    const cluster = await startCluster(2);
    const [old, next] = cluster.members as [Double, Double];
    const connection = new Connection(readConnectionString(cluster.url));
    const ofMany = (count: number): Promise<string>[] =>
      Array.from({ length: count }, () => failureOf(send(connection, proposal(), MANY_WITHIN_MS)));
    try {
      expect(new Set(await Promise.all(ofMany(64)))).toEqual(new Set(['undefined']));
      old.faults.always({ delayMs: 1_000 });
      const sent = ofMany(16);
      await delay(100); // They fill the first of four calls, and are answered when the node leads no more.
      old.members = []; // It knows of no leader, whoever asks it.
      next.members = [{ address: next.address, state: 'leader', alive: true }];
      old.faults.next('append', fault, { times: Infinity, leader: next.address });
      expect(await failureOf(send(connection, proposal(), 200))).toBe(expected);
      await delay(50); // The client hears of it after whoever appends.
      expect(await Promise.all(ofMany(48))).toEqual(Array(48).fill('undefined'));
      expect(old.faults.count('append', fault)).toBe(1);
      expect(new Set(await Promise.all(sent))).toEqual(new Set(['undefined']));
    } finally {
      connection.close();
      await cluster.stop();
    }
  });
});

describe('many appends at once', () => {
  let store: EventStore;
  beforeEach(async () => {
    store = await openEventStoreDb({ url: double.url, appendWithinMs: MANY_WITHIN_MS });
  });
  afterEach(() => store.close());

  const idsIn = async (stream: string): Promise<string[]> =>
    (await list(store.readStream(stream))).map(({ id }) => id);

  async function expectAllOnce(appends: readonly { stream: string; event: NewEvent }[]): Promise<void> {
    await Promise.all(appends.map(({ stream, event }) => store.append(stream, 'no_stream', [event])));
    for (const { stream, event } of appends) expect(await idsIn(stream)).toEqual([event.id]);
  }
  const many = (): { stream: string; event: NewEvent }[] =>
    Array.from({ length: 200 }, () => ({ stream: newStream(), event: newEvent() }));

  test.each(['drop_before', 'drop_after', 'not_leader', 'unavailable', 'hang_after'] as const)(
    'are all done once, though one of them meets %s',
    async (fault) => {
      double.faults.next('append', fault, { skip: 60 });
      await expectAllOnce(many());
      expect(double.faults.count('append', fault)).toBe(1);
    },
  );

  test('are all done but for one that is never answered and was not done', async () => {
    double.faults.next('append', 'hang_before', { skip: 60 });
    const appends = many();
    const outcomes = await Promise.allSettled(
      appends.map(({ stream, event }) => store.append(stream, 'no_stream', [event])),
    );
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toEqual([
      { status: 'rejected', reason: expect.objectContaining({ name: 'StoreUnavailable' }) },
    ]);
    const there = await Promise.all(appends.map(({ stream }) => idsIn(stream)));
    expect(there).toEqual(
      appends.map(({ event }, at) => (outcomes[at]!.status === 'fulfilled' ? [event.id] : [])),
    );
  });

  test('are all done once, though the server goes away and comes back', async () => {
    const done = expectAllOnce(many());
    await double.restart({ downMs: 100 });
    await done;
  });

  test('are not harmed by those that the server or the adapter refuses', async () => {
    const large = (length: number): NewEvent => ({ ...newEvent(), data: { text: 'x'.repeat(length) } });
    const taken = newStream();
    await store.append(taken, 'no_stream', [newEvent()]);
    double.faults.next('append', 'access_denied');
    const refused = await Promise.allSettled([
      store.append(newStream(), 'no_stream', [newEvent()]),
      store.append(newStream(), 'no_stream', [large(1_100_000)]),
      store.append(newStream(), 'no_stream', [large(16_000_000)]),
      store.append(newStream(), 'no_stream', [{ ...newEvent(), data: undefined }]),
      store.append(taken, 'no_stream', [newEvent()]),
      expectAllOnce(many()),
    ]);
    const reasons = refused.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(reasons.map((reason) => reason?.constructor)).toEqual([
      StoreAccessDenied,
      AppendTooLarge,
      AppendTooLarge,
      TypeError,
      WrongExpectedRevision,
      undefined,
    ]);
    expect(reasons.map((reason) => reason?.bytesMax)).toEqual([
      undefined,
      1024 * 1024,
      15 * 1024 * 1024,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('of another store of the process are not touched when a connection breaks', async () => {
    const other = await startDouble();
    const elsewhere = await openEventStoreDb({ url: other.url, appendWithinMs: MANY_WITHIN_MS });
    try {
      await elsewhere.append(newStream(), 'no_stream', [newEvent()]);
      other.faults.always({ delayMs: 300 });
      // A second time is not to happen: whoever sent it again would have been told an error.
      other.faults.next('append', 'access_denied', { skip: 1, times: Infinity });
      const appending = elsewhere.append(newStream(), 'no_stream', [newEvent()]);
      double.faults.next('append', 'drop_before');
      await store.append(newStream(), 'no_stream', [newEvent()]);
      await appending;
      expect(other.faults.counts()).toEqual({});
    } finally {
      await elsewhere.close();
      await other.stop();
    }
  });

  test('are found out where they are answered too late, and the late answers change nothing', async () => {
    const hasty = await openEventStoreDb({ url: double.url, appendWithinMs: 200 });
    double.faults.always({ delayMs: 300 });
    const stream = newStream();
    const events = [newEvent(), newEvent()];
    const late = hasty.append(stream, 'no_stream', events);
    await delay(250);
    double.faults.clear();
    expect(await late).toMatchObject({ revision: 1 });
    await delay(200);
    expect(await hasty.append(stream, 1, [newEvent()])).toMatchObject({ revision: 2 });
    await hasty.close();
  });
});
