/*
 * Answers as OpenAPI shows them; the kinds of fields are read off them too.
 */

const STAMP = { asOf: '2026-01-31', knownAt: '2026-01-31T18:00:00.000Z', position: '42' };

export const ACCOUNT = {
  accountId: 'A-1001',
  currency: 'USD',
  entity: 'main',
  openedOn: '2026-01-05',
  balance: '25.00',
  unapplied: '0.00',
  shares: [
    { party: 'patient', balance: '25.00' },
    { party: 'payer', payerId: 'ACME', position: 'primary', balance: '0.00' },
  ],
  totals: { charges: '125.00', payments: '80.00', adjustments: '20.00', refunds: '0.00' },
  lastActivityOn: '2026-01-20',
  trustworthy: true,
  revision: 5,
  ...STAMP,
};

export const ACCOUNT_LIST = {
  items: [
    {
      accountId: 'A-1001',
      currency: 'USD',
      entity: 'main',
      balance: '25.00',
      unapplied: '0.00',
      lastActivityOn: '2026-01-20',
      revision: 5,
      trustworthy: true,
    },
  ],
  nextCursor: 'WyJBLTEwMDEiXQ',
  trustworthy: true,
  untrustworthyAccounts: ['A-0666'],
  ...STAMP,
};

export const OPEN_ITEMS = {
  accountId: 'A-1001',
  currency: 'USD',
  balance: '25.00',
  unapplied: '0.00',
  items: [
    {
      chargeId: 'chg-1',
      party: 'payer',
      payerId: 'ACME',
      position: 'primary',
      amount: '25.00',
      serviceDate: '2026-01-05',
      postedOn: '2026-01-06',
      responsibleSince: '2026-01-20',
      ages: { service: 26, posted: 25, responsible: 11 },
      code: { system: 'CPT', value: '99213' },
      claimId: 'clm-1',
      description: 'Office visit',
    },
  ],
  nextCursor: 'WyJjaGctMSJd',
  unappliedCredits: [{ paymentId: 'pay-9', party: 'payer', payerId: 'ACME', amount: '10.00' }],
  trustworthy: true,
  ...STAMP,
};

export const HISTORY = {
  accountId: 'A-1001',
  currency: 'USD',
  items: [
    {
      revision: 1,
      position: '17',
      type: 'ChargePosted',
      entryId: 'chg-1',
      effectiveOn: '2026-01-06',
      recordedAt: '2026-01-06T09:30:00.000Z',
      actor: 'registration',
      description: 'Charge CPT 99213',
      amount: '125.00',
      runningBalance: '125.00',
      data: {},
    },
  ],
  nextCursor: 'WyIxIl0',
  trustworthy: true,
  ...STAMP,
};

const FIGURES = {
  currency: 'USD',
  amounts: ['100.00', '25.00', '0.00', '0.00', '0.00'],
  notYetDue: '0.00',
  credits: '-5.00',
  unapplied: '10.00',
  total: '110.00',
};

export const AGING = {
  ...STAMP,
  basis: 'service',
  groupBy: 'payer',
  buckets: ['0-30', '31-60', '61-90', '91-120', '121+'],
  items: [{ party: 'payer', payerId: 'ACME', ...FIGURES }],
  totals: [FIGURES],
  trustworthy: true,
  untrustworthyAccounts: ['A-0666'],
};

export const DENIALS = {
  items: [
    {
      accountId: 'A-1001',
      denialId: 'den-1',
      payerId: 'ACME',
      claimId: 'clm-1',
      currency: 'USD',
      deniedOn: '2026-01-20',
      status: 'appealed',
      level: 1,
      appealBy: '2026-05-20',
      respondBy: '2026-03-20',
      resolvedOn: null,
      resolvedBy: null,
      note: null,
      deniedAmount: '125.00',
      openAmount: '100.00',
      lines: [
        {
          chargeId: 'chg-1',
          amount: '125.00',
          openAmount: '100.00',
          groupCode: 'CO',
          reasonCode: '197',
          remarkCodes: ['N130'],
        },
      ],
      trustworthy: true,
    },
  ],
  nextCursor: 'WyJBLTEwMDEiLCJkZW4tMSJd',
  trustworthy: true,
  ...STAMP,
};

export const TRIAL_BALANCE = {
  ...STAMP,
  items: [
    { glAccount: 'Assets:Cash', currency: 'USD', debit: '80.00', credit: '0.00' },
    { glAccount: 'Income:Charges', currency: 'USD', debit: '0.00', credit: '125.00' },
  ],
  totals: [{ currency: 'USD', debit: '125.00', credit: '125.00' }],
  trustworthy: true,
};

export const JOURNAL_ENTRY = {
  position: '17',
  accountId: 'A-1001',
  revision: 1,
  entryId: 'chg-1',
  type: 'ChargePosted',
  effectiveOn: '2026-01-06',
  recordedAt: '2026-01-06T09:30:00.000Z',
  currency: 'USD',
  lines: [
    {
      glAccount: 'Assets:Receivable:Payer',
      debit: '125.00',
      chargeId: 'chg-1',
      party: 'payer',
      payerId: 'ACME',
      payerPosition: 'primary',
    },
    { glAccount: 'Income:Charges', credit: '125.00' },
  ],
  trustworthy: true,
};
