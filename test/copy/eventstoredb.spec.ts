import { expect, test } from '@jest/globals';
import { compareLogs } from '../../src/copy/compare-logs.js';
import { copyLog } from '../../src/copy/copy-log.js';
import { EventNotCopied } from '../../src/copy/refusals.js';
import type { EventStore } from '../../src/event-store/event-store.js';
import { openEventStoreDb } from '../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { type Double, startDouble } from '../support/eventstoredb-double/double.js';
import { fillLedger, onTwoLogs, said } from './ledgers.js';

const signal = new AbortController().signal;

async function onADouble(
  options: Parameters<typeof startDouble>[0],
  use: (remote: EventStore, double: Double) => Promise<void>,
): Promise<void> {
  const double = await startDouble(options);
  try {
    const remote = await openEventStoreDb({ url: double.url });
    try {
      await use(remote, double);
    } finally {
      await remote.close();
    }
  } finally {
    await double.stop();
  }
}

test.each<[string, (double: Double) => void, string[]]>([
  ['calm', () => undefined, []],
  [
    'connections that drop before and after appends, and subscriptions that drop or repeat events',
    ({ faults }) => {
      for (const kind of ['drop_before', 'drop_after', 'unavailable'] as const) {
        faults.next('append', kind, { skip: 4, times: 3 });
      }
      for (const kind of ['drop', 'duplicates'] as const)
        faults.next('delivery', kind, { skip: 15, times: 2 });
    },
    ['append drop_after', 'append drop_before', 'append unavailable', 'delivery drop', 'delivery duplicates'],
  ],
])(
  'a ledger comes to EventStoreDB and back as it was, its order too: %s',
  (_, disturb, happens) =>
    onTwoLogs(async (source, back) =>
      onADouble({}, async (remote, double) => {
        await fillLedger(source, 21, 4, 20);
        const events = await said(source);
        await double.appendForeign('$scavenges', 3);
        await double.appendForeign('order-1', 3);
        disturb(double);
        const copied = { copied: events.length, alreadyThere: 0 };
        expect(await copyLog(source, remote, { signal })).toEqual(copied);
        const there = await compareLogs(source, remote, { signal });
        expect(there).toMatchObject({ equal: events.length, missing: 0 });
        expect(there).not.toHaveProperty('difference');
        expect(await said(remote)).toEqual(events);

        expect(await copyLog(remote, back, { signal })).toEqual(copied);
        expect(await said(back)).toEqual(events);
        expect(await compareLogs(remote, back, { signal })).toEqual(there);
        expect(Object.keys(double.faults.counts()).sort()).toEqual(happens);
      }),
    ),
  120_000,
);

test('an event that the server finds too large is named', () =>
  onTwoLogs(async (source) =>
    onADouble({ appendBytesMax: 1_000 }, async (remote) => {
      const metadata = { recordedAt: '2026-03-01T10:00:00.000Z' };
      const events = ['x', 'x'.repeat(2_000)].map((text, i) => ({
        id: `00000000-0000-4000-8000-00000000000${i}`,
        type: 'NoteRecorded',
        data: { text },
        metadata,
      }));
      await source.append('account-Jane', 'no_stream', events);
      const error = await copyLog(source, remote, { signal }).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(EventNotCopied);
      expect((error as Error).message).toMatch(
        /^the event at position 2 .*larger than the event store takes at once \(1000 bytes\)/,
      );
      expect((error as Error).message).not.toContain('Jane');
      expect(await said(remote)).toHaveLength(1);
    }),
  ));
