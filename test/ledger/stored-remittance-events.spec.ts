import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { UnreadableEvent, decode, decodeAny, decodeBeside, encode } from '../../src/event-store/codec.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { journalLinesOfRemittance } from '../../src/ledger/movements.js';
import { remittanceEventData } from '../../src/ledger/remittance-events.js';

/* One event of every type beside the accounts as it was stored once; see `stored-events.spec.ts`. */
const FOLDER = new URL('../fixtures/remittance-events/', import.meta.url);
const REMITTANCE_STREAM = 'remittance-5f2c9a41b7d0e83664c1fa0973be25d8';

const FROZEN: Record<string, string> = {
  ControlEntryBooked: '4187f4be14885325',
  ControlEntryPosted: '564075ffa34c74a5',
  DepositRecorded: 'e41518297c2166ac',
  ProviderAdjustmentPosted: 'e3d1ca50dae6dc19',
  RemittanceAccepted: 'c388a180c5c3d325',
  RemittanceClaimPosted: '9d3f9d5c38caf3f6',
  RemittanceClaimResolved: 'dda3fbb407aba8a3',
  RemittanceClaimSuspended: '1285b36c45b7b849',
  RemittanceCompleted: 'fbcfc5c0157968a4',
  RemittanceHeld: 'e7811d4953b48cf9',
  RemittanceReceived: '90b28b5ed8f31ed4',
  RemittanceReconciled: '7994b21aee8e1f7a',
};

function textOf(name: string): string {
  return readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
}

function streamOf(name: string): string {
  if (name.startsWith('ControlEntry')) return 'control-1123456789.1999996666';
  return name === 'DepositRecorded' ? 'deposit-DEP-9' : REMITTANCE_STREAM;
}

function stored(name: string, over: Partial<StoredEvent> = {}): StoredEvent {
  const file = JSON.parse(textOf(name));
  return { stream: streamOf(name), revision: 3, position: '17', id: 'some', ...file, ...over };
}

describe('an event beside the accounts, stored once', () => {
  test('is there for every type, and for none that is unknown', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
    expect(names.sort()).toEqual(Object.keys(remittanceEventData).sort());
    expect(names.sort()).toEqual(Object.keys(FROZEN).sort());
  });

  test.each(Object.keys(FROZEN))('%s is read whole, and would be written as it was', (name) => {
    const { type, data } = stored(name);
    const { event, ...rest } = decodeBeside(stored(name));
    expect(rest).toEqual({
      stream: streamOf(name),
      revision: 3,
      position: '17',
      recordedAt: '2026-02-15T10:00:00.000Z',
      actor: 'lockbox',
    });
    expect(event).toStrictEqual({ type, data });
    expect(JSON.parse(JSON.stringify(encode(event)))).toStrictEqual({ type, data });
    expect(decodeAny(stored(name))).toStrictEqual(decodeBeside(stored(name)));
    expect(() => journalLinesOfRemittance(event)).not.toThrow();
  });

  test.each(Object.keys(FROZEN))('%s is what it was', (name) => {
    expect(createHash('sha256').update(textOf(name)).digest('hex').slice(0, 16)).toBe(FROZEN[name]);
  });

  test.each(Object.keys(FROZEN))('%s is not read without any of its required fields', (name) => {
    const shape = remittanceEventData[name as keyof typeof remittanceEventData].shape;
    const { data } = stored(name);
    for (const [field, schema] of Object.entries(shape)) {
      const { [field]: _, ...rest } = data as Record<string, unknown>;
      const read = (): unknown => decodeBeside(stored(name, { data: rest }));
      if (schema.safeParse(undefined).success) expect(read).not.toThrow();
      else expect(read).toThrow(UnreadableEvent);
    }
  });
});

