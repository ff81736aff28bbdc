import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { v5 } from 'uuid';
import { accountStream, encode } from '../../src/event-store/codec.js';
import { EVENT_STORE, type EventStore } from '../../src/event-store/event-store.js';
import { isOfAccount } from '../../src/ledger/recorded-event.js';
import { CONTROL, MIXED, UNBALANCED, remittanceLog } from '../support/remittance-log.js';
import { type Answer, type TestService, startTestService } from '../support/service.js';

/* What remittances came to, over HTTP. */

const NAMESPACE = '7b1c6a52-0f8e-4a52-9a5e-3a9d6f2d8c11';

let service: TestService;
let last: string;

beforeAll(async () => {
  service = await startTestService({ readModels: true });
  const store = service.app.get<EventStore>(EVENT_STORE);
  for (const recorded of remittanceLog().events) {
    const stream = isOfAccount(recorded) ? accountStream(recorded.accountId) : recorded.stream;
    const { revision, recordedAt } = recorded;
    const { type, data } = encode(recorded.event);
    const result = await store.append(stream, revision === 0 ? 'no_stream' : revision - 1, [
      { id: v5(`${stream}@${revision}`, NAMESPACE), type, data, metadata: { recordedAt } },
    ]);
    last = result.position;
  }
  await get('/v1/remittances', { waitFor: last });
});
afterAll(() => service.remove());

const get = (path: string, parameters: Record<string, string> = {}): Promise<Answer> =>
  service.get(`${path}?${new URLSearchParams(parameters).toString()}`);

describe('remittances', () => {
  test('are listed, newest first, and filtered', async () => {
    const { status, body } = await get('/v1/remittances', { limit: '2' });
    expect(status).toBe(200);
    expect(body.items).toHaveLength(2);
    expect(body).toMatchObject({
      position: last,
      knownAt: expect.any(String),
      nextCursor: expect.any(String),
    });
    expect(body).not.toHaveProperty('asOf');
    const rest = await get('/v1/remittances', { limit: '1000', cursor: body.nextCursor as string });
    expect(rest.body.items).toHaveLength(3);
    const held = await get('/v1/remittances', { status: 'held', payerId: 'ACME', traceNumber: 'T-4' });
    expect(held.body.items).toMatchObject([{ remittanceId: UNBALANCED, status: 'held' }]);
  });

  test('have their own page, and their claims', async () => {
    expect((await get(`/v1/remittances/${MIXED}`)).body).toMatchObject({
      remittanceId: MIXED,
      money: { posted: '140.00', inClearing: '0.00', toControlAccounts: '5.00' },
      providerAdjustments: [{ controlAccountId: CONTROL, amount: '5.00' }],
      deposits: [{ depositId: 'D1' }],
    });
    const { body } = await get(`/v1/remittances/${MIXED}/claims`, { status: 'posted', limit: '1' });
    expect(body).toMatchObject({ remittanceId: MIXED, items: [{ claim: 1, accountId: 'A1' }] });
    const one = await get(`/v1/remittances/${MIXED}/claims/1`);
    expect(one.body).toMatchObject({ ...body.items[0], remittanceId: MIXED });
  });

  test('can be reached from a line of the history, and the other way round', async () => {
    const history = await get('/v1/accounts/A1/history');
    const paid = history.body.items.find((item: { type: string }) => item.type === 'PaymentPosted');
    const { id, claim } = paid.data.remittance as { id: string; claim: number };
    const { body } = await get(`/v1/remittances/${id}/claims/${claim}`);
    expect(body.events).toContainEqual(
      expect.objectContaining({ accountId: 'A1', revision: paid.revision, entryId: paid.entryId }),
    );
  });

  test('that are not there are not found', async () => {
    for (const [path, code] of [
      ['/v1/remittances/none', 'remittance_not_found'],
      ['/v1/remittances/none/claims', 'remittance_not_found'],
      ['/v1/remittances/none/claims/1', 'remittance_not_found'],
      [`/v1/remittances/${MIXED}/claims/9`, 'claim_not_found'],
      ['/v1/control-accounts/none', 'control_account_not_found'],
    ] as const) {
      expect(await get(path)).toMatchObject({ status: 404, body: { code } });
    }
  });

  test('are not asked for in words that are not known', async () => {
    for (const [path, parameters, field] of [
      ['/v1/remittances', { status: 'posted' }, 'status'],
      ['/v1/remittances', { from: '2026-02-30' }, 'from'],
      ['/v1/remittances', { asOf: '2026-02-01' }, 'asOf'],
      ['/v1/remittances', { limit: '0' }, 'limit'],
      ['/v1/remittances', { from: '2026-02-02', to: '2026-02-01' }, 'to'],
      ['/v1/remittances/%20', {}, 'remittanceId'],
      [`/v1/remittances/${MIXED}/claims`, { status: 'held' }, 'status'],
      [`/v1/remittances/${MIXED}/claims/0`, {}, 'claim'],
      [`/v1/remittances/${MIXED}/claims/1e3`, {}, 'claim'],
      ['/v1/control-accounts/%20', {}, 'controlAccountId'],
      ['/v1/work-items', { kind: 'claim_suspended,whim' }, 'kind'],
      ['/v1/work-items', { cursor: 'WyJ4Il0' }, 'cursor'],
    ] as const) {
      expect(await get(path, parameters)).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field }] },
      });
    }
  });
});

test('control accounts have balances by both clocks, and entries', async () => {
  const { body } = await get('/v1/control-accounts', { asOf: '2026-02-28' });
  expect(body).toMatchObject({
    asOf: '2026-02-28',
    items: [{ controlAccountId: CONTROL, balance: '5.00', trustworthy: true }],
  });
  expect((await get(`/v1/control-accounts/${CONTROL}`)).body).toMatchObject({
    balances: [{ currency: 'USD', balance: '-2.00' }],
    items: [{ amount: '5.00' }, { amount: '-7.00', reason: 'claim_rejected' }],
  });
});

test('work items say what is to be done', async () => {
  const { body } = await get('/v1/work-items', { kind: 'payment_unapplied,remittance_held' });
  expect(body.items).toMatchObject([
    { kind: 'payment_unapplied', accountId: 'A1', amount: '5.00' },
    { kind: 'remittance_held', remittanceId: UNBALANCED },
  ]);
  expect((await get('/v1/work-items', { accountId: 'A1' })).body.items).toHaveLength(1);
});

test('all of it is described, each answer with the fields that it has', async () => {
  const { body } = await get('/openapi.json');
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  const described = (path: string): Record<string, any> =>
    body.paths[path].get.responses['200'].content['application/json'].schema.properties;
  for (const [path, asked] of [
    ['/v1/remittances', '/v1/remittances'],
    ['/v1/remittances/{remittanceId}', `/v1/remittances/${MIXED}`],
    ['/v1/remittances/{remittanceId}/claims', `/v1/remittances/${MIXED}/claims`],
    ['/v1/remittances/{remittanceId}/claims/{claim}', `/v1/remittances/${MIXED}/claims/1`],
    ['/v1/control-accounts', '/v1/control-accounts'],
    ['/v1/control-accounts/{controlAccountId}', `/v1/control-accounts/${CONTROL}`],
    ['/v1/work-items', '/v1/work-items'],
  ] as const) {
    const answer = (await get(asked)).body as Record<string, unknown>;
    const fields = described(path);
    expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(answer)));
    if (!Array.isArray(answer['items'])) continue;
    expect(Object.keys(fields['items'].items.properties as object).sort()).toEqual(
      Object.keys(answer['items'][0] as object).sort(),
    );
  }
});
