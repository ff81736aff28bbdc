import { describe, expect, it } from '@jest/globals';
import { FINDINGS_HELD, SEGMENTS_HELD } from '../../src/remittances/remittance-advice/advice-reader.js';
import { ADVICE_FINDINGS, type AdviceCode } from '../../src/remittances/remittance-advice/findings.js';
import type { AdviceFinding } from '../../src/remittances/remittance-advice/model.js';
import { x12 } from '../x12/x12-text.js';
import { ADVICE, read, replace } from './advice-text.js';

const NAMES = /DOE|JANE|ACME|SUNRISE|MEMBER1|ICN|PCN|LINE1/;

describe('what an 835 is found to be', () => {
  const st = { segment: 3 };
  const first = { claim: 1 };
  const line = { claim: 1, line: 1 };
  const cases: [AdviceCode, string[], Omit<Partial<AdviceFinding>, 'facts'> & { facts?: unknown }][] = [
    [
      'line_does_not_balance',
      replace(ADVICE, 'SVC*HC', 'SVC*HC:99213*200*121**1'),
      { ...line, segment: 19, facts: { computed: '120.00', stated: '121.00', difference: '1.00' } },
    ],
    [
      'claim_does_not_balance',
      replace(ADVICE, 'CLP*PCN2', 'CLP*PCN2*2*80*49.5'),
      { claim: 2, segment: 26, facts: { computed: '50.00', stated: '49.50', difference: '-0.50' } },
    ],
    [
      'lines_do_not_sum_to_claim',
      replace(ADVICE, 'SVC*HC', 'SVC*HC:1*7*7', 'SVC*HC:99213*200*120'),
      { ...first, segment: 16, facts: { computed: '127.00', stated: '120.00', difference: '-7.00' } },
    ],
    [
      'transaction_does_not_balance',
      replace(ADVICE, 'PLB*', 'PLB*1*20261231*WO:1*4.99'),
      {
        ...st,
        facts: {
          claims: '170.00',
          providerAdjustments: '4.99',
          payment: '165.00',
          computed: '165.01',
          difference: '-0.01',
        },
      },
    ],
    [
      'transaction_does_not_balance',
      replace(ADVICE, 'BPR*', 'BPR*I*165*D*ACH'),
      { facts: expect.objectContaining({ payment: '-165.00', difference: '-330.00' }) },
    ],
    ['payment_missing', replace(ADVICE, 'BPR*'), st],
    ['payment_repeated', replace(ADVICE, 'TRN*', 'TRN*1*T*P', 'BPR*I*1*C'), { segment: 6 }],
    ['payment_repeated', replace(ADVICE, 'PLB*', 'PLB*1*20261231*WO:1*5', 'BPR*I*1*C'), { segment: 30 }],
    ['direction_unknown', replace(ADVICE, 'BPR*', 'BPR*I*165*X*ACH'), { segment: 4 }],
    ['trace_missing', replace(ADVICE, 'TRN*'), st],
    ['trace_missing', replace(ADVICE, 'TRN*', 'TRN*1'), st],
    ['trace_repeated', replace(ADVICE, 'TRN*', 'TRN*1*A*P', 'TRN*1*B*P'), { segment: 6 }],
    ['payer_missing', replace(ADVICE, 'N1*PR'), st],
    ['payee_missing', replace(ADVICE, 'N1*PE'), st],
    ['test_interchange', ADVICE.map((s) => s.replace('*0*P*:', '*0*T*:')), st],
    [
      'amount_missing',
      replace(ADVICE, 'CLP*PCN2', 'CLP*PCN2*2*80'),
      { claim: 2, facts: { element: 'CLP04' } },
    ],
    ['amount_missing', replace(ADVICE, 'CAS*CO', 'CAS*CO*45'), { ...line, facts: { element: 'CAS03' } }],
    [
      'line_amount_missing',
      replace(ADVICE, 'SVC*HC', 'SVC*HC:99213*200'),
      { ...line, facts: { element: 'SVC03' } },
    ],
    [
      'amount_unreadable',
      replace(ADVICE, 'BPR*', 'BPR*I*JANE DOE*C'),
      { segment: 4, facts: { element: 'BPR02' } },
    ],
    [
      'amount_unreadable',
      replace(ADVICE, 'CLP*PCN1', 'CLP*PCN1*1*1,200.00*120'),
      { ...first, facts: { element: 'CLP03' } },
    ],
    [
      'amount_finer_than_cents',
      replace(ADVICE, 'CAS*PR', 'CAS*PR*1*20**2*9.999'),
      { ...line, facts: { element: 'CAS06' } },
    ],
    [
      'amount_too_large',
      replace(ADVICE, 'PLB*', 'PLB*1**WO*1000000000000'),
      { segment: 29, facts: { element: 'PLB04' } },
    ],
    [
      'information_unreadable',
      replace(ADVICE, 'AMT*B6', 'AMT*B6*JANE DOE'),
      { ...line, facts: { element: 'AMT02' } },
    ],
    [
      'information_unreadable',
      replace(ADVICE, 'SVC*HC', 'SVC*HC:99213*200*120**ONE'),
      { ...line, facts: { element: 'SVC05' } },
    ],
    [
      'date_unreadable',
      replace(ADVICE, 'DTM*472', 'DTM*472*20260230'),
      { ...line, facts: { element: 'DTM02' } },
    ],
    ['date_unreadable', replace(ADVICE, 'DTM*405', 'DTM*405*11111111'), { segment: 7 }],
    ['date_unreadable', replace(ADVICE, 'PLB*', 'PLB*1*2026*WO*5'), { facts: { element: 'PLB02' } }],
    ['claim_status_unknown', replace(ADVICE, 'CLP*PCN1', 'CLP*PCN1*99*200*120'), first],
    ['patient_control_number_missing', replace(ADVICE, 'CLP*PCN1', 'CLP**1*200*120'), first],
    ['adjustment_group_unknown', replace(ADVICE, 'CAS*CO', 'CAS*XX*45*50'), line],
    ['adjustment_reason_missing', replace(ADVICE, 'CAS*CO', 'CAS*CO**50'), line],
    ['provider_adjustment_reason_missing', replace(ADVICE, 'PLB*', 'PLB*1*20261231**5'), { segment: 29 }],
    ['procedure_missing', replace(ADVICE, 'SVC*HC', 'SVC*HC*200*120'), line],
    ['component_separator_differs', replace(ADVICE, 'SVC*HC', 'SVC*HC>99213*200*120'), line],
    ['segment_unknown', replace(ADVICE, 'LQ*', 'XX*JANE DOE'), { segment: 25, facts: { tag: 'XX' } }],
    ['segment_unknown', replace(ADVICE, 'LQ*', 'JANE DOE*X'), { segment: 25, facts: {} }],
    [
      'segment_misplaced',
      replace(ADVICE, 'PLB*', 'PLB*1**WO*5', 'N1*PR*ACME'),
      { segment: 30, facts: { tag: 'N1' } },
    ],
    [
      'segment_misplaced',
      replace(ADVICE, 'CLP*PCN2', 'TRN*1*9', 'CLP*PCN2*2*80*50'),
      { segment: 26, facts: { tag: 'TRN' } },
    ],
    [
      'segment_misplaced',
      replace(ADVICE, 'SVC*HC', 'NTE*ADD*JANE DOE', 'SVC*HC:99213:25*200*120**1'),
      { segment: 19, facts: { tag: 'NTE' } },
    ],
    ['segment_misplaced', replace(ADVICE, 'DTM*405', 'AMT*AU*7'), { segment: 7, facts: { tag: 'AMT' } }],
    [
      'money_misplaced',
      replace(ADVICE, 'LX*1', 'LX*1', 'CAS*CO*45*10'),
      { segment: 16, facts: { tag: 'CAS' } },
    ],
    ['money_misplaced', replace(ADVICE, 'LX*1', 'SVC*HC:1*5*5'), { segment: 15, facts: { tag: 'SVC' } }],
    [
      'too_many_segments',
      replace(ADVICE, 'LQ*', ...Array.from({ length: SEGMENTS_HELD }, () => 'LQ*HE*N14')),
      { segment: 16 + SEGMENTS_HELD, facts: { limit: SEGMENTS_HELD } },
    ],
    [
      'too_many_findings',
      replace(ADVICE, 'LQ*', ...Array.from({ length: FINDINGS_HELD + 5 }, () => 'XX*1')),
      { segment: 25 + FINDINGS_HELD, facts: { limit: FINDINGS_HELD } },
    ],
    [
      'transaction_of_another_kind',
      replace(ADVICE, 'ST*', 'ST*837*0001'),
      { segment: 3, facts: { kind: '837' } },
    ],
  ];

  it.each(cases)('%s (%#)', (code, segments, expected) => {
    const { findings } = read(x12(segments));
    expect(findings.find((finding) => finding.code === code)).toMatchObject({
      severity: ADVICE_FINDINGS[code].severity,
      ...expected,
    });
    expect(findings.map(({ facts }) => JSON.stringify(facts)).join()).not.toMatch(NAMES);
  });

  it.each(['NTE*ADD*JANE DOE', 'CUR*PR*USD', 'TRN*1*9', 'XX*1', 'N3*STREET'])(
    'goes on with a claim behind %s, wherever in it that stands, and only warns',
    (stray) => {
      const first = ADVICE.findIndex((segment) => segment.startsWith('CLP*PCN1'));
      const next = ADVICE.findIndex((segment) => segment.startsWith('CLP*PCN2'));
      const places = Array.from({ length: next - first }, (_, i) => first + 1 + i);
      const { claims: expected } = read(x12(ADVICE));
      for (const at of places) {
        const { claims, findings } = read(x12(ADVICE.toSpliced(at, 0, stray)));
        expect(claims.map(saidOf)).toEqual(expected.map(saidOf));
        expect(findings.filter(({ severity }) => severity === 'stops')).toEqual([]);
      }
    },
  );

  it.each(['BPR*I*1*C', 'SVC*HC:99213*1*1'])('is stopped by %s in a place where it is not known', (stray) => {
    const at = ADVICE.findIndex((segment) => segment.startsWith(stray.startsWith('BPR') ? 'SVC' : 'LX'));
    const { findings } = read(x12(ADVICE.toSpliced(at, 0, stray)));
    expect(findings.some(({ severity }) => severity === 'stops')).toBe(true);
  });

  it('is all of what the table says it can be', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(Object.keys(ADVICE_FINDINGS)));
  });

  it('goes on behind what it cannot read: the rest is there as always', () => {
    const { claims: expected } = read(x12(ADVICE));
    for (const [, segments] of cases) {
      const { claims, ends } = read(x12(segments));
      if (segments.some((s) => s.startsWith('ST*837'))) {
        expect(ends).toEqual([]);
        continue;
      }
      expect(ends).toHaveLength(1);
      expect(claims).toHaveLength(expected.length);
      expect(claims.map(({ number }) => number)).toEqual([1, 2]);
    }
  });

  it('counts what cannot be read as nothing, so that sums show it', () => {
    const { findings } = read(x12(replace(ADVICE, 'CLP*PCN2', 'CLP*PCN2*2*80*fifty')));
    expect(findings.map(({ code }) => code)).toEqual([
      'amount_unreadable',
      'claim_does_not_balance',
      'transaction_does_not_balance',
    ]);
  });

  it('stops every transaction under an ISA that does not say what ends a segment', () => {
    const { ends } = read(Buffer.from(`${ADVICE[0]!.slice(0, -1)}A${ADVICE.slice(1).join('~')}~`));
    expect(ends.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      expect.arrayContaining(['segment_terminator_missing']),
    ]);
  });
});

/** What a claim says of money, and of what its lines are. */
function saidOf({ charge, paid, adjustments, lines }: ReturnType<typeof read>['claims'][number]) {
  return {
    charge,
    paid,
    reasons: adjustments.map(({ reason, amount }) => [reason, amount]),
    lines: lines.map((line) => ({
      procedure: line.procedure,
      paid: line.paid,
      charge: line.charge,
      controlNumber: line.controlNumber,
      reasons: line.adjustments.map(({ reason, amount }) => [reason, amount]),
    })),
  };
}