test('a decision that names no account says which was found for it', () => {
  const { accountId, ...rest } = stored('RemittanceClaimResolved').data as Record<string, unknown>;
  const data = { ...rest, resolution: 'post', found: { accountId, createAccounts: true } };
  const { event } = decodeBeside(stored('RemittanceClaimResolved', { data }));
  expect(event).toStrictEqual({ type: 'RemittanceClaimResolved', data });
  expect(JSON.parse(JSON.stringify(encode(event)))).toStrictEqual({ type: 'RemittanceClaimResolved', data });
});

describe('a stored event beside the accounts that cannot be read', () => {
  const reasonOf = (name: string, over: Partial<StoredEvent>): unknown => {
    try {
      return decodeBeside(stored(name, over));
    } catch (error) {
      return error instanceof UnreadableEvent ? error.reason : error;
    }
  };
  const but = (name: string, wrong: object): Partial<StoredEvent> => ({
    data: { ...(stored(name).data as object), ...wrong },
  });

  test('is one of a stream of another kind, whichever codec reads it', () => {
    expect(reasonOf('RemittanceHeld', { stream: 'account-A1' })).toBe('not a stream beside the accounts');
    expect(reasonOf('RemittanceHeld', { stream: 'remittances' })).toBe('not a stream beside the accounts');
    expect(() => decode(stored('RemittanceHeld'))).toThrow(/not a stream of an account$/);
    expect(() => decodeAny(stored('RemittanceHeld', { stream: 'account-A1' }))).toThrow(
      /unknown type of event$/,
    );
    expect(() => decodeAny(stored('RemittanceHeld', { stream: 'claims-1' }))).toThrow(
      /not a stream of an account$/,
    );
  });

  test('is one of a type that is unknown, or of accounts', () => {
    for (const type of ['RemittanceLost', 'constructor', 'PaymentPosted']) {
      expect(reasonOf('RemittanceHeld', { type })).toBe('unknown type of event');
    }
  });

  test.each([
    ['RemittanceReceived', { contentHash: '5F2C' }, 'contentHash: invalid_format'],
    ['RemittanceReceived', { claims: 1.5 }, 'claims: invalid_type'],
    ['RemittanceReceived', { claims: -1 }, 'claims: too_small'],
    ['RemittanceReceived', { currency: 'ABC' }, 'currency: custom'],
    ['RemittanceAccepted', { amount: '1e3' }, 'amount: invalid_format'],
    ['RemittanceAccepted', { amount: 12 }, 'amount: invalid_type'],
    ['RemittanceHeld', { effectiveOn: '2026-02-30' }, 'effectiveOn: custom'],
    ['RemittanceClaimSuspended', { reason: 'unclear' }, 'reason: invalid_value'],
    ['RemittanceClaimSuspended', { facts: { lines: 2 } }, 'facts.lines: invalid_type'],
    ['RemittanceClaimResolved', { resolution: 'forget' }, 'resolution: invalid_value'],
    ['ControlEntryPosted', { entryId: '' }, 'entryId: too_small'],
    ['ControlEntryBooked', { against: { place: 'elsewhere' } }, 'against.place: invalid_union'],
    ['ControlEntryBooked', { against: { place: 'remittance' } }, 'against.remittanceId: invalid_type'],
    ['DepositRecorded', { amount: '+1.00' }, 'amount: invalid_format'],
  ])('is %s with %j', (name, wrong, reason) => {
    expect(reasonOf(name, but(name, wrong))).toBe(`data is malformed: ${reason}`);
  });

  test('is one without an instant of ours', () => {
    expect(reasonOf('DepositRecorded', { metadata: {} })).toBe('metadata has no recordedAt');
    expect(reasonOf('DepositRecorded', { metadata: { recordedAt: '2026-02-15' } })).toBe(
      'recordedAt in its metadata is no instant in UTC with milliseconds',
    );
    expect(reasonOf('DepositRecorded', { data: undefined })).toBe('data is malformed: : invalid_type');
  });

  test('names its place in the log', () => {
    expect(() => decodeBeside(stored('DepositRecorded', { type: 'DepositLost' }))).toThrow(
      new Error('deposit-DEP-9@3 (DepositLost): unknown type of event'),
    );
  });
});
