import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SnapshotTable } from '../../src/commands/snapshot-table.js';
import { DATABASE, type Database } from '../../src/database/database.js';
import { openStorage } from '../../src/composition.js';
import { readConfig } from '../../src/config.js';
import { FOLD_VERSION, toSnapshot } from '../../src/ledger/snapshot.js';
import { unopenedAccount } from '../../src/ledger/account.js';
import { inNewFolder } from '../support/event-store-folder.js';
import { type TestService, startTestService } from '../support/service.js';

/* What only shows when commands, projections and queries are there together. */

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ readModels: true, clock: { now: () => new Date() } });
});
afterAll(() => service.remove());

test('what a command posted is in the query that waits for its position', async () => {
  await service.post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01' });
  const { body } = await service.post('/v1/accounts/A1/charges', {
    chargeId: 'C1',
    serviceDate: '2026-01-05',
    amount: '100.00',
    code: { system: 'LOCAL', value: 'x' },
    responsible: { party: 'patient' },
  });
  const answer = await service.get(`/v1/accounts/A1?waitFor=${body.position}`);
  expect(answer).toMatchObject({ status: 200, body: { accountId: 'A1', balance: '100.00', revision: 1 } });
});

test('readiness speaks of store, database, projections and clock', async () => {
  const { status, body } = await service.get('/health/ready');
  expect({ status, checks: Object.keys(body.checks) }).toEqual({
    status: 200,
    checks: ['store', 'database', 'projections', 'clock'],
  });
  expect(body.checks.projections).toEqual({
    ok: true,
    lagEvents: 0,
    lagSeconds: 0,
    deadLetters: 0,
    leading: true,
  });
});

test('metrics speak of the projections and who runs them, and of requests by route', async () => {
  const { body } = await service.get('/metrics');
  for (const line of [
    'arledger_projection_lag_events{projection="balances"} 0',
    'arledger_projection_lag_seconds{projection="balances"} 0',
    'arledger_projection_dead_letters{projection="balances"} 0',
    'arledger_projection_leader 1',
    'arledger_http_request_seconds_count{method="POST",route="/v1/accounts/:accountId/charges",status="2xx"} 1',
  ]) {
    expect(body.split('\n')).toContain(line);
  }
  expect(body).not.toContain('A1');
});

test('OpenAPI describes queries and commands together; every reference leads somewhere', async () => {
  const { body: document } = await service.get('/openapi.json');
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  for (const [, name] of references) expect(Object.keys(document.components.schemas)).toContain(name);
  expect(Object.keys(document.paths['/v1/accounts']).sort()).toEqual(['get', 'post']);
});

test('a path of queries and commands names all its methods in Allow', async () => {
  const answer = await service.send({ method: 'PATCH', path: '/v1/accounts' });
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
});

describe('the table of snapshots', () => {
  test('gives back what was saved last, for the fold that saved it', async () => {
    const snapshots = new SnapshotTable(service.app.get<Database>(DATABASE));
    const account = { ...unopenedAccount(), accountId: 'S1', currency: 'USD', revision: 7 };
    expect(await snapshots.load('S1', FOLD_VERSION)).toBeUndefined();
    await snapshots.save('S1', FOLD_VERSION, { account: { ...account, revision: 9 }, lastEvent: 'b' });
    await snapshots.save('S1', FOLD_VERSION, { account, lastEvent: 'a' });
    const kept = await snapshots.load('S1', FOLD_VERSION);
    expect(kept && toSnapshot(kept.account)).toEqual(toSnapshot(account));
    expect(kept?.lastEvent).toBe('a');
    expect(await snapshots.load('S1', FOLD_VERSION + 1)).toBeUndefined();
  });
});

test('a port that is taken stops the start, and lets the folder go', () =>
  inNewFolder(async (folder) => {
    const { port } = new URL(service.url);
    const start = startTestService({ folder, env: { PORT: port } });
    await expect(start).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const config = readConfig({ ARLEDGER_DATA: folder });
    const storage = await openStorage(config, { withDatabase: false, warn: () => undefined });
    await storage.close();
  }));
