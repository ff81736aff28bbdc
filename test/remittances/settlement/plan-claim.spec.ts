import { describe, expect, test } from '@jest/globals';
import { planResolution } from '../../../src/remittances/settlement/plan-resolution.js';
import { adjudicationIdOf } from '../../../src/ledger/adjudication-id.js';
import { ACCOUNT, ClaimBench, type Line, type Said, heldIn, payer, reversalOf, said } from './claim-bench.js';

const one = (paid: string, ...adjustments: NonNullable<Line['adjustments']>): Line[] => [
  { charge: '100.00', paid, adjustments },
];
const bench = (...amounts: string[]) => ClaimBench.withCharges(amounts.length > 0 ? amounts : ['100.00']);
const primary = (given: Partial<Said> = {}) =>
  said({
    remittance: 'O',
    payerClaimNumber: 'P1',
    lines: one('60.00', ['CO', '45', '20.00'], ['PR', '2', '20.00']),
    ...given,
  });
const secondary = (given: Partial<Said> = {}) =>
  said({
    remittance: 'S',
    status: '2',
    payerId: 'BETA',
    payerClaimNumber: 'S1',
    lines: one('15.00', ['OA', '23', '60.00'], ['CO', '45', '20.00'], ['PR', '2', '5.00']),
    ...given,
  });
const typesOf = (events: { type: string }[]) => events.map(({ type }) => type);

