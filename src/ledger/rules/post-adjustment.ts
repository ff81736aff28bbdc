import type { Account } from '../account.js';
import { allocatedSum } from '../credit.js';
import { type Decision, type DecisionContext, accept, isRefusal, reject } from '../decision.js';
import type { DataOf } from '../events.js';
import { formatMoney } from '../money.js';
import { type RequestedAllocation, resolveAllocations } from '../shares.js';

export interface PostAdjustment extends Omit<
  DataOf<'AdjustmentPosted'>,
  'currency' | 'effectiveOn' | 'allocations' | 'direction'
> {
  type: 'PostAdjustment';
  accountId: string;
  effectiveOn?: string;
  /** `credit` (left out) lowers the balance, `debit` raises it. */
  direction?: DataOf<'AdjustmentPosted'>['direction'];
  allocations: RequestedAllocation[];
}

/** Changes what is owed without money: contractual, charity and bad debt are three different write-offs. */
export function postAdjustment(
  account: Account,
  command: PostAdjustment,
  context: DecisionContext,
): Decision {
  const { type: _, accountId: __, allocations: requested, ...given } = command;
  const allocated = allocatedSum(requested);
  if (!allocated.equals(command.amount)) {
    return reject({
      code: 'allocations_differ_from_amount',
      amount: command.amount,
      allocated: formatMoney(allocated, account.currency),
    });
  }
  const allocations = resolveAllocations(account, requested, undefined);
  if (isRefusal(allocations)) return allocations;
  return accept({
    type: 'AdjustmentPosted',
    data: {
      effectiveOn: context.today,
      currency: account.currency,
      direction: 'credit',
      ...given,
      allocations,
    },
  });
}
