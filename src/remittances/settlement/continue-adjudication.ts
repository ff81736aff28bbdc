import { laterOf } from '../../ledger/calendar.js';
import { continuationIdIn } from '../../ledger/adjudication-id.js';
import type { Draft } from '../../ledger/draft.js';
import type { Rejection } from '../../ledger/rejection.js';
import type { ContinueAdjudication } from '../../ledger/rules/continue-adjudication.js';
import type { Adjudication } from './adjudications.js';
import { amountWriter } from './amount-text.js';
import { EntryWriter } from './entries-of-settlement.js';

/** Writes further entries of an adjudication, from where it left off. */
export function writerOf(draft: Draft, { id, claim, data }: Adjudication, effectiveOn: string): EntryWriter {
  const { accountId, currency } = draft.account;
  return new EntryWriter({
    accountId,
    adjudicationId: id,
    entriesBefore: claim.entries.length + claim.broughtBack,
    effectiveOn,
    remittance: data.remittance,
    write: amountWriter(currency),
  });
}

/** Records that an adjudication is gone on with, and carries out the entries that were written for it. */
export function continueAdjudication(
  draft: Draft,
  { id, claim, data }: Adjudication,
  given: Pick<
    ContinueAdjudication,
    | 'because'
    | 'effectiveOn'
    | 'held'
    | 'reverses'
    | 'reversesLines'
    | 'resolutionId'
    | 'reason'
    | 'settlement'
  >,
  { ids, commands }: Pick<EntryWriter, 'ids' | 'commands'> = { ids: [], commands: [] },
): Rejection | undefined {
  const { because, effectiveOn, reverses, reversesLines, settlement, held, resolutionId, reason } = given;
  const command: ContinueAdjudication = {
    type: 'ContinueAdjudication',
    accountId: draft.account.accountId,
    continuationId: continuationIdIn(id, claim.continued + 1),
    adjudicationId: id,
    effectiveOn: laterOf(effectiveOn, data.effectiveOn),
    remittance: data.remittance,
    because,
    ...(reverses !== undefined && { reverses }),
    ...(reversesLines !== undefined && { reversesLines }),
    ...(settlement !== undefined && { settlement }),
    entries: ids,
    held,
    ...(resolutionId !== undefined && { resolutionId }),
    ...(reason !== undefined && { reason }),
  };
  return draft.carryOutAll([command, ...commands]);
}