describe('a primary payer’s claim', () => {
  test('is recorded first; then payment, the patient’s part and write-off, in ids of their own', () => {
    const ledger = bench();
    const { outcome, events } = ledger.post(primary());
    const id = adjudicationIdOf(primary().remittanceId, 1);
    expect(outcome).toEqual({
      kind: 'posted',
      accountId: ACCOUNT,
      adjudicationId: id,
      settlement: 'posted',
      held: [],
      isNew: true,
    });
    expect(typesOf(events)).toEqual([
      'ClaimAdjudicated',
      'PaymentPosted',
      'ResponsibilityTransferred',
      'AdjustmentPosted',
    ]);
    expect(events[0]!.data).toMatchObject({
      adjudicationId: id,
      position: 'primary',
      entries: [`${id}.1`, `${id}.2`, `${id}.3`],
    });
    expect(events[1]!.data).toMatchObject({
      paymentId: `${id}.1`,
      amount: '60.00',
      method: 'ach',
      reference: 'T-O',
      effectiveOn: '2026-02-01',
      remittance: { id: primary().remittanceId, claim: 1, segment: 20 },
    });
    expect(events[2]!.data).toMatchObject({
      amount: '20.00',
      groupCode: 'PR',
      reasonCode: '2',
      remittance: { claim: 1, line: 1, segment: 30 },
    });
    expect(events[3]!.data).toMatchObject({
      category: 'contractual',
      direction: 'credit',
      groupCode: 'CO',
      reasonCode: '45',
      amount: '20.00',
    });
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('60.00');
  });

  test('of several lines is one payment and one adjustment a code, a transfer a line', () => {
    const ledger = bench('100.00', '50.00');
    const lines: Line[] = [
      {
        charge: '100.00',
        paid: '60.00',
        adjustments: [
          ['CO', '45', '30.00'],
          ['PR', '1', '4.00'],
          ['PR', '2', '6.00'],
        ],
      },
      { charge: '50.00', paid: '40.00', adjustments: [['CO', '45', '10.00']] },
    ];
    ledger.post(primary({ lines }));
    expect(ledger.ofType('PaymentPosted')).toMatchObject([
      {
        amount: '100.00',
        allocations: [
          { chargeId: 'C1', amount: '60.00' },
          { chargeId: 'C2', amount: '40.00' },
        ],
      },
    ]);
    expect(ledger.ofType('AdjustmentPosted')).toMatchObject([{ amount: '40.00', allocations: [{}, {}] }]);
    expect(ledger.ofType('ResponsibilityTransferred')).toMatchObject([
      { amount: '4.00', reasonCode: '1' },
      { amount: '6.00', reasonCode: '2' },
    ]);
    expect(ledger.owed()).toEqual(['C1 patient 10.00']);
  });

  test('with deductible only is no denial and leaves all to the patient', () => {
    const ledger = bench();
    ledger.post(primary({ lines: one('0.00', ['PR', '1', '100.00']) }));
    expect(ledger.owed()).toEqual(['C1 patient 100.00']);
    expect(ledger.ofType('DenialRecorded')).toEqual([]);
    expect(ledger.ofType('PaymentPosted')).toEqual([]);
  });

  test('that is denied moves nothing, and says why with codes and remarks', () => {
    const ledger = bench();
    ledger.post(
      primary({
        status: '4',
        remarkCodes: ['MA01'],
        lines: [
          { charge: '100.00', paid: '0.00', adjustments: [['CO', '197', '100.00']], remarks: ['N130'] },
        ],
      }),
    );
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
    expect(ledger.ofType('DenialRecorded')).toMatchObject([
      {
        payerId: 'ACME',
        claimId: 'CLM1',
        lines: [
          {
            chargeId: 'C1',
            amount: '100.00',
            groupCode: 'CO',
            reasonCode: '197',
            remarkCodes: ['N130', 'MA01'],
          },
        ],
      },
    ]);
  });

  test('that is not covered at the patient’s cost is a denial and the patient’s', () => {
    const ledger = bench();
    ledger.post(primary({ lines: one('0.00', ['PR', '96', '100.00']) }));
    expect(ledger.owed()).toEqual(['C1 patient 100.00']);
    expect(ledger.ofType('DenialRecorded')).toMatchObject([
      { lines: [{ groupCode: 'PR', reasonCode: '96' }] },
    ]);
  });

  test.each([
    ['bundled', 'CO', '97', 'contractual'],
    ['capitated', 'CO', '24', 'contractual'],
    ['initiated by the payer', 'PI', '45', 'other'],
    ['interest', 'CO', '225', 'interest'],
  ])('%s and not paid is a write-off', (_, group, reason, category) => {
    const ledger = bench();
    ledger.post(primary({ lines: one('0.00', [group, reason, '100.00']) }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.ofType('AdjustmentPosted')).toMatchObject([
      { category, groupCode: group, reasonCode: reason },
    ]);
    expect(ledger.ofType('DenialRecorded')).toEqual([]);
  });

  test('with a denial code on a line that was paid writes that part off', () => {
    const ledger = bench();
    ledger.post(primary({ lines: one('70.00', ['CO', '151', '30.00']) }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.ofType('DenialRecorded')).toEqual([]);
  });

  test('that was sent twice moves nothing', () => {
    const ledger = bench();
    const { outcome, events } = ledger.post(primary({ lines: one('0.00', ['OA', '18', '100.00']) }));
    expect(outcome).toMatchObject({ settlement: 'moves_nothing' });
    expect(typesOf(events)).toEqual(['ClaimAdjudicated']);
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
  });

  test('that only says what would be paid moves nothing, also in an account that it opens', () => {
    const ledger = new ClaimBench();
    const { outcome, events } = ledger.post(primary({ status: '25' }), { createAccounts: true });
    expect(outcome).toMatchObject({ settlement: 'moves_nothing', isNew: true });
    expect(typesOf(events)).toEqual(['AccountOpened', 'ClaimAdjudicated']);
    expect(ledger.owed()).toEqual([]);
  });

  test('that is paid above the charge raises it first', () => {
    const ledger = bench();
    ledger.post(primary({ lines: one('120.00', ['CO', '94', '-20.00']) }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.ofType('AdjustmentPosted')).toMatchObject([{ direction: 'debit', amount: '20.00' }]);
  });

  test('that takes back a part of what the patient owes pays with it', () => {
    const ledger = bench();
    ledger.post(primary());
    const lines = one('65.00', ['CO', '45', '20.00'], ['PR', '2', '20.00'], ['PR', '2', '-5.00']);
    ledger.post(primary({ remittance: 'O2', lines }));
    expect(ledger.owed()).toEqual(['C1 patient 15.00']);
    expect(ledger.unapplied()).toBe('60.00');
  });

  test('never posts more than the claim was paid, and holds what no line has', () => {
    const ledger = bench();
    const { held } = ledger.post(primary({ paid: '50.00' }));
    expect(ledger.ofType('PaymentPosted')).toMatchObject([
      { amount: '50.00', allocations: [{ amount: '50.00' }] },
    ]);
    expect(held).toEqual([]);
    const more = bench();
    expect(more.post(primary({ paid: '75.00' })).held).toEqual(['payment 15.00']);
    expect(more.unapplied()).toBe('15.00');
    expect(more.movedOver('Assets:RemittanceClearing')).toBe('75.00');
  });

  test('brings back from the patient what was moved by hand, as far as it is paid', () => {
    const ledger = bench();
    ledger.command({
      type: 'TransferResponsibility',
      accountId: ACCOUNT,
      transferId: 'copay',
      chargeId: 'C1',
      amount: '20.00',
      from: payer('ACME'),
      to: { party: 'patient' },
    });
    ledger.post(primary({ lines: one('90.00', ['CO', '45', '10.00']) }));
    expect(ledger.owed()).toEqual([]);
    const asStated = bench();
    asStated.command({
      type: 'TransferResponsibility',
      accountId: ACCOUNT,
      transferId: 'copay',
      chargeId: 'C1',
      amount: '20.00',
      from: payer('ACME'),
      to: { party: 'patient' },
    });
    asStated.post(primary());
    expect(asStated.owed()).toEqual(['C1 patient 20.00']);
  });

  test('pays a charge that the ledger has under another name of the payer', () => {
    const ledger = ClaimBench.withCharges(['100.00'], payer('7'));
    ledger.post(primary());
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(ledger.ofType('PaymentPosted')).toMatchObject([{ from: { payerId: '7' } }]);
  });

  test('reinstates bad debt with its money', () => {
    const ledger = bench();
    ledger.command({
      type: 'PostAdjustment',
      accountId: ACCOUNT,
      adjustmentId: 'bad',
      amount: '100.00',
      category: 'bad_debt',
      allocations: [{ chargeId: 'C1', amount: '100.00' }],
    });
    ledger.post(primary({ lines: one('100.00') }));
    expect(ledger.owed()).toEqual([]);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver('Expenses:BadDebt')).toBe('0.00');
  });
});

describe('claims that cannot be posted leave nothing', () => {
  test.each([
    ['an account that is not there', new ClaimBench(), primary(), 'account_not_found', {}],
    ['another currency', bench(), primary({ currency: 'EUR' }), 'refused', { code: 'currency_differs' }],
    [
      'lines without charges',
      bench('40.00'),
      primary({ lines: [...one('100.00'), ...one('100.00')] }),
      'line_not_matched',
      {},
    ],
    [
      'an amount that the ledger refuses',
      bench(),
      primary({ paid: '1234567890123.00' }),
      'refused',
      { code: 'validation_failed' },
    ],
  ])('%s', (_, ledger, statement, reason, facts) => {
    const before = ledger.events.length;
    const { outcome } = ledger.post(statement);
    expect(outcome).toMatchObject({ kind: 'suspended', reason, facts });
    expect(ledger.events).toHaveLength(before);
    expect(ledger.account.claims.size).toBe(0);
  });
});

describe('the same claim again', () => {
  test('from the same remittance is answered with what it came to', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary());
    const { outcome, events, held } = ledger.post(secondary());
    expect(outcome).toMatchObject({ kind: 'posted', isNew: false, settlement: 'posted' });
    expect(events).toEqual([]);
    expect(held).toEqual(['adjustment C1 CO-45 20.00']);
  });

  test('with the same payment in another remittance is not posted, unless somebody says so', () => {
    const ledger = bench();
    ledger.post(primary({ trace: 'EFT1' }));
    const again = primary({ remittance: 'O2', trace: 'EFT1' });
    expect(ledger.post(again).outcome).toMatchObject({
      kind: 'suspended',
      reason: 'paid_by_this_payment_before',
      facts: { remittanceId: primary().remittanceId },
    });
    expect(ledger.post(again, { released: true }).outcome).toMatchObject({ kind: 'posted', isNew: true });
  });

  test('with the same payment is for a person as often as it occurs there, also once more than before', () => {
    for (const occurrences of [[1], [1, 2]]) {
      const ledger = bench('100.00', '100.00');
      const lines = one('60.00', ['CO', '45', '40.00']);
      for (const claim of occurrences) ledger.post(primary({ trace: 'EFT1', claim, lines }));
      const again = [1, 2].map((claim) => primary({ remittance: 'O2', trace: 'EFT1', claim, lines }));
      for (const statement of again) {
        expect(ledger.post(statement).outcome).toMatchObject({
          reason: 'paid_by_this_payment_before',
          facts: { remittanceId: primary().remittanceId },
        });
      }
      // Somebody who says so can post any of them, and that alone.
      expect(ledger.post(again[1]!, { released: true }).outcome).toMatchObject({
        kind: 'posted',
        isNew: true,
      });
      expect(ledger.post(again[0]!).outcome).toMatchObject({ reason: 'paid_by_this_payment_before' });
    }
  });

  test('under a new trace is money: to what is open, the rest unapplied', () => {
    const ledger = bench();
    ledger.post(primary());
    const { held } = ledger.post(primary({ remittance: 'O2' }));
    expect(held).toEqual(['payment C1 60.00', 'adjustment C1 CO-45 20.00']);
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(ledger.unapplied()).toBe('60.00');
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('120.00');
  });

  test('denied and then paid, or the other way round, is paid', () => {
    const denied = primary({ remittance: 'D', status: '4', lines: one('0.00', ['CO', '16', '100.00']) });
    for (const order of [
      [denied, primary()],
      [primary(), denied],
    ]) {
      const ledger = bench();
      for (const statement of order) expect(ledger.post(statement).held).toEqual([]);
      expect(ledger.owed()).toEqual(['C1 patient 20.00']);
      expect(ledger.unapplied()).toBe('0.00');
    }
  });

  test('occurs several times in one remittance, and each counts', () => {
    const ledger = bench('100.00', '100.00');
    const line = one('60.00', ['CO', '45', '40.00']);
    ledger.post(primary({ claim: 1, lines: line }));
    const { outcome } = ledger.post(primary({ claim: 2, lines: line }));
    expect(outcome).toMatchObject({ kind: 'posted', isNew: true });
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('120.00');
  });
});

