import type { CalendarDate } from './calendar.js';

/** A field that is malformed, by its path in the request (`allocations[0].amount`). */
export interface FieldError {
  field: string;
  message: string;
}

/** Why a rule said no: a stable code and the facts that a caller needs to do better. */
export type Rejection =
  | { code: 'validation_failed'; errors: FieldError[] }
  | { code: 'account_not_found'; accountId: string }
  | { code: 'id_already_used'; id: string; usedBy: string; differs: string[] }
  | { code: 'charge_not_found'; chargeId: string }
  | { code: 'entry_not_found'; entryId: string }
  | { code: 'denial_not_found'; denialId: string }
  | { code: 'entry_does_not_resolve'; entryId: string; entryType: string }
  | { code: 'responsible_required'; chargeId: string; openShares: { party: string; balance: string }[] }
  | { code: 'allocations_exceed_amount'; amount: string; allocated: string }
  | { code: 'allocations_differ_from_amount'; amount: string; allocated: string }
  | { code: 'transfer_to_same_party'; chargeId: string }
  | { code: 'credit_insufficient'; requested: string; available: string }
  | { code: 'entry_not_reversible'; entryId: string; entryType: string }
  | { code: 'entry_already_reversed'; entryId: string; reversedBy: string[] }
  | { code: 'write_off_already_reinstated'; entryId: string }
  | { code: 'entry_already_refunded'; entryId: string; refundedBy: string[] }
  | {
      code: 'reversal_exceeds_entry';
      entryId: string;
      chargeId: string;
      requested: string;
      available: string;
    }
  | {
      code: 'reversal_before_entry';
      entryId: string;
      effectiveOn: CalendarDate;
      entryEffectiveOn: CalendarDate;
    }
  | { code: 'denial_already_resolved'; denialId: string; denialStatus: string }
  | { code: 'denial_under_appeal'; denialId: string; level: number }
  | { code: 'appeal_level_not_next'; denialId: string; level: number; expectedLevel: number };

export type RejectionCode = Rejection['code'];
