import type { AccountCommand } from '../../src/ledger/commands.js';

const PATIENT = { party: 'patient' } as const;

/** Accounts with everything that an export could trip over: ids, texts, currencies, dates. */
export function* oddAccounts(): Generator<AccountCommand> {
  const ids = [
    'a:b',
    'a',
    'x.y_z',
    'x-y',
    'x--y',
    'x-',
    'X--a',
    '7',
    'b37f7960-7e9e-f3f7-f891-79ae4f632406',
    'A',
  ];
  const currencies = ['USD', 'JPY', 'KWD', 'EUR'];
  for (const [i, accountId] of ids.entries()) {
    const currency = currencies[i % currencies.length]!;
    const money = (units: number): string => {
      return { JPY: `${units}`, KWD: `${units}.125` }[currency] ?? `${units}.25`;
    };
    yield { type: 'OpenAccount', accountId, openedOn: '2026-01-10', currency };
    // A charge may count from before the account was opened, and from the first date there is.
    yield {
      type: 'PostCharge',
      accountId,
      chargeId: 'C:1',
      serviceDate: '1900-01-01',
      effectiveOn: i === 0 ? '1900-01-01' : '2025-12-30',
      amount: money(100 + i),
      code: { system: 'LOCAL', value: 'x;y|z' },
      responsible: { party: 'payer', payerId: 'date:2020-01-01', position: 'primary' },
      description: 'He said "no"; \\ two\n lines\t; date:2020-01-01 [2020-01-01] | (x) \u2028 = @ {} é 汉字',
    };
    yield {
      type: 'TransferResponsibility',
      accountId,
      transferId: 'T1',
      chargeId: 'C:1',
      amount: money(40),
      from: { party: 'payer', payerId: 'date:2020-01-01', position: 'primary' },
      to: PATIENT,
      effectiveOn: '2026-01-20',
    };
    yield {
      type: 'PostPayment',
      accountId,
      paymentId: 'P1',
      amount: money(70),
      from: { party: 'other', name: 'Aunt; "May" [2019-01-01], date:2019-02-02 \n{x} @ 3' },
      method: 'other',
      effectiveOn: '2026-02-01',
      allocations: [{ chargeId: 'C:1', amount: money(10), responsible: PATIENT }],
    };
    yield {
      type: 'PostAdjustment',
      accountId,
      adjustmentId: 'A.1',
      amount: money(5),
      category: 'bad_debt',
      effectiveOn: '2026-02-02',
      allocations: [{ chargeId: 'C:1', amount: money(5), responsible: PATIENT }],
    };
    yield {
      type: 'PostPayment',
      accountId,
      paymentId: 'P2',
      amount: money(4),
      from: PATIENT,
      method: 'cash',
      effectiveOn: '2026-02-03',
      allocations: [{ chargeId: 'C:1', amount: money(4) }],
    };
    yield {
      type: 'ApplyCredit',
      accountId,
      allocationId: 'AL1',
      allocations: [{ chargeId: 'C:1', amount: money(3), responsible: PATIENT }],
      source: { paymentId: 'P1' },
      effectiveOn: '2026-04-01',
    };
    // Takes back the cash from its day and the application from the later day on which it counted: two entries.
    yield {
      type: 'ReverseEntry',
      accountId,
      reversalId: 'R1',
      reverses: 'P1',
      reason: 'nsf',
      effectiveOn: '2026-03-01',
    };
    if (i % 2 === 0) {
      yield { type: 'RecordNote', accountId, noteId: 'N1', kind: 'call', text: 'moves nothing' };
    }
  }
}
