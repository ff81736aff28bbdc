import type { Account } from '../account.js';
import { type Decision, type DecisionContext, accept } from '../decision.js';
import type { DataOf } from '../events.js';

export interface PostCharge extends Omit<DataOf<'ChargePosted'>, 'currency' | 'effectiveOn'> {
  type: 'PostCharge';
  accountId: string;
  effectiveOn?: string;
}

/** Adds an open item, owed by the party responsible. The only amount that may be zero. */
export function postCharge(account: Account, command: PostCharge, context: DecisionContext): Decision {
  const { type: _, accountId: __, ...given } = command;
  return accept({
    type: 'ChargePosted',
    data: { effectiveOn: context.today, currency: account.currency, ...given },
  });
}
