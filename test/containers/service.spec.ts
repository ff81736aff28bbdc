import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newDatabase, noPostgres } from '../support/database-server.js';
import { type TestService, startTestService } from '../support/service.js';

/* The whole service, twice, on one EventStoreDB and one PostgreSQL: what one process takes, the other answers for. */

const eventStoreUrl = process.env['EVENTSTORE_URL'];
const missing = eventStoreUrl === undefined ? 'EVENTSTORE_URL is not set' : noPostgres();
/** A log that others use too is read from its start first. */
const WITHIN_MS = 120_000;

if (eventStoreUrl !== undefined && missing === undefined) {
  describe('two processes on a real EventStoreDB and PostgreSQL', () => onServers(eventStoreUrl));
} else {
  test.skip(`two processes on a real EventStoreDB and PostgreSQL (${missing})`, () => undefined);
}

function onServers(EVENTSTORE_URL: string): void {
  const accountId = `containers-${randomUUID()}`;
  let database: Awaited<ReturnType<typeof newDatabase>>;
  let one: TestService;
  let other: TestService;
  let receipt: Record<string, unknown>;

  beforeAll(async () => {
    database = await newDatabase();
    const options = {
      readModels: true,
      clock: { now: () => new Date() },
      env: { EVENTSTORE_URL, DATABASE_URL: database.url },
    };
    one = await startTestService(options);
    other = await startTestService(options);
  }, WITHIN_MS);

  afterAll(async () => {
    await one.remove();
    await other.remove();
    await database.remove();
  }, WITHIN_MS);

  const charge = (amount: string) => ({
    chargeId: 'C1',
    serviceDate: '2026-01-05',
    amount,
    code: { system: 'LOCAL', value: 'x' },
    responsible: { party: 'patient' },
  });

  test(
    'what one has taken, the other answers for',
    async () => {
      const opened = await one.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
      expect(opened.status).toBe(201);
      const charged = await other.post(`/v1/accounts/${accountId}/charges`, charge('100.00'));
      expect(charged).toMatchObject({ status: 201, body: { revision: 1 } });
      receipt = charged.body;
      for (const service of [one, other]) {
        const path = `/v1/accounts/${accountId}?waitFor=${charged.body.position}`;
        let answer = await service.get(path);
        const until = Date.now() + WITHIN_MS;
        while (answer.status !== 200 && Date.now() < until) answer = await service.get(path);
        expect(answer).toMatchObject({ status: 200, body: { accountId, balance: '100.00', revision: 1 } });
      }
    },
    2 * WITHIN_MS,
  );

  test('what was taken is not taken twice, by either', async () => {
    for (const service of [one, other]) {
      const repeated = await service.post(`/v1/accounts/${accountId}/charges`, charge('100.00'));
      // 201 by a process that had not seen it yet: the store took the repetition for what it has.
      expect([200, 201]).toContain(repeated.status);
      expect(repeated.body).toEqual(receipt);
      expect((await service.post(`/v1/accounts/${accountId}/charges`, charge('100.00'))).status).toBe(200);
      const changed = await service.post(`/v1/accounts/${accountId}/charges`, charge('90.00'));
      expect(changed).toMatchObject({ status: 409, body: { code: 'id_already_used', differs: ['amount'] } });
    }
  });

  test('both are ready', async () => {
    for (const service of [one, other]) {
      expect((await service.get('/health/ready')).body).toMatchObject({ status: 'ready' });
    }
  });
}
