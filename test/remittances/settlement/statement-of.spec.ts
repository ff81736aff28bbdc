import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { claimStatement } from '../../../src/ledger/claim-statement.js';
import { dollars } from '../../../src/remittances/remittance-advice/cents.js';
import { methodOf } from '../../../src/remittances/settlement/statement-of.js';
import { CLAIM, CLAIM_WITHOUT_LINES, replace } from '../advice-text.js';
import { adjustmentsOf, stated, total, unexplained } from './stated-claims.js';

describe('the statement of a claim', () => {
  it('says what the claim says of money, and of nobody', () => {
    const claim = stated(
      ...replace(
        CLAIM,
        'NM1',
        'NM1*QC*1*DOE*JANE*Q**JR*MI*MEMBER1',
        'NM1*TT*2*ZENITH*****PI*Z7',
        'MOA***MA01*MA18',
      ),
      'NM1*PR*2*OTHER',
    );
    expect(claim).toEqual({
      remittanceId: '0123456789abcdef0123456789abcdef',
      claim: 1,
      segment: 15,
      payerId: 'ACME',
      trace: { number: 'TRACE7', payerId: 'ACME' },
      effectiveOn: '2026-01-15',
      currency: 'USD',
      method: 'ach',
      claimId: 'PCN1',
      payerClaimNumber: 'ICN1',
      status: '1',
      filingIndicator: '12',
      charge: '200.00',
      paid: '120.00',
      crossoverPayerId: 'Z7',
      priorityPayerId: 'OTHER',
      remarkCodes: ['MA01', 'MA18'],
      lines: [
        {
          line: 1,
          segment: 20,
          procedure: { qualifier: 'HC', code: '99213', modifiers: ['25'] },
          controlNumber: 'LINE1',
          serviceDate: '2026-01-05',
          units: '1',
          charge: '200.00',
          paid: '120.00',
          adjustments: [
            { group: 'CO', reason: '45', amount: '50.00' },
            { group: 'PR', reason: '1', amount: '20.00' },
            { group: 'PR', reason: '2', amount: '10.00' },
          ],
          remarkCodes: ['N14'],
        },
      ],
    });
    expect(claimStatement.parse(claim)).toEqual(claim);
    expect(JSON.stringify(claim)).not.toMatch(/DOE|JANE|MEMBER1/);
  });

  it('says of which claim it is, where the claim says so and not a line', () => {
    const [clp, ...rest] = CLAIM;
    expect(stated(clp!, 'REF*F8*ICN0', ...rest)).toMatchObject({ originalClaimNumber: 'ICN0' });
    expect(stated(clp!, 'REF*F8*', ...rest, 'REF*F8*ICN9')).not.toHaveProperty('originalClaimNumber');
  });

  it('takes a claim without lines as one line with the number 0', () => {
    const { lines, remarkCodes } = stated(...CLAIM_WITHOUT_LINES);
    expect(remarkCodes).toEqual(['MA01', 'N115']);
    expect(lines).toEqual([
      {
        line: 0,
        segment: 15,
        procedure: { qualifier: '', code: '', modifiers: [] },
        charge: '80.00',
        paid: '50.00',
        adjustments: [{ group: 'OA', reason: '23', amount: '30.00', ofClaim: true }],
        remarkCodes: [],
      },
    ]);
  });

  it('takes the date of the claim where a line has none', () => {
    const { lines } = stated('CLP*C*1*10*10', 'DTM*232*20260103', 'DTM*233*20260104', 'SVC*HC:99213*10*10');
    expect(lines[0]!.serviceDate).toBe('2026-01-03');
  });

  it('names the way of the money in the words of the ledger', () => {
    const by = (method: string) => methodOf({ method } as Parameters<typeof methodOf>[0]);
    expect(['ACH', 'CHK', 'FWT', 'BOP', 'NON', ''].map(by)).toEqual([
      'ach',
      'check',
      'eft',
      'eft',
      'other',
      'other',
    ]);
    expect(methodOf(undefined)).toBe('other');
  });
});

describe('what stands in the place of a code', () => {
  it('is kept only where it can be one: it may be a name', () => {
    const [cas] = CLAIM.filter((segment) => segment.startsWith('CAS'));
    const claim = stated(...CLAIM.map((segment) => (segment === cas ? 'CAS*QUIMBY*ZELDA*10' : segment)));
    expect(JSON.stringify(claim)).not.toMatch(/QUIMBY|ZELDA/);
    expect(claim.lines.flatMap(({ adjustments }) => adjustments)).toContainEqual({
      group: '?',
      reason: '?',
      amount: '10.00',
    });
  });
});

