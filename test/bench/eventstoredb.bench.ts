/*
 * How fast the adapter of EventStoreDB is beside the bare client, in the same run on the server of EVENTSTORE_URL:
 *   EVENTSTORE_URL=esdb://127.0.0.1:2113?tls=false node --experimental-transform-types \
 *     --disable-warning=ExperimentalWarning --import ./test/support/event-store-imports.ts test/bench/eventstoredb.bench.ts
 */
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import type { ExpectedRevision } from '../../src/event-store/event-store.js';

const url = process.env['EVENTSTORE_URL'];
if (url === undefined) throw new Error('set EVENTSTORE_URL');
const EVENTS_A_STREAM = 20;
const ROUNDS = 3;

type Append = (stream: string, expected: ExpectedRevision) => Promise<ExpectedRevision>;

const store = await openEventStoreDb({ url, appendWithinMs: 30_000 });
const client = EventStoreDBClient.connectionString(url);
const ours: Append = async (stream, expected) => (await store.append(stream, expected, [event()])).revision;
const bare: Append = async (stream, expected) => {
  const expectedRevision = expected === 'no_stream' ? expected : BigInt(expected);
  const { nextExpectedRevision } = await client.appendToStream(stream, jsonEvent(event()), {
    expectedRevision,
  });
  return Number(nextExpectedRevision);
};

for (const [callers, appends] of [
  [1, 600],
  [32, 6_000],
  [128, 12_000],
] as const) {
  const rates: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.bare.push(await rate(bare, callers, appends));
    rates.ours.push(await rate(ours, callers, appends));
  }
  const [best, of] = [Math.max(...rates.ours), Math.max(...rates.bare)];
  console.log(
    `append, ${callers} callers: ${text(best)}/s, bare client ${text(of)}/s, ratio ${(best / of).toFixed(2)}`,
  );
}
const started = performance.now();
let events = 0;
for await (const _ of store.readAll()) events += 1;
console.log(`readAll: ${text((events / (performance.now() - started)) * 1_000)} events/s of ${text(events)}`);
await store.close();
await client.dispose();
process.exit();

async function rate(append: Append, callers: number, appends: number): Promise<number> {
  let left = appends;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        const stream = `account-${randomUUID()}`;
        let expected: ExpectedRevision = 'no_stream';
        for (let n = 0; n < EVENTS_A_STREAM && left > 0; n += 1) {
          left -= 1;
          expected = await append(stream, expected);
        }
      }
    }),
  );
  return (appends / (performance.now() - start)) * 1_000;
}

function event() {
  return {
    id: randomUUID(),
    type: 'ChargePosted',
    data: { chargeId: randomUUID(), serviceDate: '2026-01-15', amount: '125.00', currency: 'USD' },
    metadata: { recordedAt: new Date().toISOString(), actor: 'bench', $correlationId: randomUUID() },
  };
}

function text(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en');
}
