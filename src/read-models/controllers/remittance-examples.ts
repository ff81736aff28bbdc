/*
 * Answers about remittances as OpenAPI shows them; the kinds of fields are read off them too.
 */

const AS_IT_IS = { knownAt: '2026-01-31T18:00:00.000Z', position: '42' };
const STAMP = { asOf: '2026-01-31', ...AS_IT_IS };
const REMITTANCE_ID = '5f3a9c0b6d1e4f27a8b9c0d1e2f30415';
const ADJUDICATION_ID = `835.${REMITTANCE_ID}.1`;

const HEADER = {
  remittanceId: REMITTANCE_ID,
  status: 'completed',
  payerId: '1512345678',
  payerName: 'ACME HEALTH PLAN',
  providerId: '1234567893',
  trace: { number: '71700666555', payerId: '1512345678' },
  amount: '80.00',
  method: 'ACH',
  currency: 'USD',
  effectiveOn: '2026-01-20',
  receivedOn: '2026-01-21',
  completedOn: '2026-01-21',
  reconciledOn: '2026-01-22',
  claims: { total: 2, posted: 1, waiting: 0, movesNothing: 0, suspended: 1, rejected: 0 },
  money: { posted: '60.00', inClearing: '25.00', toControlAccounts: '5.00' },
  recordedAt: '2026-01-21T09:30:00.000Z',
  trustworthy: true,
};

export const REMITTANCES = { items: [HEADER], nextCursor: 'WyIyMDI2LTAxLTIwIiwiNWYzYSJd', ...AS_IT_IS };

export const REMITTANCE = {
  ...HEADER,
  controlNumber: '0001',
  version: '005010X221A1',
  document: { sha256: '9f86d081…', segment: 3, lastSegment: 41 },
  contentHash: '5f3a9c0b…',
  createAccounts: false,
  totals: { claims: '85.00', providerAdjustments: '5.00' },
  findings: [{ code: 'payee_missing', severity: 'warns', segment: 9, facts: {} }],
  providerAdjustments: [
    {
      number: 1,
      segment: 40,
      controlAccountId: '1512345678.1234567893',
      providerId: '1234567893',
      reason: 'WO',
      reference: 'clm-0',
      amount: '5.00',
      claim: 1,
    },
  ],
  deposits: [
    { depositId: 'dep-2026-01-20-1', amount: '80.00', effectiveOn: '2026-01-20', reference: 'line 17' },
  ],
  ...AS_IT_IS,
};

const CLAIM = {
  claim: 1,
  segment: 12,
  status: 'posted',
  suspension: {
    reason: 'account_ambiguous',
    facts: { claimId: 'clm-1' },
    candidates: [{ accountId: 'A-1001', chargeIds: ['chg-1'], why: 'claim' }],
  },
  accountId: 'A-1001',
  adjudicationId: ADJUDICATION_ID,
  payerId: '1512345678',
  payerPosition: 'primary',
  trace: { number: '71700666555', payerId: '1512345678' },
  claimId: 'clm-1',
  payerClaimNumber: '94060555410000',
  claimStatus: '1',
  charge: '100.00',
  paid: '60.00',
  currency: 'USD',
  effectiveOn: '2026-01-20',
  lines: [
    {
      line: 1,
      segment: 15,
      procedure: { qualifier: 'HC', code: '99213', modifiers: ['25'] },
      controlNumber: 'chg-1',
      serviceDate: '2026-01-05',
      charge: '100.00',
      paid: '60.00',
      adjustments: [{ group: 'CO', reason: '45', amount: '40.00' }],
      remarkCodes: ['N130'],
      chargeId: 'chg-1',
    },
  ],
  findings: [
    {
      code: 'date_unreadable',
      severity: 'warns',
      segment: 16,
      claim: 1,
      line: 1,
      facts: { element: 'DTM02' },
    },
  ],
  held: [
    {
      kind: 'adjustment',
      chargeId: 'chg-1',
      groupCode: 'CO',
      reasonCode: '45',
      amount: '10.00',
      remittance: { id: REMITTANCE_ID, claim: 1, line: 1, segment: 15 },
    },
  ],
  reverses: { remittanceId: REMITTANCE_ID, claim: 2 },
  reversedBy: { remittanceId: REMITTANCE_ID, claim: 3 },
  resolution: {
    resolutionId: 'res-1',
    resolution: 'assign',
    reason: 'the account of the visit',
    resolvedOn: '2026-01-22',
  },
  events: [
    {
      accountId: 'A-1001',
      revision: 4,
      entryId: `${ADJUDICATION_ID}.1`,
      type: 'PaymentPosted',
      effectiveOn: '2026-01-20',
      recordedAt: '2026-01-21T09:30:00.000Z',
      amount: '-60.00',
      line: 1,
      segment: 15,
    },
  ],
  recordedAt: '2026-01-21T09:30:00.000Z',
  trustworthy: true,
};

export const REMITTANCE_CLAIMS = {
  remittanceId: REMITTANCE_ID,
  items: [CLAIM],
  nextCursor: 'WyIxIl0',
  ...AS_IT_IS,
};

export const REMITTANCE_CLAIM = { remittanceId: REMITTANCE_ID, ...CLAIM, ...AS_IT_IS };

export const CONTROL_ACCOUNTS = {
  items: [
    {
      controlAccountId: '1512345678.1234567893',
      payerId: '1512345678',
      providerId: '1234567893',
      currency: 'USD',
      balance: '5.00',
      entries: 1,
      lastOn: '2026-01-20',
      trustworthy: true,
    },
  ],
  nextCursor: 'WyIxNTEyMzQ1Njc4IiwiVVNEIl0',
  ...STAMP,
};

export const CONTROL_ACCOUNT = {
  controlAccountId: '1512345678.1234567893',
  payerId: '1512345678',
  providerId: '1234567893',
  balances: [{ currency: 'USD', balance: '5.00' }],
  trustworthy: true,
  items: [
    {
      entryId: `${REMITTANCE_ID}.plb.1`,
      revision: 0,
      position: '40',
      effectiveOn: '2026-01-20',
      recordedAt: '2026-01-21T09:30:00.000Z',
      currency: 'USD',
      amount: '5.00',
      against: 'remittance',
      byHand: false,
      reason: 'WO',
      reference: 'clm-0',
      remittanceId: REMITTANCE_ID,
      claim: 1,
      segment: 40,
      number: 1,
    },
  ],
  nextCursor: 'WyIwIl0',
  ...STAMP,
};

export const WORK_ITEMS = {
  items: [
    {
      kind: 'claim_suspended',
      itemId: `claim_suspended:${REMITTANCE_ID}:2`,
      remittanceId: REMITTANCE_ID,
      claim: 2,
      accountId: 'A-1001',
      chargeId: 'chg-1',
      paymentId: `${ADJUDICATION_ID}.1`,
      depositId: 'dep-2026-01-20-1',
      payerId: '1512345678',
      code: 'account_not_found',
      amount: '25.00',
      remittanceAmount: '80.00',
      currency: 'USD',
      party: 'payer',
      since: '2026-01-20',
      what: 'A claim of a remittance is not posted, and its payment stands on the clearing account: see the code, and resolve it.',
    },
  ],
  nextCursor: 'WyIyMDI2LTAxLTIwIiwiY2xhaW1fc3VzcGVuZGVkIl0',
  ...AS_IT_IS,
};
