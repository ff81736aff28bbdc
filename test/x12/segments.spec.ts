import { describe, expect, it, test } from '@jest/globals';
import { READER_FINDINGS } from '../../src/x12/reader-findings.js';
import { readSegments, readSegmentsSync } from '../../src/x12/read-segments.js';
import { SEGMENT_LIMIT } from '../../src/x12/splitter.js';
import { GS, ISA, chunked, interchange, x12 } from './x12-text.js';

const BODY = ['BPR*I*10*C', 'N1*PR*ACME PLAN', 'SVC*HC:99213:25*10*10', 'REF*6R*A^B', 'PLB*1**WO:7*1**'];

/** Tag and elements of every segment, and what was found. */
function read(...chunks: Uint8Array[]) {
  const segments: string[][] = [];
  const findings: { code: string; segment: number; position: number }[] = [];
  for (const batch of readSegmentsSync(...chunks)) {
    for (const { code, segment, position } of batch.findings) findings.push({ code, segment, position });
    for (const segment of batch.segments) {
      const elements = Array.from({ length: segment.length }, (_, i) => segment.value(i + 1));
      segments.push([segment.tag, ...elements]);
    }
  }
  return { segments, findings, codes: findings.map(({ code }) => code) };
}

const text = (content: string): Buffer => Buffer.from(content, 'latin1');
const tags = (content: string | Buffer): string[] =>
  read(typeof content === 'string' ? text(content) : content).segments.map(([tag]) => tag!);

describe('segments', () => {
  it('have tag, elements, number and place', () => {
    const bytes = x12(interchange(BODY), { after: '\r\n' });
    const [batch] = [...readSegmentsSync(bytes)].filter(({ segments }) => segments.length > 0);
    const svc = batch!.segments[5]!;
    expect([svc.tag, svc.number, svc.length, svc.value(2), svc.value(4), svc.value(99)]).toEqual([
      'SVC',
      6,
      3,
      '10',
      '',
      '',
    ]);
    expect(bytes.subarray(svc.position, svc.position + 13).toString()).toBe('SVC*HC:99213:');
    expect(svc.components(1)).toEqual(['HC', '99213', '25']);
    expect(svc.components(4)).toEqual([]);
    expect(batch!.segments[6]!.repetitions(2)).toEqual(['A', 'B']);
    expect(batch!.segments[7]!.length).toBe(6);
  });

  const plain = read(x12(interchange(BODY))).segments.slice(1);

  test.each([
    ['no line breaks', { after: '' }],
    ['CR', { after: '\r' }],
    ['CR LF', { after: '\r\n' }],
    ['blanks and empty lines', { after: ' \n\n\t' }],
    ['a line break as terminator', { segment: '\n', after: '' }],
    ['CR LF as terminator', { segment: '\r', after: '\n' }],
    ['bars and braces', { element: '|', component: '}', segment: '!' }],
    ['control characters', { element: '\x1d', component: '\x1f', repetition: '\x1c', segment: '\x1e' }],
    ['tabs', { element: '\t', component: '>', segment: '~' }],
    ['a tilde between elements', { element: '~', component: '>', segment: "'" }],
  ])('are the same with %s', (_, style) => {
    const { component = ':' } = style as { component?: string };
    const usual = (value: string) => value.replaceAll(component, ':').replaceAll('\x1c', '^');
    const { segments, findings } = read(x12(interchange(BODY), style));
    expect(segments.slice(1).map((elements) => elements.map(usual))).toEqual(plain);
    expect(findings).toEqual([]);
  });

  it.each([1, 2, 3, 5, 7, 64, 107])('are the same in chunks of %i bytes', (size) => {
    const whole = Buffer.concat([
      text('to whom it may concern\n'),
      x12(interchange(BODY), { after: '\r\n' }),
    ]);
    expect(read(...chunked(whole, size))).toEqual(read(whole));
  });

  it('are the same wherever the file is cut in two', () => {
    const files = [x12(interchange(BODY)), x12(['ST*835*1', ...BODY, 'SE*7*1'], { after: '' })];
    for (const whole of files) {
      const expected = read(whole);
      for (let at = 0; at <= whole.length; at += 1) {
        expect(read(whole.subarray(0, at), whole.subarray(at))).toEqual(expected);
      }
    }
  });

  it('come from a stream as from memory', async () => {
    const bytes = x12(interchange(BODY));
    async function* stream() {
      yield* chunked(bytes, 50);
    }
    const tagsOfStream: string[] = [];
    for await (const batch of readSegments(stream())) tagsOfStream.push(...batch.segments.map((s) => s.tag));
    expect(tagsOfStream).toEqual(tags(bytes));
  });

  it('lets errors of the source through', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield x12([ISA]);
      throw new Error('disk on fire');
    }
    const all = async () => {
      for await (const batch of readSegments(broken())) expect(batch.segments.length).toBeLessThan(2);
    };
    await expect(all()).rejects.toThrow('disk on fire');
  });

  it('are whole where every line is cut at 80 columns, the ISA too', () => {
    const wrapped = x12(interchange(BODY), { after: '' })
      .toString()
      .replace(/(.{80})/g, '$1\r\n');
    expect(read(text(wrapped)).segments.slice(1)).toEqual(plain);
  });

  it('keep bytes that are UTF-8 as UTF-8, and others as Latin-1', () => {
    const utf8 = x12(interchange(['N1*PR*CLÍNICA 東京']));
    const latin1 = text(interchange(['N1*PR*CL\xcdNICA']).join('~'));
    expect(read(utf8).segments[3]).toEqual(['N1', 'PR', 'CLÍNICA 東京']);
    expect(read(latin1).segments[3]).toEqual(['N1', 'PR', 'CLÍNICA']);
    expect(read(...chunked(utf8, 1)).segments[3]).toEqual(['N1', 'PR', 'CLÍNICA 東京']);
  });

  it('have no tag where none stands', () => {
    expect(
      read(x12([ISA, GS, 'ST*835*1', '*X', 'lower*X', 'TOOLONG*X', '1A*X', 'AB'])).segments.slice(3),
    ).toEqual([['', 'X'], ['', 'X'], ['', 'X'], ['', 'X'], ['AB']]);
  });
});

