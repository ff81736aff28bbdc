/**
 * Whether a finding keeps what it is about from being posted: the claim that it names, else the transaction it lies in,
 * else what the file holds. A warning is kept with what was read, and keeps nothing back.
 */
export type Severity = 'stops' | 'warns';

/** What is known of a finding wherever it turns up. A table of these documents every code of a room. */
export interface FindingKind {
  severity: Severity;
  /** One sentence for people: what was found, and why it does or does not stop. */
  means: string;
}

/** Numbers, codes and amounts; never a text of the file in which a name could stand. */
export type Facts = Readonly<Record<string, string | number>>;

/** Something in a file that is not as it should be. */
export interface Finding<Code extends string = string> {
  code: Code;
  severity: Severity;
  /** Number of the segment within the file, from 1. */
  segment: number;
  /** Where that segment begins, in bytes from the start of the file. */
  position: number;
  facts: Facts;
}

/** Whether any of these findings stops what it is about. */
export function stops(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'stops');
}

/** The digits of a number or control number, for the facts of a finding; anything else is left out as `?`. */
export function digitsOnly(text: string): string {
  return /^\d{1,15}$/.test(text) ? text : '?';
}
