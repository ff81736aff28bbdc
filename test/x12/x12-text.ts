/** How a made-up file is written. */
export interface Style {
  element: string;
  component: string;
  repetition: string;
  segment: string;
  /** What stands after each terminator. */
  after: string;
}

export const USUAL: Style = { element: '*', component: ':', repetition: '^', segment: '~', after: '\n' };

export const ISA =
  'ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260115*1200*^*00501*000000001*0*P*:';
export const GS = 'GS*HP*PAYER*CLINIC*20260115*1200*1*X*005010X221A1';

/** Bytes of segments that are written with the usual delimiters, in another style. */
export function x12(segments: readonly string[], style: Partial<Style> = {}): Buffer {
  const { element, component, repetition, segment, after } = { ...USUAL, ...style };
  const to = new Map([
    ['*', element],
    [':', component],
    ['^', repetition],
  ]);
  const written = segments.map((text) => text.replace(/[*:^]/g, (c) => to.get(c)!) + segment + after);
  return Buffer.from(written.join(''), 'utf8');
}

/** Segments in a transaction, group and interchange whose counts and control numbers are right. */
export function interchange(segments: readonly string[], st = 'ST*835*0001'): string[] {
  const control = st.split('*')[2]!;
  return [ISA, GS, st, ...segments, `SE*${segments.length + 2}*${control}`, 'GE*1*1', 'IEA*1*000000001'];
}

/** The same bytes in pieces of so many. */
export function chunked(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}
