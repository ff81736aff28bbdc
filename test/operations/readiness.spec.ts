import { describe, expect, it, jest } from '@jest/globals';
import type { EventStore } from '../../src/event-store/event-store.js';
import { StoreUnavailable } from '../../src/event-store/event-store.js';
import { EVENT_STORE } from '../../src/event-store/event-store.js';
import { Metrics } from '../../src/operations/metrics.js';
import type { ProjectionStatusProvider } from '../../src/operations/projection-status.js';
import { ReadinessProbe } from '../../src/operations/readiness.js';
import { PROJECTOR, type Projector } from '../../src/read-models/projector/projector.js';
import { startTestService } from '../support/service.js';

function probe(head: string | undefined, position: string | undefined, trouble?: string) {
  const metrics = new Metrics();
  const store = { head: async () => head } as Partial<EventStore> as EventStore;
  const projections: ProjectionStatusProvider = {
    projectionStatus: async () => [{ name: 'balances', position, deadLetters: 0 }],
    trouble: async () => trouble,
  };
  return { metrics, readiness: () => new ReadinessProbe(store, metrics, undefined, projections).readiness() };
}

describe('readiness', () => {
  it.each([
    ['7', '7', undefined, { ok: true, lag: 0 }],
    ['7', '5', undefined, { ok: true, lag: 2 }],
    [undefined, undefined, undefined, { ok: true, lag: 0 }],
    ['20007', '5', undefined, { ok: false, reason: 'too far behind the event log' }],
    ['7', '8', undefined, { ok: false, reason: 'ahead of the event log' }],
    [undefined, '8', undefined, { ok: false, reason: 'ahead of the event log' }],
    ['7', '7', 'DatabaseUnavailable', { ok: false, reason: 'DatabaseUnavailable', lag: 0 }],
  ])('of a log at %s and projections at %s (%s)', async (head, position, trouble, expected) => {
    const { status, checks } = await probe(head, position, trouble).readiness();
    expect(checks['projections']).toMatchObject(expected);
    expect(status).toBe(expected.ok ? 'ready' : 'not_ready');
  });

  it('is lost by a refused append, for ten seconds or until one is made', async () => {
    const { metrics, readiness } = probe('7', '7');
    metrics.appendRefused();
    expect(await readiness()).toMatchObject({
      status: 'not_ready',
      checks: { store: { ok: false, reason: 'the last append was refused', head: '7' } },
    });
    metrics.appended(0.001);
    expect((await readiness()).status).toBe('ready');
    metrics.appendRefused();
    const later = performance.now() + 10_001;
    const now = jest.spyOn(performance, 'now').mockReturnValue(later);
    try {
      expect(metrics.secondsSinceRefusal()).toBeGreaterThan(10);
      expect((await readiness()).status).toBe('ready');
    } finally {
      now.mockRestore();
    }
  });

  it('of a service is lost while appends are refused, or the projector does not get on', async () => {
    const service = await startTestService({ readModels: true });
    try {
      const store = service.app.get<EventStore>(EVENT_STORE);
      const ready = async () => (await service.get('/health/ready')).body;
      const post = (accountId: string) => service.post('/v1/accounts', { accountId, openedOn: '2026-01-01' });
      const { append } = store;
      Object.assign(store, { append: () => Promise.reject(new StoreUnavailable('full')) });
      expect((await post('A')).status).toBe(503);
      expect(await ready()).toMatchObject({ checks: { store: { reason: 'the last append was refused' } } });
      Object.assign(store, { append });
      const { position } = (await post('A')).body;
      await service.get(`/v1/accounts?waitFor=${position}`);
      expect(await ready()).toMatchObject({ status: 'ready' });

      const projector = service.app.get<Projector>(PROJECTOR);
      await projector.stop();
      const { subscribeToAll } = store;
      Object.assign(store, {
        subscribeToAll: () => {
          throw new RangeError('Jane Doe');
        },
      });
      await post('B');
      projector.start();
      for (const end = Date.now() + 5_000; projector.trouble() === undefined && Date.now() < end;) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      // As long as it fails, at every moment.
      for (let i = 0; i < 20; i++) {
        expect(await ready()).toMatchObject({
          status: 'not_ready',
          checks: { projections: { ok: false, reason: 'RangeError' } },
        });
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      Object.assign(store, { subscribeToAll });
      for (const end = Date.now() + 10_000; projector.trouble() !== undefined && Date.now() < end;) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(await ready()).toMatchObject({ status: 'ready' });
    } finally {
      await service.remove();
    }
  }, 60_000);
});
