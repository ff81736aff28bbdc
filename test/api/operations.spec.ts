import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AppendTooLarge,
  EVENT_STORE,
  EventLogDamaged,
  type EventStore,
  StoreUnavailable,
} from '../../src/event-store/event-store.js';
import { FolderInUse } from '../../src/event-store/embedded/folder-lock.js';
import { type TestService, startTestService } from '../support/service.js';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

describe('operations', () => {
  test('live and ready', async () => {
    expect(await service.get('/health/live')).toMatchObject({ status: 200, body: { status: 'live' } });
    expect(await service.get('/health/ready')).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { status: 'ready', checks: { store: { ok: true } } },
    });
  });

  test('metrics count commands by type and result, and name no account', async () => {
    await service.post('/v1/accounts', { accountId: 'Secret-1', openedOn: '2026-01-01' });
    await service.post('/v1/accounts', { accountId: 'Secret-1', openedOn: '2026-01-01' });
    await service.post('/v1/accounts/Nobody/notes', { noteId: 'N1', kind: 'call', text: 'x' });
    const { status, headers, body } = await service.get('/metrics');
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
    });
    expect(body).toContain('arledger_commands_total{type="OpenAccount",result="appended"} 1\n');
    expect(body).toContain('arledger_commands_total{type="OpenAccount",result="already"} 1\n');
    expect(body).toContain('arledger_commands_total{type="RecordNote",result="account_not_found"} 1\n');
    expect(body).toContain('arledger_append_seconds_count 1\n');
    expect(body).toContain(
      'arledger_http_request_seconds_count{method="POST",route="/v1/accounts/:accountId/notes",status="4xx"} 1\n',
    );
    expect(body).not.toContain('Secret-1');
  });

  test('a second service on the folder is told who holds it', async () => {
    await expect(startTestService({ folder: service.config.dataFolder })).rejects.toThrow(FolderInUse);
    await expect(startTestService({ folder: service.config.dataFolder })).rejects.toThrow(
      `in use by process ${process.pid} (${service.url})`,
    );
  });
});

describe('OpenAPI', () => {
  test('describes every door; every reference leads somewhere', async () => {
    const { body: document } = await service.get('/openapi.json');
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name!,
    );
    for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/accounts', '/v1/commands', '/metrics']),
    );
    const { PostCharge } = document.components.schemas;
    expect(PostCharge.required).toEqual(['chargeId', 'serviceDate', 'amount', 'code', 'responsible']);
    expect(Object.keys(PostCharge.properties)).not.toContain('accountId');
  });

  test('has pages that take nothing from elsewhere', async () => {
    const { body: page } = await service.get('/docs');
    const assets = [...String(page).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(assets.length).toBeGreaterThan(2);
    for (const asset of assets) {
      expect(asset).toMatch(/^\.\/docs\//);
      expect((await service.get(asset.slice(1))).status).toBe(200);
    }
  });
});

describe('trouble', () => {
  test('a store that is away is 503 with Retry-After, and not ready', async () => {
    const store = service.app.get<EventStore>(EVENT_STORE);
    const { append, head } = store;
    const away = () => Promise.reject(new StoreUnavailable('the disk of Jane Doe is full'));
    Object.assign(store, { append: away, head: away });
    try {
      const refused = await service.post('/v1/accounts', { accountId: 'A9', openedOn: '2026-01-01' });
      expect(refused).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1', 'content-type': 'application/problem+json; charset=utf-8' },
        body: { code: 'store_unavailable' },
      });
      expect(JSON.stringify(refused.body)).not.toContain('Jane');
      expect(await service.get('/health/ready')).toMatchObject({
        status: 503,
        body: { status: 'not_ready', checks: { store: { ok: false, reason: 'StoreUnavailable' } } },
      });
      expect((await service.get('/metrics')).body).toContain('arledger_append_refused_total 1\n');
    } finally {
      Object.assign(store, { append, head });
    }
    expect((await service.post('/v1/accounts', { accountId: 'A9', openedOn: '2026-01-01' })).status).toBe(
      201,
    );
  });

  test.each([
    [new AppendTooLarge(1_048_576), 422, { code: 'event_too_large', bytesMax: 1_048_576 }],
    [
      new EventLogDamaged('account-Jane is cut off'),
      500,
      { code: 'event_log_damaged', errorId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ],
  ])('%s of the store is told as it is, at the door and in a stream', async (error, status, told) => {
    const store = service.app.get<EventStore>(EVENT_STORE);
    const { append } = store;
    Object.assign(store, { append: () => Promise.reject(error) });
    const command = { accountId: 'A11', openedOn: '2026-01-01' };
    try {
      const single = await service.post('/v1/accounts', command);
      expect(single).toMatchObject({ status, body: { status, ...told } });
      expect(single.headers).not.toHaveProperty('retry-after');
      const streamed = await service.send({
        method: 'POST',
        path: '/v1/commands',
        headers: { 'content-type': 'application/x-ndjson' },
        body: JSON.stringify({ type: 'OpenAccount', ...command }),
      });
      expect(JSON.parse(String(streamed.body))).toMatchObject({ line: 1, status, ...told });
      expect(JSON.stringify([single.body, streamed.body])).not.toContain('Jane');
    } finally {
      Object.assign(store, { append });
    }
  });

  test('what nobody foresaw is 500 with an id, and nothing else', async () => {
    const store = service.app.get<EventStore>(EVENT_STORE);
    const { append } = store;
    Object.assign(store, { append: () => Promise.reject(new Error('Jane Doe')) });
    try {
      const { status, body } = await service.post('/v1/accounts', {
        accountId: 'A10',
        openedOn: '2026-01-01',
      });
      expect({ status, body }).toEqual({
        status: 500,
        body: {
          type: 'urn:arledger:problem:internal_error',
          title: 'Internal error',
          status: 500,
          detail: 'Something went wrong here; name errorId when you report it.',
          code: 'internal_error',
          errorId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      });
    } finally {
      Object.assign(store, { append });
    }
  });
});
