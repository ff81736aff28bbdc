import { describe, expect, it } from '@jest/globals';
import { replayAccount } from '../../src/command-line/account-replay.js';
import { contradictions } from '../../src/command-line/log-invariants.js';
import type { EventStore, StoredEvent } from '../../src/event-store/event-store.js';
import { adjudicationIdOf } from '../../src/ledger/adjudication-id.js';
import type { RemittanceEvent } from '../../src/ledger/remittance-events.js';
import { proxied } from '../commands/accounts-on-a-log.js';
import { list } from '../event-store/contract.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import {
  CONTROL,
  R1,
  R2,
  R3,
  RECORDED_AT,
  REMITTANCE_HISTORY,
  type Written,
  accepted,
  adjudicated,
  adjustmentPosted,
  beside,
  bookedEntry,
  charged,
  claimPosted,
  claimSuspended,
  completed,
  controlEntry,
  deposited,
  on,
  opened,
  paidFor,
  received,
  reconciled,
  stored,
} from '../support/remittance-history.js';

function logOf(written: readonly Written[]): LogInMemory {
  const log = new LogInMemory();
  for (const one of written) log.put(stored(one));
  return log;
}

async function textsIn(store: EventStore): Promise<string[]> {
  return (await list(contradictions(store, () => undefined))).map(({ text }) => text);
}

const [REMITTANCE1, CONTROL1] = [`remittance-${R1}`, `control-${CONTROL}`];
const BEGUN = [
  ...on('A1', opened('A1'), charged('C1', '100.00')),
  ...beside(received(R1, { claims: 1, total: '80.00', amount: '80.00' }), accepted(R1, '80.00')),
];
const DECIDED = adjudicationIdOf(R2, 1);
const LINE = {
  line: 1,
  segment: 12,
  procedure: { qualifier: 'HC', code: '99213', modifiers: [] },
  charge: '100.00',
  paid: '80.00',
  adjustments: [],
  remarkCodes: [],
  chargeId: 'C1',
};
const POSTED = [
  ...BEGUN,
  ...on('A1', adjudicated(R1, 1, { paid: '80.00' }), paidFor(R1, 1, 'C1', '80.00')),
  ...beside(claimPosted(R1, 1, 'A1', { paid: '80.00' })),
];
const WITH_ADJUSTMENT = [
  ...beside(
    received(R1, { claims: 1, total: '100.00', adjustments: '20.00', amount: '80.00' }),
    accepted(R1, '80.00'),
    claimSuspended(R1, 1, { paid: '100.00' }),
  ),
];

