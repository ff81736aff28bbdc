import type { Account } from '../account.js';
import { CreditDrawer, creditAt, creditsOf } from '../credit.js';
import { type Decision, type DecisionContext, accept, isRefusal } from '../decision.js';
import type { DataOf } from '../events.js';
import { ownerOf } from '../party.js';

export interface IssueRefund extends Omit<DataOf<'RefundIssued'>, 'currency' | 'effectiveOn' | 'refunded'> {
  type: 'IssueRefund';
  accountId: string;
  effectiveOn?: string;
}

/** Pays credit back: from the named source, or from the receiver's own credit, oldest first. Never more than is there. */
export function issueRefund(account: Account, command: IssueRefund, context: DecisionContext): Decision {
  const { type: _, accountId: __, ...given } = command;
  const named = command.source && creditAt(account, command.source);
  const credits = command.source ? (named ? [named] : []) : creditsOf(account, ownerOf(command.to));
  const effectiveOn = command.effectiveOn ?? context.today;
  const refunded = new CreditDrawer(credits, account.currency, effectiveOn).draw(command.amount);
  if (isRefusal(refunded)) return refunded;
  return accept({
    type: 'RefundIssued',
    data: { effectiveOn, currency: account.currency, ...given, refunded },
  });
}
