import { expect, test } from '@jest/globals';
import { ClockGuard } from '../../../src/commands/clock-guard.js';
import { decodeBeside } from '../../../src/event-store/codec.js';
import { EventLogDamaged, type EventStore, StoreUnavailable } from '../../../src/event-store/event-store.js';
import type { RemittanceEvent } from '../../../src/ledger/remittance-events.js';
import { StreamWriter } from '../../../src/remittances/posting/stream-writer.js';
import { NOW, eventsOf, onALog, proxied, silent } from '../../commands/accounts-on-a-log.js';

const clock = { now: () => new Date(NOW) };

function completed(posted: number): RemittanceEvent {
  return {
    type: 'RemittanceCompleted',
    data: { remittanceId: 'R1', posted, suspended: 0, effectiveOn: '2026-03-01' },
  };
}

test('events are appended with who sent them and when, and can be read', () =>
  onALog(async (store) => {
    const writer = new StreamWriter({ store, clock });
    const sender = { actor: 'Zoë', correlationId: '0af7651916cd43dd8448eb211c80319c', ifRevision: 7 };
    const events = [
      { key: 'a', event: completed(1) },
      { key: 'b', event: completed(1) },
    ];
    const first = await writer.append('remittance-R1', 'no_stream', 0, events, sender);
    expect(first).toMatchObject({ revision: 1, recordedAt: Date.parse(NOW) });
    const stored = await eventsOf(store, 'remittance-R1');
    expect(stored.map(({ id }) => id)).toEqual(first.ids);
    expect(new Set(first.ids).size).toBe(2);
    expect(stored[0]!.metadata).toEqual({
      recordedAt: NOW,
      actor: 'Zoë',
      $correlationId: sender.correlationId,
    });
    expect(decodeBeside(stored[1]!)).toMatchObject({ event: completed(1), revision: 1, actor: 'Zoë' });
    const second = await writer.append('remittance-R1', 1, first.recordedAt, [
      { key: 'c', event: completed(2) },
    ]);
    expect(second).toMatchObject({ revision: 2 });
    expect((await eventsOf(store, 'remittance-R1'))[2]!.metadata).toEqual({ recordedAt: NOW });
  }));

test('the same again appends nothing; another content, key or stream is another event', () =>
  onALog(async (store) => {
    const writer = new StreamWriter({ store, clock });
    const one = [{ key: 'completed', event: completed(1) }];
    const first = await writer.append('remittance-R1', 'no_stream', 0, one);
    expect(await writer.append('remittance-R1', 'no_stream', 0, one)).toEqual(first);
    expect(await eventsOf(store, 'remittance-R1')).toHaveLength(1);
    for (const other of [
      { key: 'completed', event: completed(2) },
      { key: 'else', event: completed(1) },
    ]) {
      await expect(writer.append('remittance-R1', 'no_stream', 0, [other])).rejects.toMatchObject({
        name: 'WrongExpectedRevision',
        actual: 0,
      });
    }
    const elsewhere = await writer.append('remittance-R2', 'no_stream', 0, one);
    expect(elsewhere.ids).not.toEqual(first.ids);
  }));

test('recordedAt never decreases along a stream, and a clock that is wrong records nothing', () =>
  onALog(async (store) => {
    const later = Date.parse(NOW) + 400;
    const one = [{ key: 'completed', event: completed(1) }];
    const clockGuard = new ClockGuard({ clock, log: silent, clockSkewMs: 2000 });
    const writer = new StreamWriter({ store, clock, clockGuard });
    expect(await writer.append('remittance-R1', 'no_stream', later, one)).toMatchObject({
      recordedAt: later,
    });
    expect((await eventsOf(store, 'remittance-R1'))[0]!.metadata.recordedAt).toBe(
      new Date(later).toISOString(),
    );
    await expect(
      writer.append('remittance-R2', 'no_stream', Date.parse(NOW) + 5000, one),
    ).rejects.toMatchObject({ name: 'ClockOutOfStep' });
    expect(await eventsOf(store, 'remittance-R2')).toEqual([]);
  }));

test('a stream of which events are gone is told as damaged, a store that is away is counted', () =>
  onALog(async (base) => {
    const told: string[] = [];
    const observer = {
      appended: () => void told.push('appended'),
      appendRefused: () => void told.push('refused'),
    };
    const one = [{ key: 'completed', event: completed(1) }];
    const writerOn = (store: EventStore): StreamWriter => new StreamWriter({ store, clock, observer });
    const beyond = { ...proxied(base), append: async () => ({ revision: 8, position: '9' }) };
    await expect(writerOn(beyond).append('remittance-R1', 'no_stream', 0, one)).rejects.toThrow(
      EventLogDamaged,
    );
    const away = {
      ...proxied(base),
      append: () => Promise.reject(new StoreUnavailable('away on purpose')),
    };
    await expect(writerOn(away).append('remittance-R1', 'no_stream', 0, one)).rejects.toThrow(
      'away on purpose',
    );
    expect(told).toEqual(['appended', 'refused']);
  }));
