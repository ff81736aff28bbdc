import type { Account } from '../account.js';
import { type Decision, type DecisionContext, accept, reject } from '../decision.js';
import type { DataOf } from '../events.js';

export interface RecordDenial extends Omit<DataOf<'DenialRecorded'>, 'currency' | 'effectiveOn'> {
  type: 'RecordDenial';
  accountId: string;
  effectiveOn?: string;
}

/** Records that a payer refused to pay, and why. Moves no money: what follows is decided by somebody. */
export function recordDenial(account: Account, command: RecordDenial, context: DecisionContext): Decision {
  const { type: _, accountId: __, ...given } = command;
  const unknown = command.lines.find((line) => !account.charges.has(line.chargeId));
  if (unknown) return reject({ code: 'charge_not_found', chargeId: unknown.chargeId });
  return accept({
    type: 'DenialRecorded',
    data: { effectiveOn: context.today, currency: account.currency, ...given },
  });
}
