import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore } from '../../src/event-store/event-store.js';
import { Metrics } from '../../src/operations/metrics.js';
import { ProjectionLags } from '../../src/operations/projection-lag.js';

const NEVER = new Promise<never>(() => undefined);

it.each([
  ['the event store', 1500, () => NEVER, true],
  ['the database', Infinity, async () => '10', false],
])(
  'metrics are given within two seconds while %s does not answer',
  async (_, databaseMs, head, hasDeadLetters) => {
    const metrics = new Metrics();
    const store = { head } as Partial<EventStore> as EventStore;
    metrics.followProjections(new ProjectionLags({ store, clock: { now: () => new Date() } }), {
      projectionStatus: async () => {
        await (databaseMs === Infinity ? NEVER : delay(databaseMs));
        return [{ name: 'balances', position: '5', events: 5, deadLetters: 3 }];
      },
      trouble: async () => undefined,
    });
    metrics.finished('OpenAccount', 'appended');
    const asked = performance.now();
    const text = await metrics.read();
    expect(performance.now() - asked).toBeLessThan(3000);
    expect(text).toContain('arledger_commands_total{type="OpenAccount",result="appended"} 1\n');
    expect(text.includes('arledger_projection_dead_letters{projection="balances"} 3\n')).toBe(hasDeadLetters);
    expect(text).not.toContain('arledger_projection_lag_seconds{');
  },
  30_000,
);
