import type { RecordedFinding } from '../../ledger/remittance-events.js';
import type { AdviceFinding } from '../remittance-advice/model.js';

/** Findings kept in one event, so that none grows beyond what an event store takes at once. */
const FINDINGS_KEPT = 200;

/**
 * Findings as events keep them: without the place in bytes, which belongs to one writing of the file. Beyond
 * {@link FINDINGS_KEPT} those that stop come first, and the rest is left out.
 *
 * @param shift from the segment numbers of the file that was read to those of the file that the remittance first came in
 */
export function recordedFindings(findings: readonly AdviceFinding[], shift = 0): RecordedFinding[] {
  const kept =
    findings.length <= FINDINGS_KEPT
      ? findings
      : [...findings]
          .sort((a, b) => Number(b.severity === 'stops') - Number(a.severity === 'stops'))
          .slice(0, FINDINGS_KEPT);
  return kept.map(({ code, severity, segment, claim, line, facts }) => ({
    code,
    severity,
    segment: segment + shift,
    ...(claim !== undefined && { claim }),
    ...(line !== undefined && { line }),
    facts: { ...facts },
  }));
}
