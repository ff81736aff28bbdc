import { describe, expect, it } from '@jest/globals';
import { ENVELOPE_FINDINGS, type EnvelopeCode } from '../../src/x12/envelope-findings.js';
import { Envelope } from '../../src/x12/envelope.js';
import type { Finding } from '../../src/x12/finding.js';
import { readSegmentsSync } from '../../src/x12/read-segments.js';
import { GS, ISA, interchange, x12 } from './x12-text.js';

/** What the envelopes of some segments come to. */
function follow(segments: readonly string[]) {
  const findings: Finding<EnvelopeCode>[] = [];
  const steps: string[] = [];
  const transactions: (Envelope['transaction'] | 'closed')[] = [];
  const envelope = new Envelope(
    (finding) => findings.push(finding),
    () => transactions.push('closed'),
  );
  for (const batch of readSegmentsSync(x12(segments))) {
    for (const segment of batch.segments) {
      const step = envelope.take(segment);
      steps.push(step);
      if (step === 'transaction-begins') transactions.push(envelope.transaction);
    }
  }
  envelope.end();
  return { findings, steps, transactions };
}

const full = interchange(['BPR*I', 'TRN*1']);
const without = (tag: string) => full.filter((segment) => !segment.startsWith(`${tag}*`));
const instead = (tag: string, other: string) =>
  full.map((segment) => (segment.startsWith(`${tag}*`) ? other : segment));

describe('envelopes', () => {
  it('say of each transaction what it is and where it lies', () => {
    const { findings, steps, transactions } = follow(full);
    expect(findings).toEqual([]);
    expect(steps).toEqual([
      'envelope',
      'envelope',
      'transaction-begins',
      'within',
      'within',
      'transaction-ends',
      'envelope',
      'envelope',
    ]);
    expect(transactions).toMatchObject([
      {
        kind: '835',
        controlNumber: '0001',
        version: '005010X221A1',
        segment: 3,
        interchange: { sender: 'PAYER', receiver: 'CLINIC', controlNumber: '000000001', test: false },
        group: { functionalCode: 'HP', controlNumber: '1' },
      },
    ]);
  });

  it('take the version of the transaction before that of its group', () => {
    const { transactions } = follow(interchange([], 'ST*835*1*004010X091A1'));
    expect(transactions).toMatchObject([{ version: '004010X091A1' }]);
  });

  it('know several transactions, groups and interchanges', () => {
    const st = (n: number) => [`ST*835*${n}`, `SE*2*${n}`];
    const { findings, transactions } = follow([
      ISA,
      ...[GS, ...st(1), ...st(2), 'GE*2*1'],
      ...[GS.replace('*1*X', '*2*X'), ...st(3), 'GE*1*2'],
      'IEA*2*000000001',
      ...full,
    ]);
    expect(findings).toEqual([]);
    expect(transactions).toHaveLength(4);
  });

  it('compare control numbers as numbers', () => {
    expect(follow(instead('IEA', 'IEA*1*1')).findings).toEqual([]);
  });

  const cases: [EnvelopeCode, string[], Partial<Finding>][] = [
    ['no_interchange', ['ST*835*1', 'SE*2*1'], { segment: 1 }],
    ['no_interchange', [GS, 'ST*835*1', 'SE*2*1', 'GE*1*1'], { segment: 1 }],
    ['no_group', [ISA, 'ST*835*1', 'SE*2*1', 'IEA*0*1'], { segment: 2 }],
    ['interchange_not_ended', without('IEA'), { segment: 7, facts: { interchange: '000000001' } }],
    ['group_not_ended', without('GE'), { segment: 7, facts: { group: '1' } }],
    ['transaction_not_ended', without('SE'), { segment: 6, facts: { transaction: '0001' } }],
    ['transaction_not_ended', [...full.slice(0, 4), ...full.slice(2)], { segment: 5 }],
    ['end_without_beginning', without('ST').filter((s) => !/BPR|TRN/.test(s)), { segment: 3 }],
    ['segment_count_differs', instead('SE', 'SE*5*0001'), { segment: 6, facts: { stated: '5', counted: 4 } }],
    [
      'segment_count_differs',
      instead('SE', 'SE*JANE DOE*1'),
      { segment: 6, facts: { stated: '?', counted: 4 } },
    ],
    ['transaction_count_differs', instead('GE', 'GE*2*1'), { facts: { stated: '2', counted: 1 } }],
    ['group_count_differs', instead('IEA', 'IEA*9*1'), { facts: { stated: '9', counted: 1 } }],
    ['transaction_control_number_differs', instead('SE', 'SE*4*2'), { facts: { begun: '0001', ended: '2' } }],
    ['group_control_number_differs', instead('GE', 'GE*1*2'), { facts: { begun: '1', ended: '2' } }],
    ['interchange_control_number_differs', instead('IEA', 'IEA*1*2'), { segment: 8 }],
    ['segment_outside_transaction', [...full.slice(0, 2), 'BPR*I', ...full.slice(2)], { segment: 3 }],
  ];

  it.each(cases)('find %s (%#)', (code, segments, expected) => {
    const { findings } = follow(segments);
    expect(findings.find((finding) => finding.code === code)).toMatchObject(expected);
    for (const finding of findings) expect(finding.severity).toBe(ENVELOPE_FINDINGS[finding.code].severity);
  });

  it('find all of what the table says they can', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(Object.keys(ENVELOPE_FINDINGS)));
  });

  it('tell when a transaction is over without an SE', () => {
    expect(follow(without('SE')).transactions.at(-1)).toBe('closed');
    expect(follow(full.slice(0, 4)).transactions.at(-1)).toBe('closed');
  });

  it('find a fragment once', () => {
    const fragment = ['ST*835*1', 'SE*2*1'];
    expect(follow([...fragment, ...fragment]).findings.map(({ code }) => code)).toEqual(['no_interchange']);
  });
});
