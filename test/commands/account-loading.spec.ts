import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { AccountLoading } from '../../src/commands/account-loading.js';
import type { EventStore } from '../../src/event-store/event-store.js';

it('a snapshot that does not come is not waited for', async () => {
  const lines: object[] = [];
  const log = pino(
    { base: null, timestamp: false, level: 'debug' },
    { write: (line) => lines.push(JSON.parse(line) as object) },
  );
  const never = Promise.withResolvers<undefined>();
  const empty = { readStream: async function* () {} } as unknown as EventStore;
  const loading = new AccountLoading(
    empty,
    { load: () => never.promise, save: () => Promise.resolve() },
    log,
    1,
  );
  const started = performance.now();
  expect((await loading.load('A1')).events).toBe(0);
  expect(performance.now() - started).toBeLessThan(3_000);
  expect(lines).toEqual([{ level: 20, msg: 'a snapshot was not waited for any longer' }]);
  // Its failure, later, is of no interest to anybody.
  never.reject(new Error('too late'));
  await new Promise((resolve) => setImmediate(resolve));
});