describe('payers after the first', () => {
  test('a secondary’s repeated CO-45 is held, the rest posts', () => {
    const ledger = bench();
    ledger.post(primary());
    const { held } = ledger.post(secondary());
    expect(held).toEqual(['adjustment C1 CO-45 20.00']);
    expect(ledger.owed()).toEqual(['C1 patient 5.00']);
    expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('20.00');
  });

  test('a secondary before its primary takes its part once, and leaves the primary its own', () => {
    const ledger = bench();
    expect(ledger.post(secondary()).held).toEqual(['adjustment C1 CO-45 20.00']);
    expect(ledger.owed()).toEqual(['C1 ACME primary 80.00', 'C1 patient 5.00']);
    expect(ledger.post(primary()).held).toEqual([]);
    expect(ledger.owed()).toEqual(['C1 patient 5.00']);
  });

  test('a secondary’s own write-off posts where the primary left room', () => {
    const own = secondary({
      lines: one('10.00', ['OA', '23', '80.00'], ['CO', '45', '7.00'], ['PR', '2', '3.00']),
    });
    const inTurn = bench();
    inTurn.post(primary());
    expect(inTurn.post(own).held).toEqual([]);
    expect(inTurn.owed()).toEqual(['C1 patient 3.00']);
    const before = bench();
    expect(before.post(own).held).toEqual(['adjustment C1 CO-45 7.00']);
    before.post(primary());
    expect(before.owed()).toEqual(['C1 patient 3.00']);
    expect(before.ofType('AdjudicationContinued')).toMatchObject([
      { because: 'earlier_payer_posted', held: [] },
    ]);
  });

  test('a secondary’s denial stands open with it', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary({ lines: one('0.00', ['OA', '23', '80.00'], ['CO', '29', '20.00']) }));
    expect(ledger.owed()).toEqual(['C1 BETA secondary 20.00']);
    expect(ledger.ofType('DenialRecorded')).toMatchObject([{ payerId: 'BETA' }]);
  });

  test('a tertiary takes what the secondary left', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary());
    ledger.post(
      said({
        remittance: 'T',
        status: '3',
        payerId: 'GAMMA',
        lines: one('4.00', ['OA', '23', '95.00'], ['PR', '3', '1.00']),
      }),
    );
    expect(ledger.owed()).toEqual(['C1 patient 1.00']);
  });

  test('a claim that was sent on leaves the rest to that payer', () => {
    const ledger = bench();
    ledger.post(primary({ status: '19', crossoverPayerId: 'BETA' }));
    expect(ledger.owed()).toEqual(['C1 BETA secondary 20.00']);
    ledger.post(secondary());
    expect(ledger.owed()).toEqual(['C1 patient 5.00']);
  });

  test('a payer that the claim’s charges name is next', () => {
    const ledger = bench('100.00', '100.00');
    ledger.command({
      type: 'TransferResponsibility',
      accountId: ACCOUNT,
      transferId: 'x',
      chargeId: 'C2',
      amount: '1.00',
      from: payer('ACME'),
      to: payer('BETA', 'secondary'),
    });
    ledger.post(
      primary({
        lines: [
          ...one('60.00', ['CO', '45', '20.00'], ['PR', '2', '20.00']),
          ...one('60.00', ['CO', '45', '20.00'], ['PR', '2', '20.00']),
        ],
      }),
    );
    expect(ledger.owed()).toEqual(['C1 BETA secondary 20.00', 'C2 BETA secondary 20.00']);
  });

  test('a lone secondary in an empty ledger leaves what it does not answer for with the prior payer', () => {
    const ledger = new ClaimBench();
    const { held } = ledger.post(
      secondary({ lines: one('15.00', ['OA', '23', '80.00'], ['PR', '2', '5.00']) }),
      {
        createAccounts: true,
      },
    );
    expect(held).toEqual([]);
    expect(ledger.owedByPosition()).toEqual(['patient 5.00', 'primary 80.00']);
    expect(ledger.owed().join()).toContain('prior-payer primary 80.00');
  });

  test('what a lone secondary writes off in an empty ledger is written off: nobody else is known who would', () => {
    const ledger = new ClaimBench();
    const { held } = ledger.post(
      secondary({ lines: one('15.00', ['OA', '23', '70.00'], ['CO', '45', '10.00'], ['PR', '2', '5.00']) }),
      { createAccounts: true },
    );
    expect(held).toEqual([]);
    expect(ledger.owedByPosition()).toEqual(['patient 5.00', 'primary 70.00']);
    expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('10.00');
  });

  test('should the primary come after all, its own write-off stands and the one that repeats it is held', () => {
    const ledger = new ClaimBench();
    ledger.post(
      secondary({ lines: one('15.00', ['OA', '23', '70.00'], ['CO', '45', '10.00'], ['PR', '2', '5.00']) }),
      { createAccounts: true },
    );
    ledger.post(primary({ lines: one('70.00', ['CO', '45', '10.00'], ['PR', '2', '20.00']) }), {
      createAccounts: true,
    });
    expect(ledger.owedByPosition()).toEqual(['patient 5.00']);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver('Income:Adjustments:Contractual')).toBe('10.00');
    const continued = ledger.ofType('AdjudicationContinued').map(({ held }) => held.length);
    expect(continued).toEqual([1]);
  });
});

