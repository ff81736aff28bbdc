/*
 * How fast the embedded store appends and reads on this machine, in a new folder below the given one (default: the
 * temporary folder). Run with:
 *   node --experimental-transform-types --disable-warning=ExperimentalWarning \
 *     --import ./test/support/event-store-imports.ts test/bench/event-store.bench.ts [FOLDER]
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLog } from '../../src/event-store/embedded/check-log.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { ExpectedRevision, NewEvent } from '../../src/event-store/event-store.js';

const EVENTS_A_STREAM = 20;

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'arledger-bench-'));
const store = await openEmbeddedStore({ folder });
for (const [callers, appends] of [
  [1, 5_000],
  [32, 60_000],
  [128, 100_000],
  [1_000, 100_000],
] as const) {
  const before = await store.status();
  const perSecond = await rate(() => appendFrom(callers, appends));
  const commits = (await store.status()).commits - before.commits;
  console.log(
    `append, ${callers} callers: ${perSecond}/s, ${(appends / commits).toFixed(1)} appends a commit`,
  );
}
console.log(`readAll: ${await rate(() => count(store.readAll()))} events/s`);
console.log(`subscribeToAll, catching up: ${await rate(catchUp)} events/s`);
await store.close();
console.log(`checkLog: ${await rate(check)} events/s`);
const opened = performance.now();
await (await openEmbeddedStore({ folder })).close();
console.log(`open and close: ${Math.round(performance.now() - opened)} ms`);
rmSync(folder, { recursive: true });

async function appendFrom(callers: number, appends: number): Promise<number> {
  let left = appends;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (left > 0) {
        const stream = `account-${randomUUID()}`;
        let expected: ExpectedRevision = 'no_stream';
        for (let event = 0; event < EVENTS_A_STREAM && left > 0; event += 1) {
          left -= 1;
          expected = (await store.append(stream, expected, [charge()])).revision;
        }
      }
    }),
  );
  return appends;
}

async function catchUp(): Promise<number> {
  let events = 0;
  for await (const batch of store.subscribeToAll({ signal: new AbortController().signal })) {
    events += batch.events.length;
    if (batch.caughtUp) break;
  }
  return events;
}

async function check(): Promise<number> {
  let events = 0;
  const findings = await count(checkLog({ folder, onProgress: (checked) => (events = checked) }));
  if (findings > 0) throw new Error(`${findings} findings`);
  return events;
}

async function count(source: AsyncIterable<unknown>): Promise<number> {
  let items = 0;
  for await (const _ of source) items += 1;
  return items;
}

async function rate(work: () => Promise<number>): Promise<string> {
  const start = performance.now();
  const done = await work();
  return Math.round((done / (performance.now() - start)) * 1_000).toLocaleString('en');
}

function charge(): NewEvent {
  return {
    id: randomUUID(),
    type: 'ChargePosted',
    data: {
      chargeId: randomUUID(),
      serviceDate: '2026-01-15',
      effectiveOn: '2026-01-15',
      amount: '125.00',
      currency: 'USD',
      code: { system: 'CPT', value: '99213', modifiers: ['25'] },
      responsible: { party: 'payer', payerId: 'aetna', position: 'primary' },
      diagnoses: ['J06.9'],
      description: 'Office visit',
    },
    metadata: { recordedAt: new Date().toISOString(), actor: 'bench', $correlationId: randomUUID() },
  };
}
