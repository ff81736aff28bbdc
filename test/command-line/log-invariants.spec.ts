import { describe, expect, it } from '@jest/globals';
import { type LogContradiction, contradictions } from '../../src/command-line/log-invariants.js';
import { EventLogDamaged, type EventStore, type StoredEvent } from '../../src/event-store/event-store.js';
import { proxied } from '../commands/accounts-on-a-log.js';
import { list } from '../event-store/contract.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import { randomHistory } from '../read-models/queries/random-history.js';

const HISTORY = randomHistory(11, 3, 20);
const LAST = HISTORY.filter(({ accountId }) => accountId === 'A1').length - 1;

/** The history without some events of account A1. */
function logWithout(isGone: (revision: number) => boolean): LogInMemory {
  return new LogInMemory(
    HISTORY.filter(({ accountId, revision }) => accountId !== 'A1' || !isGone(revision)),
  );
}

/** A log that still holds everything, while the stream of account A1 was cut off. */
function cutOff(readStream: (events: AsyncIterable<StoredEvent>) => AsyncIterable<StoredEvent>): EventStore {
  const log = new LogInMemory(HISTORY);
  return {
    ...proxied(log),
    readStream: (stream, options) =>
      stream === 'account-A1' ? readStream(log.readStream(stream, options)) : log.readStream(stream, options),
  };
}

async function* only(events: AsyncIterable<StoredEvent>, isThere: (revision: number) => boolean) {
  for await (const event of events) if (isThere(event.revision)) yield event;
}

function found(store: EventStore): Promise<LogContradiction[]> {
  return list(contradictions(store, () => undefined));
}

describe('what the events of a log say', () => {
  it('has nothing to contradict it in a sound log', async () => {
    expect(LAST).toBeGreaterThan(6);
    expect(await found(new LogInMemory(HISTORY))).toEqual([]);
  });

  it.each([
    ['the first events', (r: number) => r < 3, 'account A1: revisions 0 to 2 are missing at position '],
    ['one in the middle', (r: number) => r === 4, 'account A1: revision 4 is missing at position '],
    [
      'all but the last',
      (r: number) => r < LAST,
      `account A1: revisions 0 to ${LAST - 1} are missing at position `,
    ],
  ])('names the account once where the log misses %s', async (_, isGone, text) => {
    const findings = await found(logWithout(isGone));
    expect(findings).toEqual([
      { accountId: 'A1', position: expect.any(String), text: expect.stringContaining(text) },
    ]);
  });

  it.each([
    ['at its beginning', (r: number) => r >= 5, 'revisions 0 to 4 are missing in its stream'],
    ['in its middle', (r: number) => r !== 2, 'revision 2 is missing in its stream'],
    [
      'as a whole',
      () => false,
      `revisions 0 to ${LAST} are missing in its stream, which the log still holds`,
    ],
    [
      'at its end',
      (r: number) => r < LAST,
      `revision ${LAST} is missing in its stream, which the log still holds`,
    ],
  ])('names a stream that was cut off %s, though the log still holds all of it', async (_, isThere, text) => {
    const findings = await found(cutOff((events) => only(events, isThere)));
    expect(findings).toEqual([{ accountId: 'A1', text: `account A1: ${text}` }]);
  });

  it('names a stream that cannot be read at all, and goes on', async () => {
    const deleted = cutOff(() => {
      throw new EventLogDamaged('a stream was deleted');
    });
    expect(await found(deleted)).toEqual([
      { accountId: 'A1', text: 'account A1: its stream cannot be read: a stream was deleted' },
    ]);
  });
});
