import type { Account } from '../account.js';
import { type Decision, type DecisionContext, accept, reject } from '../decision.js';
import type { AccountEventType, DataOf } from '../events.js';

export interface ResolveDenial extends Omit<DataOf<'DenialResolved'>, 'effectiveOn'> {
  type: 'ResolveDenial';
  accountId: string;
  effectiveOn?: string;
}

/** What can have settled a denial: the adjustment or transfer that gave it up, the payment that overturned it. */
const RESOLVING: readonly AccountEventType[] = [
  'AdjustmentPosted',
  'ResponsibilityTransferred',
  'PaymentPosted',
];

/**
 * Says how a denial ended. `upheld` leaves it to be appealed at the next level or to be given up by another outcome;
 * the other outcomes end it.
 */
export function resolveDenial(account: Account, command: ResolveDenial, context: DecisionContext): Decision {
  const { type: _, accountId: __, ...given } = command;
  const { denialId, entryId, outcome } = command;
  const denial = account.denials.get(denialId);
  if (!denial) return reject({ code: 'denial_not_found', denialId });
  switch (denial.status) {
    case 'overturned':
    case 'written_off':
    case 'transferred':
    case 'rebilled':
      return reject({ code: 'denial_already_resolved', denialId, denialStatus: denial.status });
    case 'upheld':
      if (outcome === 'upheld') {
        return reject({ code: 'denial_already_resolved', denialId, denialStatus: denial.status });
      }
      break;
    case 'open':
    case 'appealed':
      break;
  }
  if (entryId !== undefined) {
    const entry = account.entries.get(entryId);
    if (!entry) return reject({ code: 'entry_not_found', entryId });
    if (!RESOLVING.includes(entry.type)) {
      return reject({ code: 'entry_does_not_resolve', entryId, entryType: entry.type });
    }
  }
  return accept({ type: 'DenialResolved', data: { effectiveOn: context.today, ...given } });
}
