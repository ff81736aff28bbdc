import type { Draft } from '../../ledger/draft.js';
import type { Candidate, Suspension } from '../../ledger/remittance-events.js';
import type { Rejection } from '../../ledger/rejection.js';
import type { PostedClaim, SuspendedClaim } from './claim-outcome.js';

/** A claim that is not posted; nothing of the draft is to be kept. */
export function suspended(
  draft: Draft,
  reason: Suspension,
  facts: Readonly<Record<string, string>> = {},
  candidates: readonly Candidate[] = [],
): SuspendedClaim {
  draft.abandoned = true;
  return { kind: 'suspended', reason, facts, candidates };
}

/** What a claim came to that is recorded on the account. */
export function posted(
  draft: Draft,
  of: Pick<PostedClaim, 'accountId' | 'adjudicationId' | 'held' | 'isNew'>,
): PostedClaim {
  const settlement = draft.account.claims.get(of.adjudicationId)?.settlement ?? 'posted';
  return { kind: 'posted', ...of, settlement };
}

/** A rejection as facts: its code, and what it names, as text. */
export function factsOf(rejection: Rejection): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const [name, value] of Object.entries(rejection)) facts[name] = textOf(value);
  return facts;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(textOf).join('; ');
  return Object.values(value as object)
    .map(textOf)
    .join(': ');
}
