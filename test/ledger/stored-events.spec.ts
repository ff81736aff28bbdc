import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { UnreadableEvent, decode, encode } from '../../src/event-store/codec.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { accountEventData } from '../../src/ledger/events.js';
import { journalLinesOf } from '../../src/ledger/movements.js';

/*
 * One event of every type as it was stored once. These files are never edited: what is in a log can not be either.
 * A changed event is a new stored name with an upcaster and a file of its own.
 */
const FOLDER = new URL('../fixtures/events/', import.meta.url);

const FROZEN: Record<string, string> = {
  AccountOpened: '343c3651af7e0874',
  AdjudicationContinued: '8322b06e0abcbdf4',
  AdjustmentPosted: '6c541e36179c5ff5',
  ChargePosted: 'a75342c6f3ee7b65',
  ClaimAdjudicated: '60ebbeb72903eb47',
  CreditApplied: '8fe7dff8a9da512f',
  DenialAppealed: 'c844b8312cc1c502',
  DenialRecorded: 'ddbe1f3762fd316a',
  DenialResolved: '7ed109d2db86e852',
  EntryReversed: '1356032861d6c85b',
  NoteRecorded: '98b8db70cb6f0aa3',
  PaymentPosted: 'e773107b686c3660',
  RefundIssued: 'a12b3eb289de5777',
  ResponsibilityTransferred: '33e2dedafaa92b86',
};

function textOf(name: string): string {
  return readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
}

function stored(name: string, over: Partial<StoredEvent> = {}): StoredEvent {
  const file = JSON.parse(textOf(name));
  return { stream: 'account-A1', revision: 3, position: '17', id: 'some', ...file, ...over };
}

describe('an event stored once', () => {
  test('is there for every type, and for none that is unknown', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
    expect(names.sort()).toEqual(Object.keys(accountEventData).sort());
    expect(names.sort()).toEqual(Object.keys(FROZEN).sort());
  });

  test.each(Object.keys(FROZEN))('%s is read whole, and would be written as it was', (name) => {
    const { type, data } = stored(name);
    const { event, ...rest } = decode(stored(name));
    expect(rest).toEqual({
      accountId: 'A1',
      revision: 3,
      position: '17',
      recordedAt: '2026-02-15T10:00:00.000Z',
      actor: 'lockbox',
    });
    expect(event).toStrictEqual({ type, data });
    expect(JSON.parse(JSON.stringify(encode(event)))).toStrictEqual({ type, data });
    expect(() => journalLinesOf(event)).not.toThrow();
  });

  test.each(Object.keys(FROZEN))('%s is what it was', (name) => {
    expect(createHash('sha256').update(textOf(name)).digest('hex').slice(0, 16)).toBe(FROZEN[name]);
  });

  test.each(Object.keys(FROZEN))('%s is not read without any of its required fields', (name) => {
    const shape = accountEventData[name as keyof typeof accountEventData].shape;
    const { data } = stored(name);
    for (const [field, schema] of Object.entries(shape)) {
      const { [field]: _, ...rest } = data as Record<string, unknown>;
      const read = (): unknown => decode(stored(name, { data: rest }));
      if (schema.safeParse(undefined).success) expect(read).not.toThrow();
      else expect(read).toThrow(UnreadableEvent);
    }
  });
});

/** What a field that came later says, by the type that has it: events without it stay as they were. */
const REMITTANCE = { id: '5f2c9a41b7d0e83664c1fa0973be25d8', claim: 7, line: 2, segment: 118 };

describe('an event that follows from a remittance', () => {
  const followers = Object.keys(FROZEN).filter((name) => {
    const shape: object = accountEventData[name as keyof typeof accountEventData].shape;
    return 'remittance' in shape && !('adjudicationId' in shape);
  });

  test('is one that moves money, or a denial', () => {
    expect(followers).toEqual([
      'AdjustmentPosted',
      'ChargePosted',
      'CreditApplied',
      'DenialRecorded',
      'EntryReversed',
      'PaymentPosted',
      'ResponsibilityTransferred',
    ]);
  });

  test.each(followers)('%s says where in which remittance it stands', (name) => {
    const data = { ...(stored(name).data as object), remittance: REMITTANCE };
    const { event } = decode(stored(name, { data }));
    expect(event).toStrictEqual({ type: name, data });
    expect(JSON.parse(JSON.stringify(encode(event)))).toStrictEqual({ type: name, data });
    const { segment: _, ...somewhere } = REMITTANCE;
    expect(() => decode(stored(name, { data: { ...data, remittance: somewhere } }))).toThrow(UnreadableEvent);
  });
});

