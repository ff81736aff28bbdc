import type { Account } from '../account.js';
import { allocatedSum } from '../credit.js';
import { type Decision, type DecisionContext, accept, isRefusal, reject } from '../decision.js';
import type { DataOf } from '../events.js';
import { formatMoney } from '../money.js';
import { type RequestedAllocation, resolveAllocations, withReinstatement } from '../shares.js';

export interface PostPayment extends Omit<
  DataOf<'PaymentPosted'>,
  'currency' | 'effectiveOn' | 'allocations'
> {
  type: 'PostPayment';
  accountId: string;
  effectiveOn?: string;
  allocations?: RequestedAllocation[];
}

/**
 * Records money that arrived, whatever is owed. What is not allocated is unapplied credit of whoever paid; money for a
 * share written off as bad debt reinstates that much first.
 */
export function postPayment(account: Account, command: PostPayment, context: DecisionContext): Decision {
  const { type: _, accountId: __, allocations: requested = [], ...given } = command;
  const allocated = allocatedSum(requested);
  if (allocated.greaterThan(command.amount)) {
    return reject({
      code: 'allocations_exceed_amount',
      amount: command.amount,
      allocated: formatMoney(allocated, account.currency),
    });
  }
  const allocations = resolveAllocations(account, requested, command.from);
  if (isRefusal(allocations)) return allocations;
  const effectiveOn = command.effectiveOn ?? context.today;
  return accept({
    type: 'PaymentPosted',
    data: {
      effectiveOn,
      currency: account.currency,
      ...given,
      allocations: withReinstatement(account, allocations, effectiveOn),
    },
  });
}
