import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TestService, startTestService } from '../support/service.js';

/*
 * Every door with a body that is right, and what happens when one field of it is not. A field in the table stands for
 * every value of its kind: all of them are tried.
 */

const patient = { party: 'patient' };
const acme = { party: 'payer', payerId: 'ACME', position: 'primary' };
const allocation = { chargeId: 'C1', amount: '1.00', responsible: patient };

const BAD = {
  id: ['', ' ', 'ä', '-a', 'a b', 'a/b', 'a\n', 'a\u0000b', 'x'.repeat(65), 7, true, null, {}, []],
  amount: [
    '',
    '-1.00',
    '+1.00',
    '1,00',
    '1e3',
    'NaN',
    'Infinity',
    '0x10',
    ' 1.00',
    '1.',
    '.50',
    '1234567890123.00',
    '1.00000',
    1,
    1.5,
    null,
    {},
    [],
  ],
  nothing: ['0', '0.00', '000.00'],
  date: [
    '',
    '2026-02-30',
    '2026-13-01',
    '1899-12-31',
    '2200-01-01',
    '2026-1-1',
    '20260101',
    '2026-01-01T00:00:00Z',
    20260101,
    null,
    {},
    [],
  ],
  text: ['', '   ', 'a\u0000', 'a\u001b[0m', 'a\u009f', '\ud800', 7, null, {}, []],
  word: ['', 'nonsense', 'toString', '__proto__', 7, null, {}, []],
  party: [
    'patient',
    null,
    [],
    {},
    { party: 'nobody' },
    { party: 'payer' },
    { ...patient, payerId: 'A' },
    { ...acme, position: 'fourth' },
    { ...acme, name: 'x' },
    { party: null },
  ],
  currency: ['usd', 'US', 'XXX', 'USDD', 840, null],
  units: [0, -1, 1.5, 1e21, '0', '-1', '1e3', 'many', null, {}],
  level: [0, -1, 1.5, 100, '1', null],
  texts: ['a', [''], [7], [null], ['a\u0007'], Array.from({ length: 101 }, () => 'a'), null, {}],
  allocations: [
    'C1',
    {},
    null,
    [null],
    ['C1'],
    [[]],
    [{}],
    [{ ...allocation, amount: 1 }],
    [{ ...allocation, more: 1 }],
    Array.from({ length: 1001 }, () => allocation),
  ],
  source: [
    'P1',
    null,
    [],
    {},
    { paymentId: '' },
    { paymentId: 'P1', chargeId: 'C1' },
    { chargeId: 'C1' },
    { chargeId: 'C1', party: {} },
  ],
  payee: [
    'patient',
    null,
    [],
    {},
    { party: 'nobody' },
    { party: 'payer' },
    { party: 'other' },
    { party: 'other', name: '' },
    { party: 'other', name: 'x', payerId: 'A' },
    { ...acme, position: null },
  ],
  code: [
    '99213',
    null,
    [],
    {},
    { system: 'CPT' },
    { system: 'ICD', value: 'a' },
    { system: 'CPT', value: 7 },
    { system: 'CPT', value: 'a', modifiers: '25' },
    { system: 'CPT', value: 'a', more: 1 },
  ],
  lines: [
    null,
    {},
    [],
    [{}],
    [{ chargeId: 'C1', amount: '0.00', groupCode: 'CO', reasonCode: '16' }],
    [{ chargeId: 'C1', amount: '1.00', groupCode: 'CO', reasonCode: 16 }],
  ],
  note: ['x'.repeat(10_001)],
  someAllocations: [[]],
} as const;

type Kind = keyof typeof BAD;

interface Door {
  path: string;
  body: Record<string, unknown>;
  fields: Record<string, Kind[]>;
}

