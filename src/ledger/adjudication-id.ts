/*
 * Everything that a remittance leads to has an id that follows from the remittance's content and the number of the claim
 * in it, so that a run that was cut off and started again finds what it did before.
 */

const PREFIX = '835.';

/** A remittance's id: the first half of the SHA-256 of its content. The same content is the same remittance. */
export function remittanceIdOf(contentHash: string): string {
  return contentHash.slice(0, 32);
}

/** Id of what a remittance says of a claim: `835.{remittanceId}.{claim}`. */
export function adjudicationIdOf(remittanceId: string, claim: number): string {
  return `${PREFIX}${remittanceId}.${claim}`;
}

/** Id of the nth entry that an adjudication led to, from 1. */
export function entryIdIn(adjudicationId: string, n: number): string {
  return `${adjudicationId}.${n}`;
}

/** Id of the nth time that an adjudication was gone on with, from 1. */
export function continuationIdIn(adjudicationId: string, n: number): string {
  return `${adjudicationId}.c${n}`;
}

/** The remittance and claim of an adjudication's id. */
export function claimOfAdjudication(adjudicationId: string): { remittanceId: string; claim: number } {
  const [remittanceId = '', claim = ''] = adjudicationId.slice(PREFIX.length).split('.');
  return { remittanceId, claim: Number(claim) };
}