describe('an ISA', () => {
  it.each([
    ['shorter than it should be', ISA.replaceAll(/ +/g, '')],
    ['longer than it should be', ISA.replace('PAYER', 'A PAYER WITH QUITE A LONG NAME')],
  ])('may be %s', (_, isa) => {
    const { segments, codes } = read(x12([isa, ...interchange(BODY).slice(1)]));
    expect(segments.map(([tag]) => tag)).toEqual(tags(x12(interchange(BODY))));
    expect(segments[5]![1]).toBe('HC:99213:25');
    expect(codes).toEqual([]);
  });

  it('names the repetition separator from release 00402 on', () => {
    const repetition = (isa: string) => [...readSegmentsSync(x12([isa, GS]))][0]!.delimiters.repetition;
    expect(repetition(ISA)).toBe('^');
    expect(repetition(ISA.replace('^*00501', 'U*00401'))).toBeUndefined();
    expect(repetition(ISA.replace('*^*', '*U*'))).toBeUndefined();
    expect(repetition(ISA.replace('00501', '00401'))).toBeUndefined();
  });

  it('may have delimiters of its own, whatever the one before had', () => {
    const both = Buffer.concat([
      x12(interchange(BODY)),
      x12(interchange(BODY), { element: '|', component: '>', repetition: '}', segment: '\n', after: '' }),
    ]);
    const once = tags(x12(interchange(BODY)));
    expect(tags(both)).toEqual([...once, ...once]);
    expect(read(both).findings).toEqual([]);
  });

  it('may come before the one before has ended', () => {
    const cut = [...interchange(BODY).slice(0, 5), ...interchange(BODY)];
    expect(tags(x12(cut))).toEqual(cut.map((segment) => segment.split('*')[0]));
  });
});

describe('a fragment', () => {
  const fragment = ['ST*835*0001', ...BODY, 'SE*7*0001'];
  it.each([
    ['the usual delimiters', {}],
    ['no line breaks', { after: '' }],
    ['lines', { segment: '\n', after: '' }],
    ['lines of another system', { segment: '\r', after: '\n' }],
    ['other delimiters', { element: '|', component: '>', segment: '!' }],
  ])('is read with %s', (_, style) => {
    for (const segments of [fragment, [GS, ...fragment, 'GE*1*1']]) {
      const batches = [...readSegmentsSync(x12(segments, style))];
      const all = batches.flatMap((batch) => batch.segments);
      expect(all.map(({ tag }) => tag)).toEqual(segments.map((segment) => segment.split('*')[0]));
      expect(all.find(({ tag }) => tag === 'SVC')!.components(1)).toEqual(['HC', '99213', '25']);
      expect(batches.flatMap(({ findings }) => findings)).toEqual([]);
    }
  });
});

