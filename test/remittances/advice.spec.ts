import { describe, expect, it, test } from '@jest/globals';
import { chunked, interchange, x12 } from '../x12/x12-text.js';
import { stops } from '../../src/x12/finding.js';
import { readAdvices } from '../../src/remittances/remittance-advice/read-advices.js';
import { isReversal } from '../../src/ledger/claim-status.js';
import { type AdviceItem, serviceDates } from '../../src/remittances/remittance-advice/model.js';
import { createHash } from 'node:crypto';
import {
  ADVICE,
  CLAIM,
  CLAIM_WITHOUT_LINES,
  HEADER,
  PLB,
  items,
  read,
  replace,
  withoutPositions,
} from './advice-text.js';

/** The claims of some segments behind the usual header. */
const claimsOf = (...segments: string[]) => read(x12(interchange([...HEADER, 'LX*1', ...segments]))).claims;

describe('a remittance advice', () => {
  const { headers, claims, adjustments, ends, findings } = read(x12(ADVICE));

  it('says who pays whom, how much, and under which trace', () => {
    expect(headers).toEqual([
      {
        interchange: expect.objectContaining({ sender: 'PAYER', receiver: 'CLINIC' }),
        controlNumber: '0001',
        version: '005010X221A1',
        segment: 3,
        position: expect.any(Number),
        payment: {
          handling: 'I',
          amount: 16500,
          direction: 'credit',
          method: 'ACH',
          originatingCompany: '1512345678',
          date: '2026-01-15',
        },
        trace: { number: 'TRACE7', payerId: '1512345678', supplement: 'SUPP' },
        payer: {
          name: 'ACME HEALTH PLAN',
          idQualifier: 'XV',
          id: '12345',
          references: [{ qualifier: '2U', value: 'PLAN7' }],
          contacts: [
            {
              function: 'CX',
              name: '',
              numbers: [
                { qualifier: 'TE', number: '8005550100' },
                { qualifier: 'EX', number: '12' },
              ],
            },
          ],
        },
        payee: {
          name: 'SUNRISE CLINIC',
          idQualifier: 'XX',
          id: '1234567893',
          references: [{ qualifier: 'TJ', value: '371234567' }],
          contacts: [],
        },
        references: [{ qualifier: 'EV', value: 'RECEIVER7' }],
        dates: [{ qualifier: '405', date: '2026-01-14' }],
      },
    ]);
  });

  it('has claims with lines and every adjustment', () => {
    expect(claims[0]).toEqual({
      number: 1,
      segment: 16,
      lastSegment: 25,
      position: expect.any(Number),
      patientControlNumber: 'PCN1',
      status: '1',
      charge: 20000,
      paid: 12000,
      patientResponsibility: 3000,
      filingIndicator: '12',
      payerClaimNumber: 'ICN1',
      facilityType: '11',
      frequency: '1',
      patientStatus: '',
      drg: '',
      group: { number: '1' },
      adjustments: [],
      references: [],
      dates: [{ qualifier: '232', date: '2026-01-05' }],
      amounts: [],
      quantities: [],
      adjudications: [],
      contacts: [],
      personal: {
        patient: {
          entityType: '1',
          last: 'DOE',
          first: 'JANE',
          middle: 'Q',
          suffix: 'JR',
          idQualifier: 'MI',
          id: 'MEMBER1',
        },
      },
      findings: [],
      lines: [
        {
          number: 1,
          segment: 19,
          lastSegment: 25,
          position: expect.any(Number),
          procedure: { qualifier: 'HC', code: '99213', modifiers: ['25'] },
          charge: 20000,
          paid: 12000,
          unitsPaid: '1',
          controlNumber: 'LINE1',
          adjustments: [
            { group: 'CO', reason: '45', amount: 5000, segment: 21 },
            { group: 'PR', reason: '1', amount: 2000, segment: 22 },
            { group: 'PR', reason: '2', amount: 1000, quantity: '1', segment: 22 },
          ],
          references: [{ qualifier: '6R', value: 'LINE1' }],
          dates: [{ qualifier: '472', date: '2026-01-05' }],
          amounts: [{ qualifier: 'B6', amount: 15000 }],
          quantities: [],
          remarks: [{ list: 'HE', code: 'N14' }],
        },
      ],
    });
    expect(claims[1]).toMatchObject({
      number: 2,
      adjustments: [{ group: 'OA', reason: '23', amount: 3000 }],
      adjudications: [{ kind: 'outpatient', remarks: ['MA01', 'N115'], values: [] }],
      lines: [],
    });
  });

  it('has provider adjustments, and what it comes to', () => {
    expect(adjustments).toEqual([
      {
        number: 1,
        segment: 29,
        position: expect.any(Number),
        providerId: '1234567893',
        fiscalPeriodEnd: '2026-12-31',
        reason: 'WO',
        reference: 'ICN0',
        amount: 500,
      },
    ]);
    expect(ends).toEqual([
      {
        segment: 30,
        claims: 2,
        providerAdjustments: 1,
        totals: { claims: '170.00', providerAdjustments: '5.00', payment: '165.00' },
        contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        findings: [],
      },
    ]);
    expect(findings).toEqual([]);
  });

  it('comes in the order of the file, from a stream as from memory', async () => {
    const bytes = x12(ADVICE);
    async function* stream() {
      yield* chunked(bytes, 100);
    }
    const streamed: AdviceItem[] = [];
    for await (const item of readAdvices(stream(), { contentHash: () => createHash('sha256') })) {
      streamed.push(item);
    }
    expect(streamed).toEqual(items(bytes));
    expect(streamed.map(({ kind }) => kind)).toEqual([
      'begin',
      'claim',
      'claim',
      'provider-adjustment',
      'end',
    ]);
  });

  it('keeps all names and member ids under `personal`', () => {
    const named = CLAIM.toSpliced(
      2,
      0,
      ...['IL', '74', 'GB', '82'].map((role) => `NM1*${role}*1*SECRET ${role}*GIVEN****MI*ID${role}`),
      'NM1*TT*2*NEXT PLAN*****PI*88888',
      'NM1*PR*2*FIRST PLAN*****PI*77777',
    );
    const [claim] = claimsOf(...named);
    expect(Object.keys(claim!.personal)).toEqual([
      'patient',
      'insured',
      'corrected',
      'otherSubscriber',
      'renderingProvider',
    ]);
    expect(claim!.crossoverPayer).toEqual({ name: 'NEXT PLAN', idQualifier: 'PI', id: '88888' });
    expect(claim!.priorityPayer).toEqual({ name: 'FIRST PLAN', idQualifier: 'PI', id: '77777' });
    expect(claim!.renderingProvider).toEqual({ idQualifier: 'MI', id: 'ID82' });
    expect(JSON.stringify({ ...claim, personal: {} })).not.toMatch(/DOE|JANE|SECRET|GIVEN|MEMBER1/);
  });

  it('reads inpatient adjudication, groups and quantities', () => {
    const [claim] = read(
      x12(
        interchange([
          ...HEADER,
          'LX*110212',
          'TS3*6543210903*11*20261231*1*211366.97****138018.40',
          'TS2*2178.45',
          'CLP*P*1*100*100**MA*I*11*1**123*0.7309*.5',
          'MIA*0***138018.40*MA01*1***************N1',
          'QTY*CA*8.00',
          'AMT*AU*100',
          'PER*CX*DEPT*TE*5550100',
        ]),
      ),
    ).claims;
    expect(claim).toMatchObject({
      group: {
        number: '110212',
        providerId: '6543210903',
        facilityType: '11',
        fiscalPeriodEnd: '2026-12-31',
        claims: '1',
        charge: 21136697,
      },
      drg: '123',
      drgWeight: '0.7309',
      dischargeFraction: '.5',
      adjudications: [
        {
          kind: 'inpatient',
          remarks: ['MA01', 'N1'],
          values: [
            { element: 1, value: '0' },
            { element: 4, value: '138018.40' },
            { element: 6, value: '1' },
          ],
        },
      ],
      quantities: [{ qualifier: 'CA', quantity: '8.00' }],
      amounts: [{ qualifier: 'AU', amount: 10000 }],
      contacts: [{ function: 'CX', name: 'DEPT', numbers: [{ qualifier: 'TE', number: '5550100' }] }],
    });
  });

  test.each([
    ['HC:99213', { qualifier: 'HC', code: '99213', modifiers: [] }],
    ['NU:0360', { qualifier: 'NU', code: '0360', modifiers: [] }],
    ['AD:D0120', { qualifier: 'AD', code: 'D0120', modifiers: [] }],
    ['N4:00002143380', { qualifier: 'N4', code: '00002143380', modifiers: [] }],
    [
      'ER:X:1:2:3:4:a description',
      { qualifier: 'ER', code: 'X', modifiers: ['1', '2', '3', '4'], description: 'a description' },
    ],
    ['HC:X::2', { qualifier: 'HC', code: 'X', modifiers: ['2'] }],
  ])('reads the procedure %s', (written, procedure) => {
    const [claim] = claimsOf('CLP*P*1*5*5', `SVC*${written}*5*5*0450*2*HC:99999*3`);
    expect(claim!.lines[0]).toMatchObject({
      procedure,
      revenueCode: '0450',
      unitsPaid: '2',
      originalProcedure: { qualifier: 'HC', code: '99999', modifiers: [] },
      unitsBilled: '3',
    });
    expect(claim!.findings).toEqual([]);
  });

  test.each([
    [['DTM*472*20260102'], { from: '2026-01-02', to: '2026-01-02' }],
    [['DTM*150*20260103', 'DTM*151*20260104'], { from: '2026-01-03', to: '2026-01-04' }],
    [['DTM*150*20260103'], { from: '2026-01-03', to: '2026-01-03' }],
    [['DTM*151*20260104'], { from: '2026-01-01', to: '2026-01-04' }],
    [[], { from: '2026-01-01', to: '2026-01-09' }],
  ])('knows when a line was performed: %j', (dates, expected) => {
    const [claim] = claimsOf('CLP*P*1*5*5', 'DTM*232*20260101', 'DTM*233*20260109', 'SVC*HC:1*5*5', ...dates);
    expect(serviceDates(claim!.lines[0]!, claim!)).toEqual(expected);
  });

  it('does not know when a line was performed that nothing says it of', () => {
    const [without, ended] = claimsOf(
      'CLP*P*1*5*5',
      'SVC*HC:1*5*5',
      'CLP*P*1*5*5',
      'DTM*233*20260109',
      'SVC*HC:1*5*5',
    );
    expect(serviceDates(without!.lines[0]!, without!)).toBeUndefined();
    expect(serviceDates(ended!.lines[0]!, ended!)).toEqual({ from: '2026-01-09', to: '2026-01-09' });
  });

  it('takes a reversal as it comes: everything negated, and it balances', () => {
    const reversal = [
      'CLP*PCN1*22*-200*-120*-30*12*ICN1',
      'SVC*HC:99213*-200*-120**-1',
      'CAS*CO*45*-50',
      'CAS*PR*1*-30',
    ];
    const {
      claims: [back],
      ends: [end],
      findings: found,
    } = read(
      x12(
        interchange([...replace(HEADER, 'BPR', 'BPR*I*120*D*ACH************20260115'), 'LX*1', ...reversal]),
      ),
    );
    expect(isReversal(back!)).toBe(true);
    expect(back).toMatchObject({ status: '22', paid: -12000, lines: [{ charge: -20000, paid: -12000 }] });
    expect(end!.totals).toEqual({ claims: '-120.00', providerAdjustments: '0.00', payment: '-120.00' });
    expect(found).toEqual([]);
  });

  it('leaves predeterminations out of every sum', () => {
    const {
      ends: [end],
      findings: found,
    } = read(
      x12(
        interchange([
          ...replace(HEADER, 'BPR', 'BPR*H*0*C*NON'),
          'LX*1',
          'CLP*P*25*200*40',
          'SVC*HC:1*200*999',
        ]),
      ),
    );
    expect(end).toMatchObject({ claims: 1, totals: { claims: '0.00' } });
    expect(found).toEqual([]);
  });

  it('takes every pair of a PLB and every PLB', () => {
    const { adjustments: all } = read(
      x12(
        interchange([
          ...HEADER,
          'PLB*P1*20261231*WO:A:B*1*L6*-2*FB:C*3',
          'PLB*P2*20261231*72:D*4*CS:E*5*J1*6*IR*7*50*8*AM*9',
        ]),
      ),
    );
    expect(
      all.map(({ providerId, reason, reference, amount }) => [providerId, reason, reference, amount]),
    ).toEqual([
      ['P1', 'WO', 'A:B', 100],
      ['P1', 'L6', '', -200],
      ['P1', 'FB', 'C', 300],
      ['P2', '72', 'D', 400],
      ['P2', 'CS', 'E', 500],
      ['P2', 'J1', '', 600],
      ['P2', 'IR', '', 700],
      ['P2', '50', '', 800],
      ['P2', 'AM', '', 900],
    ]);
    expect(all.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('counts claims anew in each ST, without an LX too', () => {
    const st = (n: number, ...body: string[]) => [
      `ST*835*${n}`,
      ...HEADER,
      ...body,
      `SE*${HEADER.length + body.length + 2}*${n}`,
    ];
    const bodies = [...CLAIM, ...CLAIM_WITHOUT_LINES, ...PLB];
    const full = [
      ...ADVICE.slice(0, 2),
      ...st(1, ...bodies),
      ...st(2, 'LX*1', ...bodies),
      'GE*2*1',
      'IEA*1*1',
    ];
    const { claims: all, findings: found } = read(x12(full));
    expect(all.map(({ number }) => number)).toEqual([1, 2, 1, 2]);
    expect(all.map(({ group }) => group?.number)).toEqual([undefined, undefined, '1', '1']);
    expect(found).toEqual([]);
  });

  it('reads 4010', () => {
    const older = ADVICE.map((segment) =>
      segment.replace('^*00501', 'U*00401').replace('005010X221A1', '004010X091A1'),
    );
    const {
      headers: [header],
      findings: found,
    } = read(x12(older));
    expect([header!.version, found]).toEqual(['004010X091A1', []]);
  });
});

describe('the same advice written in another way', () => {
  const expected = withoutPositions(items(x12(ADVICE)));

  test.each([
    ['no line breaks', { after: '' }],
    ['CR LF', { after: '\r\n' }],
    ['lines', { segment: '\n', after: '' }],
    ['CR LF as terminator', { segment: '\r', after: '\n' }],
    ['bars', { element: '|', component: '>', repetition: '}', segment: '!' }],
    [
      'control characters',
      { element: '\x1d', component: '\x1f', repetition: '\x1c', segment: '\x1e', after: '' },
    ],
  ])('is the same with %s', (_, style) => {
    expect(withoutPositions(items(x12(ADVICE, style)))).toEqual(expected);
  });

  it('is the same behind a BOM, and cut at 80 columns', () => {
    const wrapped = x12(ADVICE, { after: '' })
      .toString()
      .replace(/(.{80})/g, '$1\n');
    expect(withoutPositions(items(Buffer.from(`\ufeff${wrapped}`)))).toEqual(expected);
  });

  it('is the same wherever it is cut in two, and in single bytes', () => {
    const bytes = x12(ADVICE);
    const whole = JSON.stringify(items(bytes));
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(JSON.stringify(items(bytes.subarray(0, at), bytes.subarray(at)))).toBe(whole);
    }
    expect(JSON.stringify(items(...chunked(bytes, 1)))).toBe(whole);
  });
});

describe('the content hash', () => {
  const hashOf = (segments: readonly string[], style = {}) => read(x12(segments, style)).ends[0]!.contentHash;
  const whole = hashOf(ADVICE);

  it('is of what stands between ST and SE, whatever envelope that comes in', () => {
    const again = [...interchange(ADVICE.slice(3, -3), 'ST*835*0077*005010X221A1')];
    expect(hashOf(again.map((s) => s.replace('260115*1200', '260116*1300')))).toBe(whole);
    expect(hashOf(ADVICE.slice(2, -2))).toBe(whole);
    expect(hashOf(ADVICE, { element: '|', component: '>', segment: '\n', after: '' })).toBe(whole);
    expect(hashOf(ADVICE.map((s) => (s.startsWith('CAS') ? `${s}***` : s)))).toBe(whole);
  });

  it('differs as soon as anything in it does', () => {
    const others = [
      replace(ADVICE, 'CAS*CO', 'CAS*CO*45*50.00'),
      replace(ADVICE, 'NM1*QC', 'NM1*QC*1*DOE*JOHN'),
      replace(ADVICE, 'LQ'),
      replace(ADVICE, 'AMT*B6', 'AMT*B6*150', 'AMT*B6*150'),
      replace(ADVICE, 'SVC*HC', 'SVC*HC*99213:25*200*120**1'),
    ];
    expect(new Set([whole, ...others.map((segments) => hashOf(segments))]).size).toBe(others.length + 1);
  });

  it('is the SHA-256 that anybody can compute from the documented form', () => {
    const canonical = ADVICE.slice(3, -3)
      .map((s) => s.replaceAll('*', '\x1d').replaceAll(':', '\x1f').replaceAll('^', '\x1c') + '\x1e')
      .join('');
    expect(whole).toBe(createHash('sha256').update(canonical).digest('hex'));
    expect(hashOf(ADVICE)).toBe(read(...chunked(x12(ADVICE), 13)).ends[0]!.contentHash);
  });
});

describe('a claim that does not balance', () => {
  it('stops itself and nothing else, when the transaction holds', () => {
    const broken = replace(ADVICE, 'CAS*CO', 'CAS*CO*45*49.99');
    const { claims, ends } = read(x12(broken));
    expect(claims.map(({ findings }) => stops(findings))).toEqual([true, false]);
    expect(ends.map(({ findings }) => stops(findings))).toEqual([false]);
    expect(claims[0]!.findings).toEqual([
      {
        code: 'line_does_not_balance',
        severity: 'stops',
        segment: 19,
        position: claims[0]!.lines[0]!.position,
        facts: { computed: '120.01', stated: '120.00', difference: '-0.01' },
        claim: 1,
        line: 1,
      },
      {
        code: 'claim_does_not_balance',
        severity: 'stops',
        segment: 16,
        position: claims[0]!.position,
        facts: { computed: '120.01', stated: '120.00', difference: '-0.01' },
        claim: 1,
      },
    ]);
  });

  it('is found with sums that no binary fraction holds', () => {
    const line = ['SVC*HC:1*.3*.2', 'CAS*CO*45*.1'];
    expect(claimsOf('CLP*P*1*.3*.2', ...line)[0]!.findings).toEqual([]);
    const large = ['SVC*HC:1*999999999999.99*999999999999.98', 'CAS*CO*45*.01'];
    expect(claimsOf('CLP*P*1*999999999999.99*999999999999.98', ...large)[0]!.findings).toEqual([]);
  });
});
