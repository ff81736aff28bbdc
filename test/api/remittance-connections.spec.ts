import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { createLogger } from '../../src/logging.js';
import { FILE_BYTES_MAX, upTo } from '../../src/remittances/controllers/sent-file.js';
import { STOPPING } from '../../src/stopping.js';
import { claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';
import { inPieces } from '../support/documents-in-memory.js';
import { type TestService, startTestService } from '../support/service.js';
import { RemittanceDoor, X12, until } from './remittance-door.js';

/* Files of payers' remittances whose sending, or posting, is broken off. */

/** More than are posted side by side and read ahead. */
const CLAIMS = 1100;
const APPENDS_BEFORE = 100;

let door: RemittanceDoor;
const logged: string[] = [];

beforeAll(async () => {
  const log = createLogger('trace', { write: (line) => void logged.push(line) });
  door = new RemittanceDoor(await startTestService({ readModels: true, log }));
});
afterAll(() => door.service.remove());

describe('over a real connection', () => {
  /** A request that is still being written. */
  function begin(headers: Record<string, string>): {
    sending: ClientRequest;
    answer: Promise<IncomingMessage>;
  } {
    const sending = request(`${door.service.url}/v1/remittances?createAccounts=true`, {
      method: 'POST',
      headers: { ...X12, ...headers },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sending.on('response', resolve);
      sending.on('error', reject);
    });
    return { sending, answer };
  }

  test('a file that is too large is refused before it comes', async () => {
    const { sending, answer } = begin({ 'content-length': String(FILE_BYTES_MAX + 1) });
    sending.flushHeaders();
    const { statusCode, headers } = await answer;
    expect({ statusCode, connection: headers.connection }).toEqual({ statusCode: 413, connection: 'close' });
    sending.destroy();
  });

  test('one that does not say how large it is ends where it becomes too large', async () => {
    const taken: number[] = [];
    const reading = (async () => {
      for await (const chunk of upTo(2500, inPieces(new Uint8Array(4000)))) taken.push(chunk.length);
    })();
    await expect(reading).rejects.toMatchObject({
      problem: { status: 413, code: 'body_too_large', bytesMax: 2500 },
    });
    expect(taken).toEqual([1024, 1024]);
    for await (const chunk of upTo(4000, inPieces(new Uint8Array(4000)))) taken.push(chunk.length);
    expect(taken.reduce((sum, bytes) => sum + bytes)).toBe(2048 + 4000);
  });

  test('a client that goes away in the middle leaves nothing, and is nobody’s trouble', async () => {
    const file = fileOf({ paid: '120', trace: 'AWAY', claims: claimOf('AWAY-1') });
    const before = [await door.events(), door.documents()];
    const since = logged.length;
    const { sending, answer } = begin({ 'content-length': String(file.length + 1) });
    answer.catch(() => undefined);
    sending.write(file);
    await until(() => door.documents().some((name) => name.endsWith('.part')));
    sending.destroy();
    await until(() => !door.documents().some((name) => name.endsWith('.part')));
    await delay(50);
    expect([await door.events(), door.documents()]).toEqual(before);
    const levels = logged.slice(since).map((line) => (JSON.parse(line) as { level: number }).level);
    expect(levels.filter((level) => level >= 40)).toEqual([]);
    expect(await door.load(file)).toMatchObject({ status: 201 });
  });
});

test('a service that is told to stop says so, and the next one goes on by itself', async () => {
  const claims = Array.from({ length: CLAIMS }, (_, i) => claimOf(`STOP-${i}`)).flat();
  const file = fileOf({ paid: String(CLAIMS * 120), trace: 'STOP', claims });
  let own = await startTestService({ readModels: true });
  try {
    const underway = heldUp(own);
    const answer = fetch(`${own.url}/v1/remittances?createAccounts=true`, {
      method: 'POST',
      headers: X12,
      body: new Uint8Array(file),
    });
    await underway;
    const restarting = own.restart();
    const { status, headers } = await answer;
    expect({ status, again: headers.has('retry-after') }).toEqual({ status: 503, again: true });
    expect(await (await answer).json()).toMatchObject({ code: 'service_stopping' });
    own = await restarting;
    const path = '/v1/remittances?traceNumber=STOP';
    await until(async () => (await own.get(path)).body.items?.[0]?.status === 'completed');
    expect((await own.get(path)).body.items).toMatchObject([
      {
        claims: { total: CLAIMS, posted: CLAIMS },
        money: { posted: `${CLAIMS * 120}.00`, inClearing: '0.00' },
      },
    ]);
  } finally {
    await own.remove();
  }
});

/** Resolves in the middle of the next import; what is appended from then on waits until the service is told to stop. */
function heldUp(service: TestService): Promise<true> {
  const store = service.app.get<EventStore>(EVENT_STORE);
  const { signal } = service.app.get<AbortController>(STOPPING);
  const told = once(signal, 'abort');
  const underway = Promise.withResolvers<true>();
  const append = store.append.bind(store);
  let appends = 0;
  store.append = async (...given) => {
    appends += 1;
    if (appends > APPENDS_BEFORE) {
      underway.resolve(true);
      await told;
    }
    return append(...given);
  };
  return underway.promise;
}
