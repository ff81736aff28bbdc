import { type Style, USUAL, x12 } from '../../x12/x12-text.js';
import type { KnownTransaction } from './model.js';
import { transactionSegments } from './transaction-text.js';

/** How files are written: usual, without line breaks, and with delimiters that are seldom seen. */
export const STYLES: readonly Style[] = [
  USUAL,
  { ...USUAL, after: '' },
  { ...USUAL, after: '\r\n' },
  { ...USUAL, element: '|', component: '>' },
  { ...USUAL, component: '<', segment: '\n', after: '' },
  { element: '+', component: '\\', repetition: '%', segment: '!', after: '' },
];

/** Which control numbers a file has: they say nothing of its content. */
export interface ControlNumbers {
  interchange: number;
  transaction: number;
}

/**
 * The text of a file.
 *
 * @param interchanges transactions by interchange; within each, a GS for every run of one version
 */
export function fileText(
  interchanges: readonly (readonly KnownTransaction[])[],
  style: Style,
  first: ControlNumbers,
): string {
  let transaction = first.transaction;
  const segments = interchanges.flatMap((transactions, i) => {
    const control = String(first.interchange + i).padStart(9, '0');
    const groups = runsOfOneVersion(transactions);
    return [
      isa(transactions[0]!.version, control),
      ...groups.flatMap((group, g) => {
        const written = group.flatMap((each) =>
          transactionText(each, String(transaction++).padStart(4, '0')),
        );
        return [gs(group[0]!.version, g + 1), ...written, `GE*${group.length}*${g + 1}`];
      }),
      `IEA*${groups.length}*${control}`,
    ];
  });
  return x12(segments, style).toString('utf8');
}

/** One ST to its SE. */
export function transactionText(transaction: KnownTransaction, control: string): string[] {
  const content = transactionSegments(transaction);
  return [`ST*835*${control}`, ...content, `SE*${content.length + 2}*${control}`];
}

function runsOfOneVersion(transactions: readonly KnownTransaction[]): KnownTransaction[][] {
  const runs: KnownTransaction[][] = [];
  for (const transaction of transactions) {
    const run = runs.at(-1);
    if (run?.[0]!.version === transaction.version) run.push(transaction);
    else runs.push([transaction]);
  }
  return runs;
}

/** An interchange of 4010 has a U where later ones name the character that parts repetitions. */
export function isa(version: '4010' | '5010', control: string): string {
  const [repetition, release] = version === '4010' ? ['U', '00401'] : ['^', '00501'];
  return `ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *260115*1200*${repetition}*${release}*${control}*0*P*:`;
}

export function gs(version: '4010' | '5010', control: number): string {
  const guide = version === '4010' ? '004010X091A1' : '005010X221A1';
  return `GS*HP*PAYER*HOSPITAL*20260115*1200*${control}*X*${guide}`;
}
