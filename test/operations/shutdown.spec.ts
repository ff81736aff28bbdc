import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { openReadOnlyLog } from '../../src/composition.js';
import { readConfig } from '../../src/config.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { PROJECTOR, type Projector } from '../../src/read-models/projector/projector.js';
import { temporaryFolder } from '../command-line/temporary-folder.js';
import { serve } from '../support/served.js';
import { onPostgres } from '../support/database.js';
import { startTestService } from '../support/service.js';
import { silentProxy } from '../support/silent-proxy.js';

const folder = temporaryFolder();

/** POSTs over connections that are kept open; undefined when the connection was refused or cut. */
function poster(url: string, agent: Agent) {
  return (path: string, body: unknown) =>
    new Promise<{ status: number; connection: string | undefined } | undefined>((resolve) => {
      const sending = request(url + path, {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json' },
      });
      sending.on('error', () => resolve(undefined));
      sending.on('response', (answer) => {
        answer.on('error', () => resolve(undefined)).resume();
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, connection: answer.headers.connection }),
        );
      });
      sending.end(JSON.stringify(body));
    });
}

/** What comes over a socket until it is ended. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await delay(10);
  }
}

describe('a service that is told to stop', () => {
  it('under load answers what it took, ends with 0, and keeps all that it acknowledged', async () => {
    const data = join(folder, 'load');
    const { url, child, ended } = await serve(data);
    const agent = new Agent({ keepAlive: true });
    const post = poster(url, agent);
    const acknowledged: string[] = [];
    const statuses = new Set<number>();
    const senders = Array.from({ length: 16 }, async (_, sender) => {
      for (let i = 0; ; i++) {
        const accountId = `S${sender}-${i}`;
        const answer = await post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
        if (!answer) return;
        statuses.add(answer.status);
        if (answer.status === 201) acknowledged.push(accountId);
      }
    });
    const streamed: string[] = [];
    const stream = request(`${url}/v1/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
    });
    stream.on('error', () => undefined);
    stream.on('response', (answer) => {
      let text = '';
      answer.on('error', () => undefined);
      answer.on('data', (chunk: Buffer) => {
        const lines = (text + chunk.toString()).split('\n');
        text = lines.pop()!;
        for (const line of lines) {
          const { status, accountId } = JSON.parse(line) as { status: number; accountId: string };
          statuses.add(status);
          streamed.push(accountId);
        }
      });
    });
    let lines = 0;
    const feeding = (async () => {
      while (!stream.destroyed && child.exitCode === null) {
        stream.write(`{"type":"OpenAccount","accountId":"L${lines++}","openedOn":"2026-01-01"}\n`);
        await delay(1);
      }
    })();

    await until(() => acknowledged.length > 300 && streamed.length > 50, 'there is load');
    const before = acknowledged.length;
    const started = performance.now();
    child.kill('SIGTERM');
    const { code, signal, stderr } = await ended;
    const took = performance.now() - started;
    await Promise.all([...senders, feeding]);
    agent.destroy();

    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    // Nothing held it up: no connection had to be cut off, which is done after ten seconds.
    expect(took).toBeLessThan(5_000);
    expect([...statuses]).toEqual([201]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(before);
    const log = await openReadOnlyLog(readConfig({ ARLEDGER_DATA: data }));
    const kept = new Set<string>();
    for await (const { stream: name } of log.readAll()) kept.add(name.slice('account-'.length));
    await log.close();
    expect([...acknowledged, ...streamed].filter((accountId) => !kept.has(accountId))).toEqual([]);
  }, 120_000);

  it('ends at once at the second signal', async () => {
    const { url, child, ended } = await serve(join(folder, 'twice'));
    const { hostname, port } = new URL(url);
    // Half a request keeps it.
    const half = connect(Number(port), hostname);
    half.on('error', () => undefined);
    half.write(
      'POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await until(
      async () => (await fetch(`${url}/health/ready`)).status === 200 && half.bytesWritten > 0,
      'it is ready',
    );
    child.kill('SIGTERM');
    await until(
      () =>
        fetch(`${url}/health/live`).then(
          () => false,
          () => true,
        ),
      'nobody listens any more',
    );
    expect(child.exitCode).toBeNull();
    const started = performance.now();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(performance.now() - started).toBeLessThan(5_000);
    half.destroy();
  }, 120_000);

  it('is not ready at once; finishes commands before the projections end, and these before the log', async () => {
    const service = await startTestService({ readModels: true });
    const store = service.app.get<EventStore>(EVENT_STORE);
    const projector = service.app.get<Projector>(PROJECTOR);
    const { hostname, port } = new URL(service.url);
    const held = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    const { append } = store;
    Object.assign(store, {
      append: async (...args: Parameters<EventStore['append']>) => {
        begun.resolve(undefined);
        await held.promise;
        return append.apply(store, args);
      },
    });
    const agent = new Agent({ keepAlive: true });
    let closed: Promise<void> | undefined;
    try {
      const command = poster(service.url, agent)('/v1/accounts', { accountId: 'A', openedOn: '2026-01-01' });
      await begun.promise;
      const server = service.app.getHttpServer();
      const unused = connect(Number(port), hostname).resume();
      await once(server, 'connection');
      const accepted = once(server, 'connection') as Promise<[Socket]>;
      const probe = connect(Number(port), hostname);
      const half = 'GET /health/ready HTTP/1.1\r\nHost: x\r\n';
      probe.write(half);
      const [socket] = await accepted;
      await until(() => socket.bytesRead === half.length, 'half of the question has come in');

      closed = service.remove();
      const answer = readAll(probe);
      // What waits for the rest of a question is not cut off with it.
      await once(unused, 'close');
      probe.write('\r\n');
      const [head, body] = (await answer).split('\r\n\r\n');
      expect(head).toMatch(/^HTTP\/1.1 503 /);
      expect(head!.toLowerCase()).toContain('connection: close');
      expect(body).toContain('"reason":"the service stops"');
      expect(await projector.status()).toMatchObject({ running: true });

      held.resolve(undefined);
      expect(await command).toEqual({ status: 201, connection: 'close' });
    } finally {
      held.resolve(undefined);
      await (closed ?? service.remove());
      agent.destroy();
    }
    await expect(store.head()).rejects.toThrow();
  }, 60_000);
});

onPostgres('a service whose database has fallen silent', (fresh) => {
  it('records what it is told, does not take itself for the leader, and ends when it is told to', async () => {
    const proxy = await silentProxy((await fresh()).url);
    const { url, child, ended } = await serve(join(folder, 'silent'), { DATABASE_URL: proxy.url });
    const agent = new Agent();
    try {
      await until(async () => (await fetch(`${url}/health/ready`)).status === 200, 'it is ready');
      const leads = async (): Promise<boolean> =>
        /^arledger_projection_leader 1$/m.test(await (await fetch(`${url}/metrics`)).text());
      await until(leads, 'it leads');
      proxy.fallSilent(true);
      const post = poster(url, agent);
      const started = performance.now();
      expect(await post('/v1/accounts', { accountId: 'S1', openedOn: '2026-01-01' })).toMatchObject({
        status: 201,
      });
      expect(performance.now() - started).toBeLessThan(4_000);
      await delay(5_000);
      expect(await leads()).toBe(false);
      child.kill('SIGTERM');
      const told = performance.now();
      expect(await ended).toEqual(expect.objectContaining({ code: 0 }));
      expect(performance.now() - told).toBeLessThan(30_000);
    } finally {
      child.kill('SIGKILL');
      proxy.close();
      agent.destroy();
    }
  }, 120_000);
});