describe('what reading finds', () => {
  const full = interchange(BODY);
  const cases: [keyof typeof READER_FINDINGS, string | Buffer, { segment: number; position: number }][] = [
    ['no_envelope', 'Dear Sir or Madam, ISA brings interest. GS, ST, too.', { segment: 1, position: 0 }],
    ['no_envelope', '', { segment: 1, position: 0 }],
    ['text_is_utf16', Buffer.from('\ufeffISA*00*', 'utf16le'), { segment: 1, position: 0 }],
    [
      'text_outside_envelope',
      Buffer.concat([text('\n Scenario 3a\r\n'), x12(full)]),
      { segment: 1, position: 2 },
    ],
    ['text_outside_envelope', Buffer.concat([x12(full), text('bye')]), { segment: 12, position: 0 }],
    ['interchange_header_unreadable', `ISA*00*${'x'.repeat(2000)}`, { segment: 1, position: 0 }],
    ['interchange_header_unreadable', 'ISA*00*', { segment: 1, position: 0 }],
    [
      'interchange_header_short',
      x12([ISA.replace('*260115*1200', ''), ...full.slice(1)]),
      { segment: 1, position: 0 },
    ],
    ['component_separator_missing', x12([ISA.slice(0, -2), ...full.slice(1)]), { segment: 1, position: 0 }],
    ['component_separator_missing', x12([ISA.slice(0, -1), ...full.slice(1)]), { segment: 1, position: 0 }],
    ['segment_terminator_missing', ISA.slice(0, -1), { segment: 1, position: 0 }],
    [
      'segment_too_long',
      x12([...full.slice(0, 4), `NTE*${'x'.repeat(SEGMENT_LIMIT)}`, ...full.slice(4)]),
      { segment: 5, position: 0 },
    ],
    ['segment_not_terminated', x12(full).subarray(0, -20), { segment: 10, position: 0 }],
  ];

  it.each(cases)('%s (%#)', (code, content, at) => {
    const bytes = typeof content === 'string' ? text(content) : content;
    const { findings } = read(bytes);
    const found = findings.find((finding) => finding.code === code);
    expect(found?.segment).toBe(at.segment);
    if (at.position > 0) expect(found?.position).toBe(at.position);
    expect(found!.position).toBeLessThanOrEqual(bytes.length);
    expect(read(...chunked(bytes, 1000)).findings).toEqual(findings);
  });

  it('is all of what the table says it can', () => {
    expect(new Set(cases.map(([code]) => code))).toEqual(new Set(Object.keys(READER_FINDINGS)));
  });

  it('goes on after a header that is short or says too little', () => {
    const expected = tags(x12(full));
    for (const isa of [ISA.replace('*260115*1200', ''), ISA.slice(0, -2), ISA.slice(0, -1)]) {
      for (const after of ['', '\n', '\r\n']) {
        const { segments } = read(x12([isa, ...full.slice(1)], { after }));
        expect([isa, after, segments.map(([tag]) => tag)]).toEqual([isa, after, expected]);
      }
    }
  });

  it('passes a segment by that is too long, whatever its chunks, and keeps its number', () => {
    const bytes = x12([...full.slice(0, 4), `NTE*${'x*'.repeat(SEGMENT_LIMIT)}`, ...full.slice(4)]);
    const { segments, codes } = read(bytes);
    expect(codes).toEqual(['segment_too_long']);
    expect(segments[4]).toEqual(['NTE']);
    expect(segments.slice(5)).toEqual(read(x12(full)).segments.slice(4));
    expect(read(...chunked(bytes, 4999))).toEqual({ ...read(bytes) });
  });

  it('finds the envelope after a BOM and blanks without a word', () => {
    for (const before of ['\xef\xbb\xbf', '\r\n  \t', '\xef\xbb\xbf \n']) {
      const { segments, codes } = read(Buffer.concat([text(before), x12(full)]));
      expect([before, segments.length, codes]).toEqual([before, full.length, []]);
    }
  });

  it('looks for the next envelope after an IEA', () => {
    const bytes = Buffer.concat([
      x12(full),
      text('Scenario 4\n'),
      x12(full, { element: '|', segment: '\n', after: '' }),
    ]);
    expect(tags(bytes)).toEqual([...tags(x12(full)), ...tags(x12(full))]);
    expect(read(bytes).codes).toEqual(['text_outside_envelope']);
  });
});
