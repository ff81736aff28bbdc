import type { Account } from '../account.js';
import { type Decision, accept, reject } from '../decision.js';
import type { DataOf } from '../events.js';

export interface AppealDenial extends DataOf<'DenialAppealed'> {
  type: 'AppealDenial';
  accountId: string;
}

/**
 * Records an appeal. One is pending at a time; after a denial was upheld, the next appeal is of the next level. The
 * first may be of any level from 1: a ledger can be loaded in the middle of a dispute.
 */
export function appealDenial(account: Account, command: AppealDenial): Decision {
  const { type: _, accountId: __, ...given } = command;
  const { denialId, level } = command;
  const denial = account.denials.get(denialId);
  if (!denial) return reject({ code: 'denial_not_found', denialId });
  switch (denial.status) {
    case 'appealed':
      return reject({ code: 'denial_under_appeal', denialId, level: denial.level });
    case 'overturned':
    case 'written_off':
    case 'transferred':
    case 'rebilled':
      return reject({ code: 'denial_already_resolved', denialId, denialStatus: denial.status });
    case 'open':
    case 'upheld':
      if (denial.level > 0 ? level !== denial.level + 1 : level < 1) {
        return reject({ code: 'appeal_level_not_next', denialId, level, expectedLevel: denial.level + 1 });
      }
      return accept({ type: 'DenialAppealed', data: given });
  }
}
