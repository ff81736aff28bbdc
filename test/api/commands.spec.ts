import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TODAY, type TestService, startTestService } from '../support/service.js';

/*
 * Every command of the contract through its door, in one account's story; whole receipts are compared. The service's
 * clock stands still on TODAY.
 */

const patient = { party: 'patient' };
const acme = { party: 'payer', payerId: 'ACME', position: 'primary' };
const employer = { party: 'other', name: 'Employer Inc.' };

interface Step {
  what: string;
  path: string;
  body: Record<string, unknown>;
  event: string;
  /** What the receipt holds beside account, revision, position and events. */
  filledIn: Record<string, unknown>;
}

const today = { currency: 'USD', effectiveOn: TODAY };
const charge = {
  serviceDate: '2026-01-05',
  amount: '200.00',
  code: { system: 'CPT', value: '99213', modifiers: ['25'] },
  responsible: acme,
};

const STORY: Step[] = [
  {
    what: 'an account is opened',
    path: '/v1/accounts',
    body: { accountId: 'A1', openedOn: '2026-01-01', patientRef: 'ref 17' },
    event: 'AccountOpened',
    filledIn: { currency: 'USD', entity: 'main' },
  },
  {
    what: 'a charge with everything a charge can have',
    path: '/v1/accounts/A1/charges',
    body: {
      chargeId: 'C1',
      ...charge,
      effectiveOn: '2026-01-06',
      units: 2,
      claimId: 'CLM-1',
      provider: 'NPI 1234567893',
      placeOfService: '11',
      diagnoses: ['J06.9', 'R05'],
      description: 'Office visit, établi',
    },
    event: 'ChargePosted',
    filledIn: { currency: 'USD' },
  },
  {
    what: 'a charge of nothing, with units cut finer',
    path: '/v1/accounts/A1/charges',
    body: { chargeId: 'C2', ...charge, amount: '0.00', units: '0.25' },
    event: 'ChargePosted',
    filledIn: today,
  },
  {
    what: 'a payment of the payer, of which a part stays unapplied',
    path: '/v1/accounts/A1/payments',
    body: {
      paymentId: 'P1',
      amount: '100.00',
      from: { party: 'payer', payerId: 'ACME' },
      method: 'eft',
      reference: 'TRN-9',
      allocations: [{ chargeId: 'C1', amount: '60.00' }],
    },
    event: 'PaymentPosted',
    filledIn: { ...today, allocations: [{ chargeId: 'C1', amount: '60.00', responsible: acme }] },
  },
  {
    what: 'an adjustment',
    path: '/v1/accounts/A1/adjustments',
    body: {
      adjustmentId: 'ADJ1',
      amount: '40.00',
      category: 'contractual',
      allocations: [{ chargeId: 'C1', amount: '40.00' }],
      groupCode: 'CO',
      reasonCode: '45',
      remarkCodes: ['N130'],
    },
    event: 'AdjustmentPosted',
    filledIn: {
      ...today,
      direction: 'credit',
      allocations: [{ chargeId: 'C1', amount: '40.00', responsible: acme }],
    },
  },
  {
    what: 'a transfer to the patient',
    path: '/v1/accounts/A1/transfers',
    body: {
      transferId: 'T1',
      chargeId: 'C1',
      amount: '30.00',
      from: acme,
      to: patient,
      groupCode: 'PR',
      reasonCode: '1',
    },
    event: 'ResponsibilityTransferred',
    filledIn: today,
  },
  {
    what: 'a denial',
    path: '/v1/accounts/A1/denials',
    body: {
      denialId: 'D1',
      payerId: 'ACME',
      lines: [{ chargeId: 'C1', amount: '70.00', groupCode: 'CO', reasonCode: '197', remarkCodes: ['M62'] }],
      claimId: 'CLM-1',
      appealBy: '2026-07-01',
    },
    event: 'DenialRecorded',
    filledIn: today,
  },
  {
    what: 'an appeal of it',
    path: '/v1/accounts/A1/denials/D1/appeals',
    body: { appealId: 'AP1', level: 1, filedOn: '2026-03-09', respondBy: '2026-05-09' },
    event: 'DenialAppealed',
    filledIn: {},
  },
  {
    what: 'how it ended',
    path: '/v1/accounts/A1/denials/D1/resolution',
    body: { resolutionId: 'R1', outcome: 'transferred', entryId: 'T1', note: 'Line one\nline two' },
    event: 'DenialResolved',
    filledIn: { effectiveOn: TODAY },
  },
  {
    what: 'credit of the payer applied',
    path: '/v1/accounts/A1/allocations',
    body: { allocationId: 'AL1', allocations: [{ chargeId: 'C1', amount: '10.00', responsible: acme }] },
    event: 'CreditApplied',
    filledIn: {
      ...today,
      applied: [
        {
          chargeId: 'C1',
          responsible: acme,
          source: { paymentId: 'P1' },
          owner: { party: 'payer', payerId: 'ACME' },
          amount: '10.00',
        },
      ],
    },
  },
  {
    what: 'a refund of credit from a named source',
    path: '/v1/accounts/A1/refunds',
    body: {
      refundId: 'RF1',
      amount: '5.00',
      to: employer,
      method: 'check',
      source: { paymentId: 'P1' },
      reference: '1001',
      reason: 'Paid by mistake',
    },
    event: 'RefundIssued',
    filledIn: {
      ...today,
      refunded: [{ source: { paymentId: 'P1' }, owner: { party: 'payer', payerId: 'ACME' }, amount: '5.00' }],
    },
  },
  {
    what: 'a reversal',
    path: '/v1/accounts/A1/reversals',
    body: { reversalId: 'RV1', reverses: 'T1', reason: 'posting_error', note: 'Wrong amount' },
    event: 'EntryReversed',
    filledIn: {
      ...today,
      amount: '30.00',
      movements: [
        {
          of: 'T1',
          debit: { account: 'Assets:Receivable:Payer', chargeId: 'C1', party: acme },
          credit: { account: 'Assets:Receivable:Patient', chargeId: 'C1', party: patient, since: TODAY },
          amount: '30.00',
          effectiveOn: TODAY,
        },
      ],
    },
  },
  {
    what: 'a note',
    path: '/v1/accounts/A1/notes',
    body: {
      noteId: 'N1',
      kind: 'call',
      text: 'Called;\n\tno answer — try again.',
      effectiveOn: '2026-03-01',
    },
    event: 'NoteRecorded',
    filledIn: {},
  },
];

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

