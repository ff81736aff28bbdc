import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { type Double, startDouble } from '../support/eventstoredb-double/double.js';
import type { FaultRates } from '../support/eventstoredb-double/faults.js';
import { eventStoreContract } from './contract.js';

const url = process.env['EVENTSTORE_URL'];

if (url) {
  describe('a real EventStoreDB', () => {
    eventStoreContract('it', { open: () => openEventStoreDb({ url }) });
  });
} else {
  test.skip('a real EventStoreDB keeps the contract (EVENTSTORE_URL is not set)', () => undefined);
}

/** Shares of calls, or of events delivered, that go wrong; a connection that drops takes every call on it along. */
const FAULTS: [string, FaultRates][] = [
  ['all goes well', {}],
  [
    'appends are lost, or their answers',
    { append: { drop_before: 0.02, drop_after: 0.02, timeout_after: 0.02, deadline_exceeded_after: 0.02 } },
  ],
  [
    'the server is not ready and its leader changes',
    // That another one leads ends the call that all appends share, so that one fails for all that are under way.
    { append: { unavailable: 0.03, not_leader: 0.01 }, read: { unavailable: 0.03, not_leader: 0.03 } },
  ],
  [
    'reads and subscriptions break off',
    {
      read: { drop: 0.003 },
      subscribe: { drop: 0.2, unavailable: 0.1 },
      delivery: { drop: 0.001, unavailable: 0.001, end: 0.001 },
    },
  ],
  ['events come twice', { delivery: { duplicates: 0.05 } }],
];

/** An append that meets one fault after the other needs time, on a busy machine above all. */
const APPEND_WITHIN_MS = 4_000;

describe.each(FAULTS)('EventStoreDB, where %s', (_, rates) => {
  let double: Double;
  beforeAll(async () => {
    double = await startDouble();
    await double.appendForeign('$scavenges', 40);
    await double.appendForeign('order-1', 700);
    double.faults.seeded(1, rates);
  });
  afterAll(async () => {
    double.faults.clear();
    await double.stop();
  });
  eventStoreContract('its adapter', {
    open: () => openEventStoreDb({ url: double.url, appendWithinMs: APPEND_WITHIN_MS }),
  });

  test('it did go wrong', () => {
    const planned = Object.entries(rates).flatMap(([point, kinds]) =>
      Object.keys(kinds).map((kind) => `${point} ${kind}`),
    );
    expect(Object.keys(double.faults.counts()).sort()).toEqual(planned.sort());
  });
});
