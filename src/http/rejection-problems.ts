import type { Rejection, RejectionCode } from '../ledger/rejection.js';
import { type Problem, problem } from './problem.js';

const STATUS: Readonly<Record<RejectionCode, number>> = {
  validation_failed: 400,
  account_not_found: 404,
  id_already_used: 409,
  charge_not_found: 422,
  entry_not_found: 422,
  denial_not_found: 422,
  entry_does_not_resolve: 422,
  responsible_required: 422,
  allocations_exceed_amount: 422,
  allocations_differ_from_amount: 422,
  transfer_to_same_party: 422,
  credit_insufficient: 422,
  entry_not_reversible: 422,
  entry_already_reversed: 422,
  write_off_already_reinstated: 422,
  entry_already_refunded: 422,
  reversal_exceeds_entry: 422,
  reversal_before_entry: 422,
  denial_already_resolved: 422,
  denial_under_appeal: 422,
  appeal_level_not_next: 422,
};

const DETAIL: Readonly<Record<RejectionCode, string>> = {
  validation_failed: 'The request is malformed; mend every field that is named in errors.',
  account_not_found: 'The account has not been opened; open it first, or mend the id.',
  id_already_used: 'The id stands for another content on this account; what differs is named. Use a new id.',
  charge_not_found: 'The account has no such charge; post the charge first, or mend the id.',
  entry_not_found: 'The account has no such entry; mend the id.',
  denial_not_found: 'The account has no such denial; record the denial first, or mend the id.',
  entry_does_not_resolve: 'A denial is settled by an adjustment, a transfer or a payment; name one of these.',
  responsible_required:
    'It is not clear whose share is meant; name the responsible party of this allocation.',
  allocations_exceed_amount:
    'The allocations come to more than the amount; lower them, what is left over stays unapplied.',
  allocations_differ_from_amount: 'The allocations must come to exactly the amount; mend one or the other.',
  transfer_to_same_party: 'From and to are the same party; name the party that is to be responsible.',
  credit_insufficient: 'There is not that much credit; ask for at most what is available.',
  entry_not_reversible:
    'Only charges, payments, adjustments, transfers, allocations and refunds are reversed; post the entry anew.',
  entry_already_reversed:
    'Nothing is left to reverse of this entry; post it anew if it was reversed by mistake.',
  write_off_already_reinstated:
    'Money that came since has brought back all of this write-off; nothing is left to reverse.',
  entry_already_refunded:
    'Money of this entry was refunded; reverse the refunds first, or only a part of the entry.',
  reversal_exceeds_entry:
    'The part to reverse is more than what is left of the entry there; ask for at most that.',
  reversal_before_entry:
    'A reversal cannot be effective before its entry; choose the same date or a later one.',
  denial_already_resolved: 'The denial has ended that way; nothing more can be done on it.',
  denial_under_appeal: 'An appeal is pending; resolve it before the next one.',
  appeal_level_not_next: 'The appeal is not of the next level; send the level that is expected.',
};

/** A rule's no, as callers get it: its code, the facts, and what to do. */
export function problemOfRejection(rejection: Rejection): Problem {
  const { code, ...facts } = rejection;
  return problem(code, STATUS[code], DETAIL[code], facts);
}
