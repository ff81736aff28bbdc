import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { replayAccount } from '../../src/command-line/account-replay.js';
import type { LogContradiction } from '../../src/command-line/log-contradiction.js';
import { contradictions } from '../../src/command-line/log-invariants.js';
import { EventLogDamaged, type EventStore, type StoredEvent } from '../../src/event-store/event-store.js';
import { accountStream } from '../../src/event-store/codec.js';
import { hospital } from '../../src/generator/hospital.js';
import type { AccountEvent } from '../../src/ledger/events.js';
import { visible } from '../../src/command-line/visible.js';
import { proxied } from '../commands/accounts-on-a-log.js';
import { list } from '../event-store/contract.js';
import { RuleBook } from '../generator/rule-book.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import { randomHistory } from '../read-models/queries/random-history.js';
import { PATIENT } from '../support/ledger.js';
import { anyHistory, play, simulation } from '../support/ledger-histories.js';

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

const TODAY = '2026-03-01';

function append(
  log: LogInMemory,
  event: AccountEvent,
  accountId = 'A1',
  recordedAt = `${TODAY}T10:00:00.000Z`,
) {
  log.put({ stream: accountStream(accountId), ...event, metadata: { recordedAt } });
}

function opened(): AccountEvent {
  return {
    type: 'AccountOpened',
    data: { accountId: 'A1', openedOn: TODAY, currency: 'USD', entity: 'main' },
  };
}

function charged(chargeId: string, { amount = '10.00' } = {}): AccountEvent {
  const [effectiveOn, code] = [TODAY, { system: 'CPT', value: '99213' } as const];
  return {
    type: 'ChargePosted',
    data: {
      chargeId,
      currency: 'USD',
      effectiveOn,
      serviceDate: TODAY,
      amount,
      code,
      responsible: PATIENT,
    },
  };
}

function paid(paymentId: string, chargeId: string): AccountEvent {
  const [effectiveOn, amount] = [TODAY, '1.00'];
  return {
    type: 'PaymentPosted',
    data: {
      paymentId,
      currency: 'USD',
      effectiveOn,
      amount,
      from: PATIENT,
      method: 'check',
      allocations: [{ chargeId, amount, responsible: PATIENT }],
    },
  };
}

async function textsFrom(log: EventStore): Promise<string[]> {
  return (await found(log)).map(({ text }) => text);
}

function found(store: EventStore): Promise<LogContradiction[]> {
  return list(contradictions(store, () => undefined));
}