describe('adjustments of a claim as a whole', () => {
  it('lower the lines in order, each down to nothing', () => {
    const { lines } = stated('CLP*C*1*100*30', 'CAS*CO*45*70', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    expect(lines.map((line) => [line.paid, adjustmentsOf(line)])).toEqual([
      ['0.00', ['CO-45 60.00']],
      ['30.00', ['CO-45 10.00']],
    ]);
    expect(lines[0]!.adjustments[0]!.ofClaim).toBe(true);
  });

  it("lower them from the last one for the patient's part, which the next payer is asked for", () => {
    const primary = stated('CLP*C*1*100*70', 'CAS*PR*1*30', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    const secondary = stated('CLP*C*2*100*30', 'CAS*OA*23*70', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    expect(primary.lines.map(adjustmentsOf)).toEqual([[], ['PR-1 30.00']]);
    expect(secondary.lines.map(({ paid }) => paid)).toEqual(['0.00', '30.00']);
  });

  it('fall to the first line when they are negative', () => {
    const { lines } = stated('CLP*C*1*100*105', 'CAS*CO*94*-5', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    expect(lines.map((line) => [line.paid, adjustmentsOf(line)])).toEqual([
      ['65.00', ['CO-94 -5.00']],
      ['40.00', []],
    ]);
  });

  it('fall to the last line when there is no room', () => {
    const { lines } = stated('CLP*C*1*100*-10', 'CAS*CO*45*110', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    expect(lines.map(({ paid }) => paid)).toEqual(['0.00', '-10.00']);
  });

  it('explain first what a line leaves unexplained', () => {
    const { lines } = stated('CLP*C*1*375*350', 'CAS*CO*45*15', 'CAS*PR*1*10', 'SVC*HC:99213*375*350');
    expect(lines[0]!.paid).toBe('350.00');
    expect(unexplained(lines[0]!)).toBe(0);
  });

  it('are laid for a reversal as they were for what it takes back', () => {
    const one = stated('CLP*C*1*100*25', 'CAS*CO*45*50', 'CAS*PR*1*25', 'SVC*HC:1*60*60', 'SVC*HC:2*40*40');
    const back = stated(
      'CLP*C*22*-100*-25',
      'CAS*CO*45*-50',
      'CAS*PR*1*-25',
      'SVC*HC:1*-60*-60',
      'SVC*HC:2*-40*-40',
    );
    const negated = (text: string) => text.replace(/ (?=\d)/, ' -');
    expect(back.lines.map(adjustmentsOf)).toEqual(one.lines.map((line) => adjustmentsOf(line).map(negated)));
    expect(back.lines.map(({ paid }) => paid)).toEqual(['-10.00', '-15.00']);
  });

  it('leave lines that balance and come to what the claim was paid, whatever they are', () => {
    const cents = fc.integer({ min: 0, max: 5000 });
    const cas = fc.record({
      group: fc.constantFrom('CO', 'PR', 'OA', 'PI'),
      amount: fc.integer({ min: -2000, max: 9000 }),
    });
    const lines = fc.array(fc.record({ charge: cents, adjusted: cents }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lines, fc.array(cas, { maxLength: 4 }), fc.constantFrom(1, -1), (given, whole, sign) => {
        const text = (amount: number) => dollars(sign * amount);
        const charged = given.reduce((sum, { charge }) => sum + charge, 0);
        const paid = given.reduce((sum, { charge, adjusted }) => sum + charge - adjusted, 0);
        const off = whole.reduce((sum, { amount }) => sum + amount, 0);
        const claim = stated(
          `CLP*C*${sign === 1 ? 1 : 22}*${text(charged)}*${text(paid - off)}`,
          ...whole.map(({ group, amount }) => `CAS*${group}*7*${text(amount)}`),
          ...given.flatMap(({ charge, adjusted }, i) => [
            `SVC*HC:9921${i}*${text(charge)}*${text(charge - adjusted)}`,
            `CAS*CO*45*${text(adjusted)}`,
          ]),
        );
        expect(claim.lines.map(unexplained)).toEqual(given.map(() => 0));
        expect(dollars(total(claim.lines, 'paid'))).toBe(claim.paid);
        expect(claimStatement.safeParse(claim).success).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