const DOORS: Door[] = [
  {
    path: '/v1/accounts',
    body: { accountId: 'Z1', openedOn: '2026-01-01', currency: 'USD', entity: 'main', patientRef: 'r' },
    fields: {
      accountId: ['id'],
      openedOn: ['date'],
      currency: ['currency'],
      entity: ['id'],
      patientRef: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/charges',
    body: {
      chargeId: 'C9',
      serviceDate: '2026-01-01',
      amount: '1.00',
      code: { system: 'CPT', value: '99213', modifiers: ['25'] },
      responsible: acme,
      effectiveOn: '2026-01-01',
      units: 1,
      claimId: 'CL1',
      provider: 'p',
      placeOfService: '11',
      diagnoses: ['J06.9'],
      description: 'd',
    },
    fields: {
      chargeId: ['id'],
      serviceDate: ['date'],
      amount: ['amount'],
      code: ['code'],
      responsible: ['party'],
      effectiveOn: ['date'],
      units: ['units'],
      claimId: ['id'],
      provider: ['text'],
      placeOfService: ['text'],
      diagnoses: ['texts'],
      description: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/payments',
    body: {
      paymentId: 'P9',
      amount: '1.00',
      from: patient,
      method: 'cash',
      effectiveOn: '2026-01-01',
      reference: 'r',
      allocations: [allocation],
    },
    fields: {
      paymentId: ['id'],
      amount: ['amount', 'nothing'],
      from: ['payee'],
      method: ['word'],
      effectiveOn: ['date'],
      reference: ['text'],
      allocations: ['allocations'],
    },
  },
  {
    path: '/v1/accounts/A1/adjustments',
    body: {
      adjustmentId: 'AD9',
      amount: '1.00',
      category: 'charity',
      allocations: [allocation],
      effectiveOn: '2026-01-01',
      direction: 'credit',
      groupCode: 'CO',
      reasonCode: '45',
      remarkCodes: ['N1'],
    },
    fields: {
      adjustmentId: ['id'],
      amount: ['amount', 'nothing'],
      category: ['word'],
      allocations: ['allocations', 'someAllocations'],
      effectiveOn: ['date'],
      direction: ['word'],
      groupCode: ['text'],
      reasonCode: ['text'],
      remarkCodes: ['texts'],
    },
  },
  {
    path: '/v1/accounts/A1/transfers',
    body: {
      transferId: 'T9',
      chargeId: 'C1',
      amount: '1.00',
      from: acme,
      to: patient,
      effectiveOn: '2026-01-01',
      groupCode: 'PR',
      reasonCode: '1',
    },
    fields: {
      transferId: ['id'],
      chargeId: ['id'],
      amount: ['amount', 'nothing'],
      from: ['party'],
      to: ['party'],
      effectiveOn: ['date'],
      groupCode: ['text'],
      reasonCode: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/denials',
    body: {
      denialId: 'D9',
      payerId: 'ACME',
      lines: [{ chargeId: 'C1', amount: '1.00', groupCode: 'CO', reasonCode: '16' }],
      effectiveOn: '2026-01-01',
      claimId: 'CL1',
      appealBy: '2026-05-01',
    },
    fields: {
      denialId: ['id'],
      payerId: ['id'],
      lines: ['lines'],
      effectiveOn: ['date'],
      claimId: ['id'],
      appealBy: ['date'],
    },
  },
  {
    path: '/v1/accounts/A1/denials/D1/appeals',
    body: { appealId: 'AP9', level: 1, filedOn: '2026-01-01', respondBy: '2026-02-01' },
    fields: { appealId: ['id'], level: ['level'], filedOn: ['date'], respondBy: ['date'] },
  },
  {
    path: '/v1/accounts/A1/denials/D1/resolution',
    body: { resolutionId: 'RS9', outcome: 'upheld', effectiveOn: '2026-01-01', entryId: 'C1', note: 'n' },
    fields: {
      resolutionId: ['id'],
      outcome: ['word'],
      effectiveOn: ['date'],
      entryId: ['id'],
      note: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/allocations',
    body: {
      allocationId: 'AL9',
      allocations: [allocation],
      source: { paymentId: 'P1' },
      effectiveOn: '2026-01-01',
    },
    fields: {
      allocationId: ['id'],
      allocations: ['allocations', 'someAllocations'],
      source: ['source'],
      effectiveOn: ['date'],
    },
  },
  {
    path: '/v1/accounts/A1/refunds',
    body: {
      refundId: 'RF9',
      amount: '1.00',
      to: patient,
      method: 'check',
      source: { paymentId: 'P1' },
      effectiveOn: '2026-01-01',
      reference: 'r',
      reason: 'r',
    },
    fields: {
      refundId: ['id'],
      amount: ['amount', 'nothing'],
      to: ['payee'],
      method: ['word'],
      source: ['source'],
      effectiveOn: ['date'],
      reference: ['text'],
      reason: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/reversals',
    body: {
      reversalId: 'RV9',
      reverses: 'C1',
      reason: 'nsf',
      effectiveOn: '2026-01-01',
      allocations: [allocation],
      note: 'n',
    },
    fields: {
      reversalId: ['id'],
      reverses: ['id'],
      reason: ['word'],
      effectiveOn: ['date'],
      allocations: ['allocations', 'someAllocations'],
      note: ['text'],
    },
  },
  {
    path: '/v1/accounts/A1/notes',
    body: { noteId: 'N9', kind: 'call', text: 't', effectiveOn: '2026-01-01' },
    fields: { noteId: ['id'], kind: ['word'], text: ['text', 'note'], effectiveOn: ['date'] },
  },
];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await service.post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01' });
});
afterAll(() => service.remove());

const isNamed = (field: string) => (error: { field: string }) =>
  error.field === field || error.field.startsWith(`${field}.`) || error.field.startsWith(`${field}[`);

describe.each(DOORS)('$path', ({ path, body, fields }) => {
  test.each(Object.entries(fields))('refuses a malformed %s', async (field, kinds) => {
    for (const value of kinds.flatMap((kind): readonly unknown[] => BAD[kind])) {
      const { status, body: problem, headers } = await service.post(path, { ...body, [field]: value });
      const seen = { value, status, code: problem.code, named: problem.errors?.every(isNamed(field)) };
      expect(seen).toEqual({ value, status: 400, code: 'validation_failed', named: true });
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    }
  });

  test('names every field that is missing, and every one that it does not know', async () => {
    const { status, body: problem } = await service.post(path, {
      nonsense: 1,
      constructor: 2,
      sender: {},
      type: 'x',
    });
    expect(status).toBe(400);
    const errors = problem.errors as { field: string; message: string }[];
    const named = (message: string) => errors.filter((e) => e.message === message).map((e) => e.field);
    expect(named('is not a known field').sort()).toEqual(['constructor', 'nonsense', 'sender', 'type']);
    const optional = [
      'currency',
      'entity',
      'patientRef',
      'effectiveOn',
      'units',
      'claimId',
      'provider',
      'placeOfService',
      'diagnoses',
      'description',
      'reference',
      'direction',
      'groupCode',
      'reasonCode',
      'remarkCodes',
      'appealBy',
      'respondBy',
      'entryId',
      'note',
      'source',
    ];
    const isOptional = (name: string) =>
      optional.includes(name) ||
      (name === 'allocations' && /payments|reversals/.test(path)) ||
      (name === 'reason' && path.endsWith('refunds'));
    expect(named('is required').sort()).toEqual(
      Object.keys(fields)
        .filter((name) => !isOptional(name))
        .sort(),
    );
  });

  test.each(['-x', '%00', 'a%20b', 'x'.repeat(65), '%F0%9F%98%80'])(
    'refuses the account id %s',
    async (id) => {
      if (!path.includes('A1')) return;
      const { status, body: problem } = await service.post(path.replace('A1', id), body);
      expect({ status, fields: problem.errors?.map((e: { field: string }) => e.field) }).toEqual({
        status: 400,
        fields: ['accountId'],
      });
    },
  );
});

test('no refused request has left a trace', async () => {
  expect((await service.get('/health/ready')).body.checks.store).toEqual({ ok: true, head: '1' });
});

test('all wrong fields of a request are named at once, nested ones by their path', async () => {
  const { body } = await service.post(
    '/v1/accounts/-/payments',
    {
      paymentId: 7,
      amount: 12.5,
      from: { party: 'payer', position: 'first' },
      allocations: [allocation, { chargeId: 'C1', amount: '1e3', responsible: { party: 'x' }, more: null }],
      more: 1,
    },
    { 'if-match': 'seven', 'x-actor': 'a\u0001' },
  );
  expect(body.errors.map((e: { field: string }) => e.field).sort()).toEqual([
    'If-Match',
    'X-Actor',
    'accountId',
    'allocations[1].amount',
    'allocations[1].more',
    'allocations[1].responsible.party',
    'amount',
    'from.payerId',
    'from.position',
    'method',
    'more',
    'paymentId',
  ]);
});