describe('what the events of a log say', () => {
  it('has nothing to contradict it in a sound log', async () => {
    expect(LAST).toBeGreaterThan(6);
    expect(await found(new LogInMemory(HISTORY))).toEqual([]);
  });

  it('has nothing to contradict it, whatever the rules have made of commands', async () => {
    let events = 0;
    const checked = fc.asyncProperty(anyHistory, async (commands) => {
      const { recorded } = play(commands);
      events += recorded.length;
      expect(await found(new LogInMemory(recorded))).toEqual([]);
    });
    await fc.assert(checked, simulation());
    expect(events).toBeGreaterThan(1000);
  });

  it('has nothing to contradict it in a made-up hospital', async () => {
    const rules = new RuleBook();
    const log = new LogInMemory();
    for (const command of hospital({ accounts: 30, months: 14, seed: 3 })) {
      for (const event of rules.accepted(command)) append(log, event, command.accountId);
    }
    expect(log.events.length).toBeGreaterThan(300);
    expect(await found(log)).toEqual([]);
  });

  it('names the account of an event that cannot be read, once, and asks of it no more than can be known', async () => {
    const log = new LogInMemory();
    append(log, opened());
    append(log, charged('C1', { amount: 'much' }));
    append(log, paid('P1', 'C1'));
    expect(await found(log)).toEqual([
      {
        check: 'unreadable_event',
        accountId: 'A1',
        position: '6',
        text: 'event 6 of account A1 cannot be read: data is malformed: amount: invalid_format',
      },
    ]);
  });

  it('says that a stream was deleted, not what the place of that in it seems to say', async () => {
    const log = new LogInMemory();
    append(log, opened());
    log.put({ stream: 'account-A1', type: '$streamDeleted', revision: Number.MAX_SAFE_INTEGER });
    expect(await textsFrom(log)).toEqual(['account A1: its stream was deleted at position 6']);
  });

  it.each<[string, AccountEvent[], string[]]>([
    [
      'an id that is used twice, whatever for',
      [charged('C1'), paid('C1', 'C1')],
      ['event 9 (PaymentPosted) of account A1 has the id C1, which revision 1 (ChargePosted) has already'],
    ],
    [
      'a charge that was never posted',
      [paid('P1', 'C9')],
      ['event 6 (PaymentPosted) of account A1 refers to charge C9, which did not come before it'],
    ],
    [
      'a charge that was posted later',
      [paid('P1', 'C1'), charged('C1')],
      ['event 6 (PaymentPosted) of account A1 refers to charge C1, which did not come before it'],
    ],
    [
      'a charge that is a payment',
      [charged('C1'), paid('P1', 'C1'), paid('P2', 'P1')],
      ['event 12 (PaymentPosted) of account A1 refers to charge P1, which did not come before it'],
    ],
    [
      'a denial and an entry that are not there',
      [
        {
          type: 'DenialResolved',
          data: {
            resolutionId: 'S1',
            denialId: 'D1',
            effectiveOn: TODAY,
            outcome: 'written_off',
            entryId: 'J1',
          },
        },
      ],
      [
        'event 6 (DenialResolved) of account A1 refers to denial D1, which did not come before it',
        'event 6 (DenialResolved) of account A1 refers to entry J1, which did not come before it',
      ],
    ],
    [
      'a payment and an entry behind a reversal',
      [
        charged('C1'),
        {
          type: 'EntryReversed',
          data: {
            reversalId: 'R1',
            currency: 'USD',
            effectiveOn: TODAY,
            reverses: 'X1',
            reason: 'other',
            amount: '1.00',
            movements: [
              {
                of: 'X1',
                debit: { account: 'Assets:Cash' },
                credit: { account: 'Liabilities:Unapplied', paymentId: 'P9', owner: PATIENT },
                amount: '1.00',
                effectiveOn: TODAY,
              },
            ],
          },
        },
      ],
      [
        'event 9 (EntryReversed) of account A1 refers to payment P9, which did not come before it',
        'event 9 (EntryReversed) of account A1 refers to entry X1, which did not come before it',
      ],
    ],
  ])('names %s', async (_, events, texts) => {
    const log = new LogInMemory();
    for (const event of [opened(), ...events]) append(log, event);
    expect(await textsFrom(log)).toEqual(texts);
  });

  it('names an event that was recorded before the one before it', async () => {
    const log = new LogInMemory();
    append(log, opened());
    append(log, charged('C1'), 'A1', '2026-02-28T23:59:59.999Z');
    expect(await textsFrom(log)).toEqual([
      'event 6 (ChargePosted) of account A1 was recorded at 2026-02-28T23:59:59.999Z, before the event before it: 2026-03-01T10:00:00.000Z',
    ]);
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
      { check: 'log', accountId: 'A1', position: expect.any(String), text: expect.stringContaining(text) },
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
    expect(findings).toEqual([{ check: 'log', accountId: 'A1', text: `account A1: ${text}` }]);
  });

  it('names a stream that cannot be read at all, and goes on', async () => {
    const deleted = cutOff(() => {
      throw new EventLogDamaged('a stream was deleted');
    });
    expect(await found(deleted)).toEqual([
      { check: 'log', accountId: 'A1', text: 'account A1: its stream cannot be read: a stream was deleted' },
    ]);
  });
});

describe('a replay of an account', () => {
  it.each([
    ['at its beginning', (r: number) => r >= 5],
    ['in its middle', (r: number) => r !== 2],
  ])('is refused where its stream was cut off %s', async (_, isThere) => {
    const stream = cutOff((events) => only(events, isThere)).readStream('account-A1');
    await expect(replayAccount('A1', stream, { asOf: '2199-12-31' })).rejects.toThrow(EventLogDamaged);
  });
});

describe('text of somebody else', () => {
  it('keeps its letters, and loses its power over a terminal', () => {
    expect(visible('Müller-7 日本 "x"')).toBe('Müller-7 日本 "x"');
    expect(visible('A\u001b[2J\n\u009b1m\u202eB\u2028')).toBe(
      'A\\u{1b}[2J\\u{a}\\u{9b}1m\\u{202e}B\\u{2028}',
    );
  });
});