describe('the same claim under another trace, with nothing taken back', () => {
  test('does not write off what the payer left to the patient before', () => {
    const ledger = bench();
    ledger.post(primary());
    const { held } = ledger.post(primary({ remittance: 'R2', lines: one('0.00', ['CO', '97', '100.00']) }));
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(held).toEqual(['adjustment C1 CO-97 100.00']);
  });
});

describe('reversals', () => {
  const correction = () =>
    primary({
      remittance: 'C',
      effectiveOn: '2026-02-10',
      lines: one('70.00', ['CO', '45', '20.00'], ['PR', '2', '10.00']),
    });
  const reversal = (given: Partial<Said> = {}) =>
    reversalOf(primary(), { effectiveOn: '2026-02-10', ...given });

  test('negate exactly what was posted, and the correction posts', () => {
    const ledger = bench();
    ledger.post(primary());
    const { outcome, events } = ledger.post(reversal());
    expect(outcome).toMatchObject({ kind: 'posted', settlement: 'posted' });
    expect(typesOf(events)).toEqual(['ClaimAdjudicated', 'EntryReversed', 'EntryReversed', 'EntryReversed']);
    expect(ledger.ofType('EntryReversed')[0]).toMatchObject({
      reason: 'takeback',
      effectiveOn: '2026-02-10',
      remittance: { claim: 1 },
    });
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('0.00');
    ledger.post(correction());
    expect(ledger.owed()).toEqual(['C1 patient 10.00']);
  });

  test('without 22, with amounts that are negative, are reversals too', () => {
    const ledger = bench();
    ledger.post(primary());
    expect(ledger.post(reversal({ status: '1' })).outcome).toMatchObject({ settlement: 'posted' });
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
  });

  test('of the guides before 5010, with group CR, are found by their reasons', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(reversalOf(primary({ lines: one('60.00', ['CR', '45', '20.00'], ['CR', '2', '20.00']) })));
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
  });

  test.each([
    ['correction, original, reversal', [2, 0, 1]],
    ['correction, reversal, original', [2, 1, 0]],
    ['original, correction, reversal', [0, 2, 1]],
    ['reversal, original, correction', [1, 0, 2]],
    ['reversal, correction, original', [1, 2, 0]],
  ])('%s', (_, order) => {
    const ledger = bench();
    const statements = [primary(), reversal(), correction()];
    for (const n of order) expect(ledger.post(statements[n]!).outcome.kind).toBe('posted');
    expect(ledger.owed()).toEqual(['C1 patient 10.00']);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('70.00');
  });

  test('before the original wait for it, and are carried out when it comes', () => {
    const ledger = bench();
    expect(ledger.post(reversal()).outcome).toMatchObject({ settlement: 'waits_for_original' });
    const { events } = ledger.post(primary());
    expect(typesOf(events).slice(-4)).toEqual([
      'AdjudicationContinued',
      'EntryReversed',
      'EntryReversed',
      'EntryReversed',
    ]);
    expect(ledger.ofType('AdjudicationContinued')).toMatchObject([
      { because: 'original_posted', reverses: adjudicationIdOf(primary().remittanceId, 1) },
    ]);
    expect(ledger.post(reversal()).outcome).toMatchObject({ settlement: 'posted', isNew: false });
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
  });

  test('of a correction with the same payment take back that one', () => {
    const other = primary({
      remittance: 'C',
      lines: one('60.00', ['CO', '45', '30.00'], ['PR', '2', '10.00']),
    });
    for (const order of [
      [primary(), other, reversal()],
      [other, reversal(), primary()],
    ]) {
      const ledger = bench();
      for (const statement of order) ledger.post(statement);
      expect(ledger.owed()).toEqual(['C1 patient 10.00']);
      expect(ledger.unapplied()).toBe('0.00');
    }
  });

  test('with a number of their own are of what they negate to the last adjustment, whichever comes first', () => {
    const own = reversal({ payerClaimNumber: 'P1R' });
    for (const order of [
      [primary(), own],
      [own, primary()],
    ]) {
      const ledger = bench();
      for (const statement of order) expect(ledger.post(statement).outcome.kind).toBe('posted');
      expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
      expect(ledger.unapplied()).toBe('0.00');
      expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('0.00');
    }
  });

  test('with a number of their own say the original’s in REF*F8, and then not of what services', () => {
    const [line] = primary().lines;
    const own = reversal({ payerClaimNumber: 'P1R', originalClaimNumber: 'P1', claimId: 'OTHER' });
    const f8 = {
      ...own,
      lines: [{ ...own.lines[0]!, procedure: { ...line!.procedure, modifiers: ['25'] } }],
    };
    for (const order of [
      [primary(), f8],
      [f8, primary()],
    ]) {
      const ledger = bench();
      for (const statement of order) ledger.post(statement, { createAccounts: true });
      expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
      expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('0.00');
    }
  });

  test('are of what has their own number rather than of what REF*F8 names', () => {
    const other = primary({ remittance: 'R9', payerClaimNumber: 'P9' });
    for (const order of [
      [primary(), other],
      [other, primary()],
    ]) {
      const ledger = bench('100.00', '100.00');
      for (const statement of order) ledger.post(statement);
      ledger.post(reversal({ payerClaimNumber: 'P9', originalClaimNumber: 'P1' }));
      expect(ledger.ofType('ClaimAdjudicated').at(-1)).toMatchObject({
        reverses: adjudicationIdOf(other.remittanceId, 1),
        originalClaimNumber: 'P1',
      });
    }
  });

  test('with a number of their own take nothing back where anything else differs', () => {
    const other = (change: Parameters<typeof primary>[0]) =>
      reversalOf(primary(change), { payerClaimNumber: 'P1R' });
    const [line] = primary().lines;
    const own = other({});
    for (const statement of [
      other({ claimId: 'OTHER' }),
      other({ payerId: 'BETA' }),
      other({ lines: one('60.00', ['OA', '45', '30.00'], ['PR', '2', '10.00']) }),
      { ...own, lines: [{ ...own.lines[0]!, serviceDate: '2026-01-06' }] },
      { ...own, lines: [{ ...own.lines[0]!, procedure: { ...line!.procedure, modifiers: ['25'] } }] },
    ]) {
      const ledger = bench();
      ledger.post(primary());
      ledger.post(statement);
      expect(ledger.ofType('EntryReversed')).toEqual([]);
      expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    }
  });

  test('with the number of another claim take that back, though one stands that is just like it', () => {
    const again = primary({ remittance: 'R9', payerClaimNumber: 'P9' });
    for (const [first, last] of [
      [primary(), again],
      [again, primary()],
    ] as const) {
      const ledger = bench('100.00', '100.00');
      ledger.post(first);
      ledger.post(last);
      ledger.post(reversal());
      expect(ledger.ofType('ClaimAdjudicated').at(-1)).toMatchObject({
        reverses: adjudicationIdOf(primary().remittanceId, 1),
      });
    }
  });

  test('that wait and are given up take nothing back that comes later, and are no more than said', () => {
    const ledger = bench();
    ledger.post(reversal());
    const adjudicationId = adjudicationIdOf(reversal().remittanceId, 1);
    const giveUp = () =>
      ledger.carryOut(
        planResolution(ACCOUNT, {
          adjudicationId,
          resolutionId: 'R1',
          decision: 'drop',
          effectiveOn: '2026-03-01',
          reason: 'it was posted by hand',
        }),
      );
    expect(giveUp()).toMatchObject({
      result: { kind: 'given_up' },
      events: [{ data: { because: 'dropped' } }],
    });
    expect(giveUp()).toMatchObject({ result: { kind: 'given_up' }, events: [] });
    expect(ledger.account.claims.get(adjudicationId)).toMatchObject({ settlement: 'moves_nothing' });
    ledger.post(primary());
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(ledger.ofType('EntryReversed')).toEqual([]);
    expect(giveUp()).toMatchObject({ result: { kind: 'given_up' }, events: [] });
  });

  test('that found what they take back cannot be given up any more', () => {
    const ledger = bench();
    ledger.post(reversal());
    ledger.post(primary());
    const { result, events } = ledger.carryOut(
      planResolution(ACCOUNT, {
        adjudicationId: adjudicationIdOf(reversal().remittanceId, 1),
        resolutionId: 'R1',
        decision: 'drop',
        effectiveOn: '2026-03-01',
        reason: 'too late',
      }),
    );
    expect(result).toEqual({ kind: 'nothing_held' });
    expect(events).toMatchObject([{ type: 'AdjudicationContinued', data: { entries: [], held: [] } }]);
  });

  test('of a payment that was refunded or reversed by hand are for a person', () => {
    const paymentId = `${adjudicationIdOf(primary().remittanceId, 1)}.1`;
    const reversed = bench();
    reversed.post(primary());
    reversed.command({
      type: 'ReverseEntry',
      accountId: ACCOUNT,
      reversalId: 'hand',
      reverses: paymentId,
      reason: 'nsf',
    });
    expect(reversed.post(reversal()).outcome).toMatchObject({
      kind: 'suspended',
      reason: 'original_differs',
      facts: { code: 'entry_already_reversed' },
    });
    const refunded = bench();
    refunded.post(primary({ paid: '75.00' }));
    refunded.command({
      type: 'IssueRefund',
      accountId: ACCOUNT,
      refundId: 'back',
      amount: '15.00',
      to: { party: 'payer', payerId: 'ACME' },
      method: 'check',
      source: { paymentId },
    });
    const before = refunded.events.length;
    expect(refunded.post(reversal({ paid: '-75.00' })).outcome).toMatchObject({
      kind: 'suspended',
      reason: 'original_differs',
      facts: { code: 'entry_already_refunded' },
    });
    expect(refunded.events).toHaveLength(before);
  });

  test('pass over a write-off that somebody reversed', () => {
    const ledger = bench();
    ledger.post(primary());
    const writeOff = `${adjudicationIdOf(primary().remittanceId, 1)}.3`;
    ledger.command({
      type: 'ReverseEntry',
      accountId: ACCOUNT,
      reversalId: 'hand',
      reverses: writeOff,
      reason: 'posting_error',
    });
    ledger.post(reversal());
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
  });

  test('of a claim that was never here, in an account without its lines, are not recorded', () => {
    const ledger = bench('40.00');
    const elsewhere = said({
      remittance: 'REV',
      status: '22',
      claimId: 'OTHER',
      payerClaimNumber: 'X',
      lines: [
        { charge: '-1.00', paid: '-1.00' },
        { charge: '-2.00', paid: '-2.00' },
      ],
    });
    expect(ledger.post(elsewhere).outcome).toMatchObject({ kind: 'suspended', reason: 'line_not_matched' });
    const empty = new ClaimBench();
    expect(empty.post(elsewhere, { createAccounts: true }).outcome).toMatchObject({
      settlement: 'waits_for_original',
    });
    expect(typesOf(empty.events)).toEqual(['AccountOpened', 'ClaimAdjudicated']);
  });

  test('make room for what was held of a second payment', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(primary({ remittance: 'O2', payerClaimNumber: 'P2' }));
    expect(ledger.unapplied()).toBe('60.00');
    ledger.post(reversal());
    expect(ledger.owed()).toEqual(['C1 patient 20.00']);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.ofType('AdjudicationContinued')).toMatchObject([
      { because: 'original_reversed', held: [] },
    ]);
    expect(ledger.ofType('CreditApplied')).toMatchObject([{ source: {}, remittance: { claim: 1 } }]);
  });

  test('leave nothing held of a later payer that has come about without it', () => {
    const of = (remittance: string, paid: string, off: string, left: string) =>
      said({
        remittance,
        payerClaimNumber: 'P1',
        lines: [
          {
            charge: '1773.87',
            paid,
            adjustments: [
              ['CO', '45', off],
              ['PR', '2', left],
            ],
          },
        ],
      });
    const [corrected, first] = [
      of('C', '1011.10', '489.59', '273.18'),
      of('O', '1435.06', '72.73', '266.08'),
    ];
    const ledger = bench('1773.87');
    ledger.post(corrected);
    ledger.post(first);
    const { held } = ledger.post(
      said({
        remittance: 'S',
        payerId: 'BETA',
        status: '2',
        lines: [
          {
            charge: '1773.87',
            paid: '245.32',
            adjustments: [
              ['OA', '23', '1500.69'],
              ['PR', '2', '27.86'],
            ],
          },
        ],
      }),
    );
    expect(held).toEqual(['transfer C1 PR-2 7.10']);
    ledger.post(reversalOf(first));
    expect(ledger.owed()).toEqual(['C1 patient 27.86']);
    expect([...ledger.account.claims.values()].filter(({ hasHeld }) => hasHeld)).toEqual([]);
  });

  test('of what was gone on with take that back too', () => {
    const ledger = bench();
    const second = primary({ remittance: 'O2', payerClaimNumber: 'P2' });
    ledger.post(primary());
    ledger.post(second);
    ledger.post(reversal());
    ledger.post(reversalOf(second, { remittance: 'REV2', payerClaimNumber: 'P2' }));
    expect(ledger.owed()).toEqual(['C1 ACME primary 100.00']);
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.movedOver('Assets:RemittanceClearing')).toBe('0.00');
  });
});