describe('what a log says beside the accounts', () => {
  it('has nothing to contradict it in a sound log, wherever that ends', async () => {
    for (let length = 1; length <= REMITTANCE_HISTORY.length; length++) {
      // An append is in the log as a whole: what a claim leads to is there with it.
      const next = REMITTANCE_HISTORY[length];
      if (next?.stream.startsWith('account-') && next.stream === REMITTANCE_HISTORY[length - 1]!.stream)
        continue;
      expect(await textsIn(logOf(REMITTANCE_HISTORY.slice(0, length)))).toEqual([]);
    }
  });

  it('lets a payment lie in several deposits, and in each once', async () => {
    const inTwo = [
      ...POSTED,
      ...beside(completed(R1, 1, 0), deposited('D1', '110.00'), deposited('D2', '-30.00')),
      ...beside(reconciled(R1, 'D1', '110.00'), reconciled(R1, 'D2', '-30.00')),
    ];
    expect(await textsIn(logOf(inTwo))).toEqual([]);
    expect(await textsIn(logOf([...inTwo, ...beside(reconciled(R1, 'D2', '-30.00'))]))).toEqual([
      expect.stringContaining('reconciles the remittance again'),
    ]);
  });

  it.each<[string, Written[], string[]]>([
    [
      'a remittance that nobody received',
      on('A1', opened('A1'), adjudicated(R1, 1, { paid: '0.00' })),
      [`event 6 (ClaimAdjudicated) of account A1 is of remittance ${R1}, which was never received`],
    ],
    [
      'a claim of a remittance that is held',
      [
        ...beside(received(R1, { claims: 1, total: '80.00', amount: '70.00' }), {
          type: 'RemittanceHeld',
          data: { remittanceId: R1, effectiveOn: '2026-04-30' },
        }),
        ...on('A1', opened('A1'), adjudicated(R1, 1, { paid: '80.00' })),
      ],
      [`event 12 (ClaimAdjudicated) of account A1 is of remittance ${R1}, which was not accepted`],
    ],
    [
      'a claim that the remittance has not',
      [...BEGUN, ...on('A1', adjudicated(R1, 2, { paid: '80.00' }))],
      [`event 15 (ClaimAdjudicated) of account A1 is of claim 2 of remittance ${R1}, which has 1`],
    ],
    [
      'a claim that is on two accounts',
      [...POSTED, ...on('A2', opened('A2'), adjudicated(R1, 1, { paid: '80.00' }))],
      [
        `event 27 (ClaimAdjudicated) of account A2 decides claim 1 of remittance ${R1} again, which account A1 has`,
      ],
    ],
    [
      'lines that are taken back again, and lines that were never there',
      [
        ...beside(received(R2, { claims: 3, total: '80.00', amount: '80.00' }), accepted(R2, '80.00')),
        ...on(
          'A1',
          opened('A1'),
          charged('C1', '100.00'),
          adjudicated(R2, 1, { paid: '80.00' }, { lines: [LINE] }),
          adjudicated(
            R2,
            2,
            { paid: '-80.00' },
            { reversesLines: [{ adjudicationId: DECIDED, lines: [1] }] },
          ),
          adjudicated(
            R2,
            3,
            { paid: '-80.00' },
            { reversesLines: [{ adjudicationId: DECIDED, lines: [1, 2] }] },
          ),
        ),
      ],
      [
        `event 21 (ClaimAdjudicated) of account A1 takes back line 1 of ${DECIDED} again`,
        `event 21 (ClaimAdjudicated) of account A1 takes back line 2 of ${DECIDED}, which has none with a charge`,
      ],
    ],
    [
      'money of a claim that was decided elsewhere',
      [...POSTED, ...on('A2', opened('A2'), charged('C1', '9.00'), paidFor(R1, 1, 'C1', '9.00'))],
      [
        `event 30 (PaymentPosted) of account A2 is of claim 1 of remittance ${R1}, which was not decided on this account before`,
      ],
    ],
    [
      'a claim posted on an account that has nothing of it',
      [...BEGUN, ...beside(claimPosted(R1, 1, 'A1', { paid: '80.00' }))],
      [
        `event 15 (RemittanceClaimPosted) of ${REMITTANCE1} says that claim 1 is on account A1, which has nothing of it`,
      ],
    ],
    [
      'a claim posted twice, and suspended then',
      [
        ...POSTED,
        ...beside(claimPosted(R1, 1, 'A1', { paid: '80.00' }), claimSuspended(R1, 1, { paid: '80.00' })),
      ],
      [
        `event 24 (RemittanceClaimPosted) of ${REMITTANCE1} posts claim 1, which was posted before`,
        `event 27 (RemittanceClaimSuspended) of ${REMITTANCE1} suspends claim 1, which was posted before`,
      ],
    ],
    [
      'a remittance that is complete without its claims',
      [...BEGUN, ...beside(completed(R1, 1, 0))],
      [
        `event 15 (RemittanceCompleted) of ${REMITTANCE1} has 1 claims posted and 0 suspended, 0 are settled of 1`,
        `event 15 (RemittanceCompleted) of ${REMITTANCE1} completes claims of 0, the remittance has 80.00`,
      ],
    ],
    [
      'nothing, where people book what a control account has',
      [
        ...WITH_ADJUSTMENT,
        ...beside(
          controlEntry(R1, 'E1', '20.00', { number: 1 }),
          bookedEntry('E2', '-20.00', { place: 'remittance', remittanceId: R1, claim: 1 }),
          bookedEntry('E3', '5.00', { place: 'interest' }),
        ),
      ],
      [],
    ],
    [
      'entries by hand on a control account that has none, of no remittance, and of an id that is taken',
      [
        ...BEGUN,
        ...beside(
          bookedEntry('E1', '-5.00', { place: 'interest' }),
          bookedEntry('E1', '-5.00', { place: 'remittance', remittanceId: R2 }),
          bookedEntry(
            'E2',
            '-5.00',
            { place: 'remittance', remittanceId: R1, claim: 2 },
            { payerId: 'OTHER' },
          ),
        ),
      ],
      [
        `event 15 (ControlEntryBooked) of ${CONTROL1} is the first of its control account`,
        `event 18 (ControlEntryBooked) of ${CONTROL1} has the id E1, which an earlier entry has already`,
        `event 18 (ControlEntryBooked) of ${CONTROL1} is of remittance ${R2}, which was never received`,
        `event 21 (ControlEntryBooked) of ${CONTROL1} is between payer OTHER and provider NPI1, the control account between payer ACME and provider NPI1`,
        `event 21 (ControlEntryBooked) of ${CONTROL1} is of payer OTHER, the remittance of payer ACME`,
        `event 21 (ControlEntryBooked) of ${CONTROL1} is of claim 2, the remittance has 1`,
      ],
    ],
    [
      'a provider adjustment that no control account has',
      [...WITH_ADJUSTMENT, ...beside(adjustmentPosted(R1, 1, '20.00'), completed(R1, 0, 1))],
      [
        `event 15 (RemittanceCompleted) of ${REMITTANCE1} has provider adjustment 1 (20 ${CONTROL}), its control account has none`,
      ],
    ],
    [
      'a provider adjustment that a control account has otherwise',
      [
        ...WITH_ADJUSTMENT,
        ...beside(
          controlEntry(R1, 'E1', '2.00', { number: 1 }),
          adjustmentPosted(R1, 1, '20.00'),
          completed(R1, 0, 1),
        ),
      ],
      [
        `event 18 (RemittanceCompleted) of ${REMITTANCE1} has provider adjustment 1 (20 ${CONTROL}), its control account has 2 ${CONTROL}`,
      ],
    ],
    [
      'an entry of a control account that is there twice',
      [
        ...WITH_ADJUSTMENT,
        ...beside(
          controlEntry(R1, 'E1', '20.00', { number: 1 }),
          controlEntry(R1, 'E1', '20.00', { number: 1 }),
        ),
      ],
      [
        `event 15 (ControlEntryPosted) of ${CONTROL1} has the id E1, which an earlier entry has already`,
        `event 15 (ControlEntryPosted) of ${CONTROL1} posts provider adjustment 1 of remittance ${R1} again`,
      ],
    ],
    [
      'an entry of others in a control account, of a remittance that is not there',
      [
        ...WITH_ADJUSTMENT,
        ...beside(controlEntry(R1, 'E1', '20.00'), controlEntry(R2, 'E2', '1.00', { payerId: 'OTHER' })),
      ],
      [
        `event 15 (ControlEntryPosted) of ${CONTROL1} is between payer OTHER and provider NPI1, the control account between payer ACME and provider NPI1`,
        `event 15 (ControlEntryPosted) of ${CONTROL1} is of remittance ${R2}, which was never received`,
      ],
    ],
    [
      'a payment that is not what the remittance says',
      beside(received(R1, { claims: 0, total: '80.00', amount: '80.00' }), accepted(R1, '70.00')),
      [
        `event 6 (RemittanceAccepted) of ${REMITTANCE1} brings 70.00, the remittance says 80`,
        `event 6 (RemittanceAccepted) of ${REMITTANCE1} brings 70.00, its claims less its provider adjustments are 80`,
      ],
    ],
    [
      'what comes before it can',
      beside(accepted(R1, '80.00'), completed(R2, 0, 0), reconciled(R2, 'D9', '1.00')),
      [
        `event 3 (RemittanceAccepted) of ${REMITTANCE1} comes before the remittance is received`,
        `event 6 (RemittanceCompleted) of remittance-${R2} comes before the remittance is received`,
        `event 6 (RemittanceCompleted) of remittance-${R2} comes before the remittance is accepted`,
        `event 9 (RemittanceReconciled) of remittance-${R2} comes before the remittance is accepted`,
        `event 9 (RemittanceReconciled) of remittance-${R2} refers to deposit D9, which was not recorded before`,
      ],
    ],
    [
      'what happens again',
      [
        ...REMITTANCE_HISTORY,
        ...beside(accepted(R3, '30.00', '2026-06-15'), completed(R3, 1, 0), reconciled(R1, 'D1', '150.00')),
        ...beside(deposited('D1', '150.00')),
      ],
      [
        `(RemittanceAccepted) of remittance-${R3} comes after the remittance was accepted`,
        `(RemittanceCompleted) of remittance-${R3} completes the remittance again`,
        `(RemittanceReconciled) of ${REMITTANCE1} reconciles the remittance again`,
        `(DepositRecorded) of deposit-D1 records a deposit that is recorded already`,
      ].map((text) => expect.stringContaining(text) as unknown as string),
    ],
    [
      'ids of others, and events in streams of others',
      [
        { stream: `remittance-${R2}`, event: received(R1, { claims: 0, total: '0.00', amount: '0.00' }) },
        { stream: 'deposit-D2', event: deposited('D1', '1.00') },
        { stream: `remittance-${R3}`, event: deposited('D1', '1.00') },
      ],
      [
        `event 3 (RemittanceReceived) of remittance-${R2} names another remittance, ${R1}`,
        'event 6 (DepositRecorded) of deposit-D2 names another deposit, D1',
        `event 9 (DepositRecorded) of remittance-${R3} does not belong into the stream of a remittance`,
      ],
    ],
    [
      'what a claim names and is not there',
      [
        ...BEGUN,
        ...on('A1', adjudicated(R1, 1, { paid: '80.00' }, { entries: ['X1'] }), {
          type: 'AdjudicationContinued',
          data: {
            continuationId: 'CC1',
            adjudicationId: 'NONE',
            effectiveOn: '2026-04-30',
            currency: 'USD',
            remittance: { id: R1, claim: 1, segment: 10 },
            because: 'released',
            entries: ['X2'],
            held: [],
          },
        }),
      ],
      [
        'event 18 (AdjudicationContinued) of account A1 refers to decision NONE, which did not come before it',
        'event 15 (ClaimAdjudicated) of account A1 names entry X1, which is not there',
        'event 18 (AdjudicationContinued) of account A1 names entry X2, which is not there',
      ],
    ],
  ])('names %s', async (_, written, texts) => {
    expect(await textsIn(logOf(written))).toEqual(texts);
  });

  it('names an event that cannot be read, once, and asks no more of its stream than can be known', async () => {
    const log = logOf(BEGUN.slice(0, 2));
    const [first] = beside(received(R1, { claims: 1, total: '80.00', amount: '80.00' }));
    log.put({ ...stored(first!), data: { remittanceId: R1 } });
    for (const written of POSTED.slice(3)) log.put(stored(written));
    for (const written of beside(completed(R1, 9, 9))) log.put(stored(written));
    const findings = await list(contradictions(log, () => undefined));
    expect(findings).toEqual([
      {
        check: 'unreadable_event',
        stream: REMITTANCE1,
        position: '9',
        text: expect.stringMatching(`^event 9 of ${REMITTANCE1} cannot be read: data is malformed`),
      },
    ]);
  });

  it('names an event that was recorded before the one before it', async () => {
    const log = new LogInMemory();
    const [first, second] = BEGUN.slice(2);
    log.put(stored(first!));
    log.put(stored(second!, '2026-04-30T23:59:59.999Z'));
    expect(await textsIn(log)).toEqual([
      `event 6 (RemittanceAccepted) of ${REMITTANCE1} was recorded at 2026-04-30T23:59:59.999Z, before the event before it: ${RECORDED_AT}`,
    ]);
  });

  it.each([
    ['the first', 0, 'revision 0 is missing at position 3'],
    ['one in the middle', 2, 'revision 2 is missing at position 9'],
  ])('names a stream of which the log misses %s event', async (_, missing, text) => {
    const events: RemittanceEvent[] = [
      received(R1, { claims: 1, total: '80.00', amount: '80.00' }),
      accepted(R1, '80.00'),
      claimSuspended(R1, 1, { paid: '80.00' }),
      completed(R1, 0, 1),
    ];
    const log = new LogInMemory();
    for (const [revision, written] of beside(...events).entries()) {
      if (revision !== missing) log.put({ ...stored(written), revision });
    }
    const texts = await textsIn(log);
    expect(texts).toContain(`${REMITTANCE1}: ${text}`);
    expect(texts.filter((said) => said.includes('missing'))).toHaveLength(1);
  });

  it.each([
    ['at its beginning', (revision: number) => revision > 0, 'revision 0 is missing in its stream'],
    [
      'at its end',
      (revision: number) => revision < 1,
      'revision 1 is missing in its stream, which the log still holds',
    ],
  ])('names a stream that was cut off %s, though the log still holds all of it', async (_, isThere, text) => {
    const log = logOf(BEGUN);
    const cut: EventStore = {
      ...proxied(log),
      readStream: (stream, options) =>
        stream === REMITTANCE1
          ? only(log.readStream(stream, options), isThere)
          : log.readStream(stream, options),
    };
    expect(await textsIn(cut)).toEqual([`${REMITTANCE1}: ${text}`]);
  });

  it('says that a stream was deleted', async () => {
    const log = logOf(BEGUN);
    log.put({ stream: REMITTANCE1, type: '$streamDeleted', revision: Number.MAX_SAFE_INTEGER });
    expect(await textsIn(log)).toEqual([`${REMITTANCE1}: its stream was deleted at position 15`]);
  });
});

