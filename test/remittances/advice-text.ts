import { createHash } from 'node:crypto';
import { readAdvicesSync } from '../../src/remittances/remittance-advice/read-advices.js';
import type {
  AdviceEnd,
  AdviceFinding,
  AdviceHeader,
  AdviceItem,
  Claim,
  ProviderAdjustment,
} from '../../src/remittances/remittance-advice/model.js';
import { interchange } from '../x12/x12-text.js';

/** What stands before the claims. */
export const HEADER = [
  'BPR*I*165*C*ACH*CCP*01*999999999*DA*1*1512345678**01*999999999*DA*2*20260115',
  'TRN*1*TRACE7*1512345678*SUPP',
  'REF*EV*RECEIVER7',
  'DTM*405*20260114',
  'N1*PR*ACME HEALTH PLAN*XV*12345',
  'N3*1 MAIN STREET',
  'N4*SPRINGFIELD*IL*62701',
  'REF*2U*PLAN7',
  'PER*CX**TE*8005550100*EX*12',
  'N1*PE*SUNRISE CLINIC*XX*1234567893',
  'REF*TJ*371234567',
];

/** A claim of one line: 200 charged, 50 contractual, 30 to the patient, 120 paid. */
export const CLAIM = [
  'CLP*PCN1*1*200*120*30*12*ICN1*11*1',
  'NM1*QC*1*DOE*JANE*Q**JR*MI*MEMBER1',
  'DTM*232*20260105',
  'SVC*HC:99213:25*200*120**1',
  'DTM*472*20260105',
  'CAS*CO*45*50',
  'CAS*PR*1*20**2*10*1',
  'REF*6R*LINE1',
  'AMT*B6*150',
  'LQ*HE*N14',
];

/** A second claim, adjusted as a whole and without lines: 50 paid. */
export const CLAIM_WITHOUT_LINES = ['CLP*PCN2*2*80*50**12*ICN2', 'CAS*OA*23*30', 'MOA***MA01*N115'];

/** The provider gives 5.00 back. */
export const PLB = ['PLB*1234567893*20261231*WO:ICN0*5'];

/** A whole that balances: 120 + 50 − 5 = 165. */
export const ADVICE = interchange([...HEADER, 'LX*1', ...CLAIM, ...CLAIM_WITHOUT_LINES, ...PLB]);

/** The same segments with some replaced: by the start of their text; none drops them. */
export function replace(segments: readonly string[], start: string, ...others: string[]): string[] {
  const at = segments.findIndex((segment) => segment.startsWith(start));
  if (at === -1) throw new Error(`no segment begins with ${start}`);
  return [...segments.slice(0, at), ...others, ...segments.slice(at + 1)];
}

export function items(...chunks: Uint8Array[]): AdviceItem[] {
  return [...readAdvicesSync(chunks, { contentHash: () => createHash('sha256') })];
}

/** What a file comes to, sorted by kind. */
export interface ReadFile {
  headers: AdviceHeader[];
  claims: Claim[];
  adjustments: ProviderAdjustment[];
  ends: AdviceEnd[];
  /** Of the file, its transactions and its claims. */
  findings: AdviceFinding[];
}

export function read(...chunks: Uint8Array[]): ReadFile {
  const file: ReadFile = { headers: [], claims: [], adjustments: [], ends: [], findings: [] };
  for (const item of items(...chunks)) {
    switch (item.kind) {
      case 'begin':
        file.headers.push(item.header);
        break;
      case 'claim':
        file.claims.push(item.claim);
        file.findings.push(...item.claim.findings);
        break;
      case 'provider-adjustment':
        file.adjustments.push(item.adjustment);
        break;
      case 'end':
        file.ends.push(item.end);
        file.findings.push(...item.end.findings);
        break;
      case 'finding':
        file.findings.push(item.finding);
        break;
    }
  }
  return file;
}

/** Items without what depends on how the file is written: where a segment lies in bytes, and how ISA16 is called. */
export function withoutPositions(all: AdviceItem[]): unknown {
  return JSON.parse(JSON.stringify(all, (key, value: unknown) => (key === 'position' ? undefined : value)));
}