describe('what a person decides on held parts', () => {
  const held = (ledger: ClaimBench, statement = secondary()) => {
    const adjudicationId = adjudicationIdOf(statement.remittanceId, 1);
    return (decision: 'release' | 'drop', resolutionId = 'R1') =>
      ledger.carryOut(
        planResolution(ACCOUNT, {
          adjudicationId,
          resolutionId,
          decision,
          effectiveOn: '2026-03-01',
          reason: 'checked',
        }),
      );
  };

  test('release posts them after all, once', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary());
    const resolve = held(ledger);
    const { result } = resolve('release');
    expect(result.kind === 'decided' && heldIn(result.held)).toEqual(['adjustment C1 CO-45 20.00']);
    expect(ledger.owed()).toEqual(['C1 BETA secondary -20.00', 'C1 patient 5.00']);
    expect(ledger.ofType('AdjudicationContinued')).toMatchObject([
      { because: 'released', held: [], reason: 'checked' },
    ]);
    expect(resolve('release')).toEqual({ result: { kind: 'nothing_held' }, events: [] });
  });

  test('release applies a held payment', () => {
    const ledger = bench();
    ledger.post(primary());
    const again = primary({ remittance: 'O2' });
    ledger.post(again);
    held(ledger, again)('release');
    expect(ledger.unapplied()).toBe('0.00');
    expect(ledger.owed()).toEqual(['C1 ACME primary -80.00', 'C1 patient 20.00']);
  });

  test('drop gives them up', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary());
    const resolve = held(ledger);
    expect(typesOf(resolve('drop').events)).toEqual(['AdjudicationContinued']);
    expect(ledger.owed()).toEqual(['C1 patient 5.00']);
    expect(resolve('drop').result).toEqual({ kind: 'nothing_held' });
    expect(ledger.post(secondary()).held).toEqual([]);
  });

  test('is over once it found nothing held, and decides nothing that is held later', () => {
    const ledger = bench();
    ledger.post(primary());
    ledger.post(secondary());
    const resolve = held(ledger);
    resolve('drop');
    expect(resolve('release', 'R2')).toMatchObject({
      result: { kind: 'nothing_held' },
      events: [{ type: 'AdjudicationContinued', data: { resolutionId: 'R2', entries: [], held: [] } }],
    });
    expect(resolve('release', 'R2')).toEqual({ result: { kind: 'nothing_held' }, events: [] });
    const { adjudicationId } = ledger.ofType('ClaimAdjudicated').at(-1)!;
    expect(ledger.account.claims.get(adjudicationId)!.decisions).toEqual(['R1', 'R2']);
  });

  test('is refused for a claim that is not there', () => {
    expect(held(bench())('drop').result).toMatchObject({
      kind: 'refused',
      facts: { code: 'entry_not_found' },
    });
  });

  test('a claim that is posted as it is posts whole', () => {
    const ledger = bench();
    ledger.post(primary());
    expect(ledger.post(secondary(), { released: true }).held).toEqual([]);
    expect(ledger.owed()).toEqual(['C1 BETA secondary -20.00', 'C1 patient 5.00']);
  });
});

test('an ordinary claim asks for no earlier event, however many there are', () => {
  const ledger = bench(...Array.from({ length: 9 }, () => '100.00'));
  for (let claim = 1; claim <= 50; claim += 1) {
    ledger.post(primary({ claim, lines: one('1.00', ['CO', '45', '99.00']) }));
  }
  expect(ledger.account.claims.size).toBe(50);
  expect(ledger.recalled).toBe(0);
});
