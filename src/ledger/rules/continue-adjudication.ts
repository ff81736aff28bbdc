import type { Account } from '../account.js';
import { type Decision, accept, reject } from '../decision.js';
import type { DataOf } from '../events.js';

export interface ContinueAdjudication extends Omit<DataOf<'AdjudicationContinued'>, 'currency'> {
  type: 'ContinueAdjudication';
  accountId: string;
}

/** Records that more was posted for an adjudication, or what was decided on what was held of it. */
export function continueAdjudication(account: Account, command: ContinueAdjudication): Decision {
  const { type: _, accountId: __, ...given } = command;
  if (!account.claims.has(command.adjudicationId)) {
    return reject({ code: 'entry_not_found', entryId: command.adjudicationId });
  }
  return accept({ type: 'AdjudicationContinued', data: { ...given, currency: account.currency } });
}
