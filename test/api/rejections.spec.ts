import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { problemOfRejection } from '../../src/http/rejection-problems.js';
import type { Rejection, RejectionCode } from '../../src/ledger/rejection.js';
import { type TestService, startTestService } from '../support/service.js';

/** One of each, with all its facts. */
const REJECTIONS: { [C in RejectionCode]: Omit<Extract<Rejection, { code: C }>, 'code'> } = {
  validation_failed: { errors: [{ field: 'amount', message: 'must be more than zero' }] },
  account_not_found: { accountId: 'A1' },
  id_already_used: { id: 'C1', usedBy: 'ChargePosted', differs: ['amount'] },
  charge_not_found: { chargeId: 'C1' },
  entry_not_found: { entryId: 'P1' },
  denial_not_found: { denialId: 'D1' },
  entry_does_not_resolve: { entryId: 'C1', entryType: 'ChargePosted' },
  responsible_required: { chargeId: 'C1', openShares: [{ party: 'patient', balance: '1.00' }] },
  allocations_exceed_amount: { amount: '1.00', allocated: '2.00' },
  allocations_differ_from_amount: { amount: '1.00', allocated: '2.00' },
  transfer_to_same_party: { chargeId: 'C1' },
  credit_insufficient: { requested: '2.00', available: '1.00' },
  entry_not_reversible: { entryId: 'R1', entryType: 'EntryReversed' },
  entry_already_reversed: { entryId: 'P1', reversedBy: ['R1'] },
  write_off_already_reinstated: { entryId: 'J1' },
  entry_already_refunded: { entryId: 'P1', refundedBy: ['F1'] },
  reversal_exceeds_entry: { entryId: 'P1', chargeId: 'C1', requested: '2.00', available: '1.00' },
  reversal_before_entry: { entryId: 'P1', effectiveOn: '2026-01-01', entryEffectiveOn: '2026-01-02' },
  denial_already_resolved: { denialId: 'D1', denialStatus: 'overturned' },
  denial_under_appeal: { denialId: 'D1', level: 1 },
  appeal_level_not_next: { denialId: 'D1', level: 3, expectedLevel: 2 },
};

describe('a rejection', () => {
  test.each(Object.entries(REJECTIONS))('%s reaches the caller whole', (code, facts) => {
    const problem = problemOfRejection({ code, ...facts } as Rejection);
    expect(problem).toMatchObject({ ...facts, code, type: `urn:arledger:problem:${code}` });
    expect([400, 404, 409, 422]).toContain(problem.status);
    expect(problem.detail).toMatch(/\S.*\.$/);
  });
});

describe('a denial that has ended', () => {
  let service: TestService;
  const payer = { party: 'payer', payerId: 'ACME', position: 'primary' };
  const charge = {
    chargeId: 'C1',
    serviceDate: '2026-01-05',
    amount: '9.00',
    code: { system: 'CPT', value: '99213' },
    responsible: payer,
  };
  const lines = [{ chargeId: 'C1', amount: '9.00', groupCode: 'CO', reasonCode: '197' }];

  beforeAll(async () => {
    service = await startTestService({ readModels: false });
    await service.post('/v1/accounts', { accountId: 'A1', openedOn: '2026-01-01' });
    await service.post('/v1/accounts/A1/charges', charge);
    await service.post('/v1/accounts/A1/denials', { denialId: 'D1', payerId: 'ACME', lines });
    await service.post('/v1/accounts/A1/denials/D1/resolution', { resolutionId: 'S1', outcome: 'rebilled' });
  });
  afterAll(() => service.remove());

  test.each([
    ['resolution', { resolutionId: 'S2', outcome: 'upheld' }],
    ['appeals', { appealId: 'AP1', level: 1, filedOn: '2026-02-01' }],
  ])('takes no more: %s', async (step, body) => {
    const answer = await service.post(`/v1/accounts/A1/denials/D1/${step}`, body);
    expect(answer).toMatchObject({
      status: 422,
      body: { status: 422, code: 'denial_already_resolved', denialStatus: 'rebilled' },
    });
  });
});
