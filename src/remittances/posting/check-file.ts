import { createHash } from 'node:crypto';
import type {
  AdviceEnd,
  AdviceFinding,
  AdviceHeader,
  ProviderAdjustment,
} from '../remittance-advice/model.js';
import { readAdvices } from '../remittance-advice/read-advices.js';

/** One ST as the first reading of a file leaves it: everything but its claims. */
export interface CheckedAdvice {
  header: AdviceHeader;
  providerAdjustments: readonly ProviderAdjustment[];
  end: AdviceEnd;
  /** What stops claims of it, at most {@link CLAIM_FINDINGS_KEPT}: why an ST that is held may not balance. */
  claimFindings: readonly AdviceFinding[];
}

export interface CheckedFile {
  advices: CheckedAdvice[];
  /** Found outside of every 835; at most {@link FILE_FINDINGS_KEPT}. */
  findings: AdviceFinding[];
}

const FILE_FINDINGS_KEPT = 1000;
const CLAIM_FINDINGS_KEPT = 200;

/** What makes the hash of the content of an ST. */
export const contentHash = () => createHash('sha256');

/**
 * Reads a file once, to know of each ST whether it balances before anything of it is posted. Holds no claims.
 *
 * @param at hears of every claim, and may throw to end it
 */
export async function checkFile(source: AsyncIterable<Uint8Array>, at: () => void): Promise<CheckedFile> {
  const file: CheckedFile = { advices: [], findings: [] };
  let header: AdviceHeader | undefined;
  let providerAdjustments: ProviderAdjustment[] = [];
  let claimFindings: AdviceFinding[] = [];
  for await (const item of readAdvices(source, { contentHash })) {
    switch (item.kind) {
      case 'begin':
        header = item.header;
        providerAdjustments = [];
        claimFindings = [];
        break;
      case 'claim':
        at();
        for (const finding of item.claim.findings) {
          if (finding.severity === 'stops' && claimFindings.length < CLAIM_FINDINGS_KEPT) {
            claimFindings.push(finding);
          }
        }
        break;
      case 'provider-adjustment':
        providerAdjustments.push(item.adjustment);
        break;
      case 'end':
        if (!header) throw new Error('an ST ends that never began');
        file.advices.push({ header, providerAdjustments, end: item.end, claimFindings });
        break;
      case 'finding':
        if (file.findings.length < FILE_FINDINGS_KEPT) file.findings.push(item.finding);
        break;
    }
  }
  return file;
}
