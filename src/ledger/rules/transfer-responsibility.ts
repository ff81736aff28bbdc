import type { Account } from '../account.js';
import { type Decision, type DecisionContext, accept, reject } from '../decision.js';
import type { DataOf } from '../events.js';
import { partyKey } from '../party.js';

export interface TransferResponsibility extends Omit<
  DataOf<'ResponsibilityTransferred'>,
  'currency' | 'effectiveOn'
> {
  type: 'TransferResponsibility';
  accountId: string;
  effectiveOn?: string;
}

/** Moves a part of a charge from one party's share to another's; it ages with the new party from this day. */
export function transferResponsibility(
  account: Account,
  command: TransferResponsibility,
  context: DecisionContext,
): Decision {
  const { type: _, accountId: __, ...given } = command;
  const { chargeId, from, to } = command;
  if (!account.charges.has(chargeId)) return reject({ code: 'charge_not_found', chargeId });
  if (partyKey(from) === partyKey(to)) return reject({ code: 'transfer_to_same_party', chargeId });
  return accept({
    type: 'ResponsibilityTransferred',
    data: { effectiveOn: context.today, currency: account.currency, ...given },
  });
}
