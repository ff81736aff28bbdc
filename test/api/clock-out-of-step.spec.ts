import { expect, it } from '@jest/globals';
import { EVENT_STORE, type EventStore, type StoredEvent } from '../../src/event-store/event-store.js';
import { onPostgres } from '../support/database.js';
import { type TestService, startTestService } from '../support/service.js';

/* A service whose clock can be set, beside the clock of the PostgreSQL that all processes share. */

const HOUR_MS = 3_600_000;
const SKEW_MS = 2000;

onPostgres('the clock of a service', (fresh) => {
  it('records nothing while it is out of step, answers all the same, and goes on when it is set right', async () => {
    const { url } = await fresh();
    let aheadMs = 0;
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    const service = await startTestService({ readModels: true, clock, env: { DATABASE_URL: url } });
    const open = (accountId: string) => service.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
    try {
      const { status, body } = await open('A');
      expect(status).toBe(201);
      expect((await service.get(`/v1/accounts/A?waitFor=${body.position}`)).status).toBe(200);
      for (const ahead of [HOUR_MS, -HOUR_MS, 700]) {
        aheadMs = ahead;
        const refused = await open('B');
        expect(refused).toMatchObject({
          status: 503,
          headers: { 'content-type': expect.stringContaining('problem+json'), 'retry-after': '1' },
          body: { code: 'clock_out_of_step', comparedWith: 'database', allowedMs: SKEW_MS / 4 },
        });
        expect(Math.abs(refused.body.differenceMs - ahead)).toBeLessThan(200);
        expect((await service.get('/v1/accounts/A')).status).toBe(200);
        const ready = await service.get('/health/ready');
        expect(ready.status).toBe(503);
        expect(ready.body.checks.clock).toMatchObject({
          ok: false,
          reason: "the clock differs from the database's",
        });
        const offset = /^arledger_clock_offset_seconds (\S+)$/m.exec(
          (await service.get('/metrics')).body,
        )?.[1];
        expect(Math.abs(Number(offset) - ahead / 1000)).toBeLessThan(0.2);
      }
      aheadMs = 0;
      expect(await eventsIn(service)).toHaveLength(1);
      expect((await open('B')).status).toBe(201);
      expect((await service.get('/health/ready')).body.checks.clock).toMatchObject({ ok: true });
    } finally {
      await service.remove();
    }
  });

  it('that is wrong from the start is refused from the start', async () => {
    const { url } = await fresh();
    const clock = { now: () => new Date(Date.now() - HOUR_MS) };
    const service = await startTestService({ readModels: true, clock, env: { DATABASE_URL: url } });
    try {
      const refused = await service.post('/v1/accounts', { accountId: 'A', openedOn: '2026-01-01' });
      expect(refused).toMatchObject({ status: 503, body: { code: 'clock_out_of_step' } });
      expect(await eventsIn(service)).toEqual([]);
    } finally {
      await service.remove();
    }
  });

  it("is not what a question about an instant is asked by: that is the database's", async () => {
    const { url } = await fresh();
    let aheadMs = 0;
    const clock = { now: () => new Date(Date.now() + aheadMs) };
    const service = await startTestService({ readModels: true, clock, env: { DATABASE_URL: url } });
    try {
      const { body } = await service.post('/v1/accounts', { accountId: 'A', openedOn: '2026-01-01' });
      expect((await service.get(`/v1/accounts/A?waitFor=${body.position}`)).status).toBe(200);
      aheadMs = HOUR_MS;
      const later = new Date(Date.now() + HOUR_MS / 2).toISOString();
      expect(await service.get(`/v1/aging?knownAt=${later}`)).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'knownAt', message: 'must not be in the future' }] },
      });
      const asked = performance.now();
      const knownAt = new Date(Date.now() - 500).toISOString();
      expect(await service.get(`/v1/aging?knownAt=${knownAt}`)).toMatchObject({ status: 200 });
      // By its own clock the process would have answered at once.
      expect(performance.now() - asked).toBeGreaterThan(SKEW_MS - 500 - 100);
    } finally {
      await service.remove();
    }
  });
});

it('a service whose clock is behind its own log says until when it records nothing, and obeys its operator', async () => {
  let now = new Date('2026-03-10T12:00:00.000Z');
  const clock = { now: () => now };
  let service = await startTestService({ clock });
  const open = (accountId: string) => service.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
  const restart = async (env: Record<string, string> = {}) => {
    await service.close();
    service = await startTestService({ clock, folder: service.config.dataFolder, env });
  };
  try {
    expect((await open('A')).status).toBe(201);
    now = new Date('2026-03-10T11:00:00.000Z');
    const fault = { comparedWith: 'event_log', differenceMs: -HOUR_MS, until: '2026-03-10T11:59:58.000Z' };
    expect(await open('B')).toMatchObject({ status: 503, body: { code: 'clock_out_of_step', ...fault } });
    await restart();
    expect(await open('B')).toMatchObject({ status: 503, body: { code: 'clock_out_of_step', ...fault } });
    expect((await service.get('/health/ready')).body.checks.clock).toEqual({
      ok: false,
      reason: 'the clock is behind what was recorded or asked before',
      until: fault.until,
    });
    await restart({ ARLEDGER_CLOCK_BEHIND_LOG: 'accept' });
    expect((await open('B')).status).toBe(201);
    // What was recorded last is what counts from now on.
    await restart();
    expect((await open('C')).status).toBe(201);
    expect((await eventsIn(service)).map(({ metadata }) => metadata.recordedAt)).toEqual([
      '2026-03-10T12:00:00.000Z',
      '2026-03-10T11:00:00.000Z',
      '2026-03-10T11:00:00.000Z',
    ]);
  } finally {
    await service.remove();
  }
});

it('what was answered for an instant stands: nothing is recorded before it, should the clock go back', async () => {
  let now = new Date('2026-03-10T12:00:00.000Z');
  const service = await startTestService({ readModels: true, clock: { now: () => now } });
  const open = (accountId: string) => service.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
  const askedAnHourLater = async (path: string) => {
    const before = now;
    now = new Date(now.getTime() + HOUR_MS);
    expect(await service.get(path)).toMatchObject({ status: 200 });
    now = before;
  };
  try {
    const { position } = (await open('A')).body;
    await askedAnHourLater(`/v1/aging?waitFor=${position}`);
    expect(await open('B')).toMatchObject({ status: 201 });
    await askedAnHourLater('/v1/aging?knownAt=2026-03-10T12:59:00Z');
    expect(await open('C')).toMatchObject({ status: 503, body: { code: 'clock_out_of_step' } });
    expect((await service.get('/health/ready')).body.checks.clock).toMatchObject({
      ok: false,
      until: '2026-03-10T12:58:58.000Z',
    });
  } finally {
    await service.remove();
  }
}, 30_000);

async function eventsIn(service: TestService): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.app.get<EventStore>(EVENT_STORE).readAll()) events.push(event);
  return events;
}
