import { describe, expect, it, jest } from '@jest/globals';
import type { EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { StoreUnavailable } from '../../src/event-store/event-store.js';
import { EVENT_STORE } from '../../src/event-store/event-store.js';
import { Metrics } from '../../src/operations/metrics.js';
import { ProjectionLags } from '../../src/operations/projection-lag.js';
import type { ProjectionStatusProvider } from '../../src/operations/projection-status.js';
import { ReadinessProbe } from '../../src/operations/readiness.js';
import { PROJECTOR, type Projector } from '../../src/read-models/projector/projector.js';
import { startTestService } from '../support/service.js';

const NOW = new Date('2026-03-10T12:00:00.000Z');

/** A log of events at the given positions, one recorded a second up to now, and projections of the first of them. */
function probe({
  log,
  projected,
  trouble,
}: {
  log: readonly number[];
  projected: { position: string | undefined; events: number };
  trouble?: string;
}) {
  const metrics = new Metrics();
  const stopping = new AbortController();
  const store = {
    head: async () => log.at(-1)?.toString(),
    async *readAll({ after = '-1' } = {}) {
      const next = log.findIndex((position) => position > Number(after));
      const recordedAt = new Date(NOW.getTime() - 1000 * (log.length - 1 - next)).toISOString();
      if (next >= 0) yield { metadata: { recordedAt } } as StoredEvent;
    },
  } as Partial<EventStore> as EventStore;
  const projections: ProjectionStatusProvider = {
    projectionStatus: async () => [{ name: 'balances', ...projected, deadLetters: 0 }],
    trouble: async () => trouble,
  };
  const lags = new ProjectionLags({ store, clock: { now: () => NOW } });
  const ask = new ReadinessProbe(store, metrics, lags, stopping, undefined, projections);
  return { metrics, stopping, readiness: () => ask.readiness() };
}

/** Positions of events that are all of the same length. */
const log = (events: number, length = 1) => Array.from({ length: events }, (_, i) => (i + 1) * length);
const upTo = (events: number, length = 1) => ({ position: String(events * length), events });
const nothing = { position: undefined, events: 0 };
const FAR = 'too far behind the event log';

describe('readiness', () => {
  it.each([
    ['caught up', { log: log(7), projected: upTo(7) }, { ok: true, lagEvents: 0, lagSeconds: 0 }],
    ['a little behind', { log: log(7), projected: upTo(5) }, { ok: true, lagEvents: 2, lagSeconds: 1 }],
    ['of nothing', { log: [], projected: nothing }, { ok: true, lagEvents: 0, lagSeconds: 0 }],
    ['at the start', { log: log(3), projected: nothing }, { ok: true, lagEvents: 3, lagSeconds: 2 }],
    [
      'a little behind, where positions are bytes',
      { log: log(60, 900), projected: upTo(20, 900) },
      { ok: true, lagEvents: 40, lagSeconds: 39 },
    ],
    ['long behind', { log: log(70), projected: upTo(5) }, { ok: false, reason: FAR, lagSeconds: 64 }],
    [
      'far behind, all of one moment',
      { log: [...log(5), 20_007], projected: upTo(5) },
      { ok: false, reason: FAR, lagEvents: 20_002, lagSeconds: 0 },
    ],
    ['ahead', { log: log(7), projected: upTo(8) }, { ok: false, reason: 'ahead of the event log' }],
    ['of another log', { log: [], projected: upTo(8) }, { ok: false, reason: 'ahead of the event log' }],
    [
      'in trouble',
      { log: log(7), projected: upTo(7), trouble: 'DatabaseUnavailable' },
      { ok: false, reason: 'DatabaseUnavailable', lagEvents: 0 },
    ],
  ])('with projections that are %s', async (_, given, expected) => {
    const { status, checks } = await probe(given).readiness();
    expect(checks['projections']).toMatchObject(expected);
    expect(status).toBe(expected.ok ? 'ready' : 'not_ready');
  });

  it('is lost at once when the service is told to stop', async () => {
    const { stopping, readiness } = probe({ log: log(7), projected: upTo(7) });
    expect((await readiness()).status).toBe('ready');
    stopping.abort();
    expect(await readiness()).toMatchObject({
      status: 'not_ready',
      checks: { service: { ok: false, reason: 'the service stops' }, store: { ok: true } },
    });
  });

  it('is lost by a refused append, for ten seconds or until one is made', async () => {
    const { metrics, readiness } = probe({ log: log(7), projected: upTo(7) });
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