describe('a replay of an account', () => {
  it('tells what remittances said of its claims, beside the money that followed', async () => {
    const replay = await replayAccount('A2', logOf(REMITTANCE_HISTORY).readStream('account-A2'), {
      asOf: '2026-12-31',
    });
    expect(replay).toMatchObject({ balance: '100.00', trustworthy: true });
    expect(
      replay!.items.map((item) =>
        'unreadable' in item ? item.unreadable : [item.description, item.amount, item.runningBalance],
      ),
    ).toEqual([
      ['Account opened in USD', '0.00', '0.00'],
      ['Charge CPT 99213', '100.00', '100.00'],
      ['Claim taken back: -30.00 of 100.00 by payer ACME (primary) (waits for it)', '0.00', '100.00'],
      ['Claim decided: paid 10.00 of 100.00 by payer ACME (primary) (moves nothing)', '0.00', '100.00'],
      ['Claim decided: paid 30.00 of 100.00 by payer ACME (primary)', '0.00', '100.00'],
      ['Payment by ach from payer ACME (primary)', '-30.00', '70.00'],
      ['Claim gone on with (original posted)', '0.00', '70.00'],
      [`Reversal of 835.${R3}.1.1 (takeback)`, '30.00', '100.00'],
    ]);
  });
});

async function* only(events: AsyncIterable<StoredEvent>, isThere: (revision: number) => boolean) {
  for await (const event of events) if (isThere(event.revision)) yield event;
}
