import { type Decision, accept } from '../decision.js';
import type { Account } from '../account.js';
import type { DataOf } from '../events.js';

export interface RecordAdjudication extends Omit<DataOf<'ClaimAdjudicated'>, 'currency'> {
  type: 'RecordAdjudication';
  accountId: string;
}

/** Records what a remittance says of a claim. Moves no money itself: what follows from it are entries of their own. */
export function recordAdjudication(account: Account, command: RecordAdjudication): Decision {
  const { type: _, accountId: __, ...given } = command;
  return accept({ type: 'ClaimAdjudicated', data: { ...given, currency: account.currency } });
}