describe('the story of an account', () => {
  test.each(STORY.map((step, revision) => ({ ...step, revision })))('$what', async (step) => {
    const { path, body, event, filledIn, revision } = step;
    const answer = await service.post(path, body);
    expect({ status: answer.status, etag: answer.headers.etag, body: answer.body }).toEqual({
      status: 201,
      etag: `"${revision}"`,
      body: {
        accountId: 'A1',
        revision,
        position: String(revision + 1),
        events: [{ id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5/), type: event }],
        ...filledIn,
      },
    });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('told again, even after a restart, appends nothing and is answered the same with 200', async () => {
    service = await service.restart();
    for (const [revision, { path, body, filledIn }] of STORY.entries()) {
      const again = await service.post(path, body);
      expect(again).toMatchObject({
        status: 200,
        body: { revision, position: String(revision + 1), ...filledIn },
      });
      expect(again.headers.etag).toBe(`"${revision}"`);
    }
    expect(
      (await service.post('/v1/accounts/A1/notes', { noteId: 'N2', kind: 'call', text: 'x' })).body,
    ).toMatchObject({
      revision: STORY.length,
    });
  });
});

describe('what a rule refuses', () => {
  const REFUSED: {
    path: string;
    body: Record<string, unknown>;
    status: number;
    problem: Record<string, unknown>;
  }[] = [
    {
      path: '/v1/accounts/NOBODY/notes',
      body: { noteId: 'N1', kind: 'call', text: 'x' },
      status: 404,
      problem: { code: 'account_not_found', accountId: 'NOBODY' },
    },
    {
      path: '/v1/accounts/A1/charges',
      body: { chargeId: 'C1', ...charge, amount: '201.00' },
      status: 409,
      problem: { code: 'id_already_used', id: 'C1', usedBy: 'ChargePosted', differs: ['amount'] },
    },
    {
      path: '/v1/accounts',
      body: { accountId: 'A1', openedOn: '2026-01-01', currency: 'EUR' },
      status: 409,
      problem: { code: 'id_already_used', differs: ['currency'] },
    },
    {
      path: '/v1/accounts/A1/charges',
      body: { chargeId: 'C8', ...charge, amount: '1.000' },
      status: 400,
      problem: {
        code: 'validation_failed',
        errors: [{ field: 'amount', message: expect.stringContaining('USD') }],
      },
    },
    {
      path: '/v1/accounts/A1/payments',
      body: {
        paymentId: 'P8',
        amount: '1.00',
        from: patient,
        method: 'cash',
        allocations: [{ chargeId: 'X', amount: '1.00' }],
      },
      status: 422,
      problem: { code: 'charge_not_found', chargeId: 'X' },
    },
    {
      path: '/v1/accounts/A1/reversals',
      body: { reversalId: 'RV8', reverses: 'N1', reason: 'other' },
      status: 422,
      problem: { code: 'entry_not_reversible', entryId: 'N1', entryType: 'NoteRecorded' },
    },
  ];

  test.each(REFUSED)('$path → $problem.code', async ({ path, body, status, problem }) => {
    const answer = await service.post(path, body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({ status, ...problem });
    expect(answer.body.type).toBe(`urn:arledger:problem:${answer.body.code}`);
    expect(answer.body.title).toEqual(expect.any(String));
    expect(answer.body.detail).toMatch(/[;,.]/);
  });
});
