import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventStore } from '../../src/event-store/event-store.js';
import { EVENT_STORE } from '../../src/event-store/event-store.js';
import { DOCUMENTS, type DocumentStore } from '../../src/remittances/documents/document-store.js';
import { eventsOf } from '../commands/accounts-on-a-log.js';
import { TODAY, type TestService, startTestService } from '../support/service.js';

const DEPOSIT = { depositId: 'D1', traceNumber: 'T1', payerId: '1512345678', amount: '100.00' };

describe('deposits, through their door', () => {
  let service: TestService;
  let store: EventStore;
  beforeAll(async () => {
    service = await startTestService({ readModels: true });
    store = service.app.get<EventStore>(EVENT_STORE);
  });
  afterAll(() => service.remove());

  test('a deposit is recorded, and answered as the first time when it is repeated', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const first = await service.post('/v1/deposits', DEPOSIT, {
      'x-actor': 'treasury',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    });
    expect(first).toMatchObject({ status: 201, headers: { etag: '"0"' } });
    const [stored] = await eventsOf(store, 'deposit-D1');
    expect(first.body).toEqual({
      depositId: 'D1',
      revision: 0,
      position: stored!.position,
      events: [{ id: stored!.id, type: 'DepositRecorded' }],
      currency: 'USD',
      depositedOn: TODAY,
    });
    expect(stored!.metadata).toMatchObject({ actor: 'treasury', $correlationId: trace });
    const again = await service.post('/v1/deposits', DEPOSIT);
    expect(again).toMatchObject({ status: 200, body: first.body });
    const other = await service.post('/v1/deposits', { ...DEPOSIT, amount: '99.00' });
    expect(other).toMatchObject({
      status: 409,
      body: { code: 'id_already_used', id: 'D1', differs: ['amount'] },
    });
    expect(await eventsOf(store, 'deposit-D1')).toHaveLength(1);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['nothing', {}, ['depositId', 'traceNumber', 'amount']],
    ['a number for money', { ...DEPOSIT, amount: 100 }, ['amount']],
    ['a debit', { ...DEPOSIT, amount: '-1.00' }, ['amount']],
    ['no money', { ...DEPOSIT, amount: '0.00' }, ['amount']],
    ['more digits than the currency has', { ...DEPOSIT, amount: '1.00', currency: 'JPY' }, ['amount']],
    ['fields of another kind', { ...DEPOSIT, payer: 'ACME', currency: 'usd' }, ['payer', 'currency']],
    ['a direction that is none', { ...DEPOSIT, direction: 'out' }, ['direction']],
    ['null', { ...DEPOSIT, payerId: null, depositedOn: null }, ['payerId', 'depositedOn']],
    ['a day that is none', { ...DEPOSIT, depositedOn: '2026-02-30' }, ['depositedOn']],
  ])('%s is malformed, and every field is named', async (_, body, fields) => {
    const answer = await service.post('/v1/deposits', body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const { errors } = answer.body as { errors: { field: string }[] };
    expect(errors.map(({ field }) => field).sort()).toEqual([...fields].sort());
  });

  test('a condition on a revision, another body or type is refused', async () => {
    const conditional = await service.post('/v1/deposits', DEPOSIT, { 'if-match': '"0"' });
    expect(conditional.body).toMatchObject({
      status: 400,
      errors: [{ field: 'If-Match', message: 'is for single accounts' }],
    });
    const lines = await service.send({
      method: 'POST',
      path: '/v1/deposits',
      body: JSON.stringify(DEPOSIT),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(lines.status).toBe(415);
    expect((await service.post('/v1/deposits', [DEPOSIT])).status).toBe(400);
  });

  test('OpenAPI describes it', async () => {
    const { body } = await service.get('/openapi.json');
    const { post } = (body as { paths: Record<string, { post: object }> }).paths['/v1/deposits']!;
    expect(post).toMatchObject({
      operationId: 'RecordDeposit',
      requestBody: {
        content: { 'application/json': { schema: { $ref: '#/components/schemas/RecordDeposit' } } },
      },
    });
  });

  test('received files are kept in the data folder of the service', async () => {
    const documents = service.app.get<DocumentStore>(DOCUMENTS);
    const { sha256 } = await documents.keep(
      (async function* () {
        yield Buffer.from('ISA*00*');
      })(),
    );
    expect(readdirSync(`${service.config.dataFolder}/documents`)).toEqual([sha256]);
  });
});