test('an adjudication that is gone on with says which decision of a person that carries out', () => {
  const data = { ...(stored('AdjudicationContinued').data as object), resolutionId: 'RS-1' };
  const { event } = decode(stored('AdjudicationContinued', { data }));
  expect(event).toStrictEqual({ type: 'AdjudicationContinued', data });
  expect(JSON.parse(JSON.stringify(encode(event)))).toStrictEqual({ type: 'AdjudicationContinued', data });
});

describe('a stored event that cannot be read', () => {
  const reasonOf = (over: Partial<StoredEvent>): unknown => {
    try {
      return decode(stored('PaymentPosted', over));
    } catch (error) {
      return error instanceof UnreadableEvent ? error.reason : error;
    }
  };

  test('says what is wrong, never what it holds', () => {
    expect(reasonOf({ stream: 'deposit-7' })).toBe('not a stream of an account');
    expect(reasonOf({ type: 'PaymentLost' })).toBe('unknown type of event');
    expect(reasonOf({ type: 'constructor' })).toBe('unknown type of event');
    expect(reasonOf({ data: undefined })).toBe('data is malformed: : invalid_type');
    expect(reasonOf({ data: { ...(stored('PaymentPosted').data as object), amount: '1e3' } })).toBe(
      'data is malformed: amount: invalid_format',
    );
    expect(
      reasonOf({ data: { ...(stored('PaymentPosted').data as object), effectiveOn: '2026-02-30' } }),
    ).toBe('data is malformed: effectiveOn: custom');
    expect(reasonOf({ metadata: {} })).toBe('metadata has no recordedAt');
  });

  test.each([
    'yesterday',
    '1',
    'Nov 22 2026 01:00 EST',
    '2026-02-15',
    '2026-02-15T10:00:00Z',
    '2026-02-15T10:00:00.000',
    '2026-02-15T10:00:00.000+05:00',
    '2026-02-30T10:00:00.000Z',
    '2026-02-15T24:00:00.000Z',
    '+275000-01-01T00:00:00.000Z',
    '2026-02-15T10:00:00.000Z\n',
    1_771_149_600_000,
  ])('is one recorded at %p, and keeps its id', (recordedAt) => {
    const event = stored('PaymentPosted', { metadata: { recordedAt: recordedAt as string } });
    const { paymentId: id } = event.data as { paymentId: string };
    expect(() => decode(event)).toThrow(
      expect.objectContaining({
        reason: 'recordedAt in its metadata is no instant in UTC with milliseconds',
        entry: { id, type: 'PaymentPosted' },
      }),
    );
  });

  test.each([
    ['settlement', { settlement: 'paid' }, 'settlement: invalid_value'],
    ['charge', { charge: '1e3' }, 'charge: invalid_format'],
    ['position', { position: 'fourth' }, 'position: invalid_value'],
    [
      'lines',
      { lines: [{ line: 1 }] },
      'lines.0.segment: invalid_type; lines.0.procedure: invalid_type; lines.0.charge: invalid_type; lines.0.paid: invalid_type; lines.0.adjustments: invalid_type; lines.0.remarkCodes: invalid_type',
    ],
    [
      'held',
      { held: [{ kind: 'money', amount: '1.00', remittance: REMITTANCE }] },
      'held.0.kind: invalid_value',
    ],
  ])('is an adjudication with wrong %s, and keeps its id', (_, wrong, reason) => {
    const event = stored('ClaimAdjudicated');
    const { adjudicationId: id } = event.data as { adjudicationId: string };
    const data = { ...(event.data as object), ...wrong };
    expect(() => decode({ ...event, data })).toThrow(
      expect.objectContaining({
        reason: `data is malformed: ${reason}`,
        entry: { id, type: 'ClaimAdjudicated' },
      }),
    );
  });

  test('names its place in the log', () => {
    expect(() => decode(stored('PaymentPosted', { type: 'PaymentLost' }))).toThrow(
      new Error('account-A1@3 (PaymentLost): unknown type of event'),
    );
  });
});
