import type { FindingKind } from '../../x12/finding.js';

/**
 * What an 835 can be found to be. What names a claim stops that claim and no other; what does not, stops the whole
 * transaction. Money that cannot be read or placed stops; information that cannot warns.
 */
export const ADVICE_FINDINGS = {
  line_does_not_balance: { severity: 'stops', means: 'SVC02 − ΣCAS of the line is not SVC03.' },
  claim_does_not_balance: { severity: 'stops', means: 'CLP03 − ΣCAS of claim and lines is not CLP04.' },
  lines_do_not_sum_to_claim: {
    severity: 'warns',
    means:
      'ΣSVC03 − ΣCAS of the claim itself is not CLP04 although claim and lines balance each for itself: charges of lines are missing or stand twice. What was paid is CLP04; posting must not exceed it.',
  },
  transaction_does_not_balance: {
    severity: 'stops',
    means: 'BPR02 (negated when BPR03 is D) is not ΣCLP04 − ΣPLB.',
  },
  payment_missing: { severity: 'stops', means: 'No BPR: what was paid is not said.' },
  payment_repeated: { severity: 'stops', means: 'A second BPR: what was paid is said twice.' },
  direction_unknown: { severity: 'stops', means: 'BPR03 is neither C nor D.' },
  trace_missing: {
    severity: 'stops',
    means: 'No TRN with a number: the payment cannot be told from others.',
  },
  trace_repeated: { severity: 'warns', means: 'A second TRN; the first one counts.' },
  payer_missing: { severity: 'warns', means: 'No N1*PR.' },
  payee_missing: { severity: 'warns', means: 'No N1*PE.' },
  test_interchange: { severity: 'warns', means: 'ISA15 is T: the sender calls the file a test.' },
  amount_missing: { severity: 'stops', means: 'An amount that counts is not there.' },
  line_amount_missing: {
    severity: 'warns',
    means: 'SVC02 or SVC03 is empty, which is zero; the sums say whether that holds.',
  },
  amount_unreadable: { severity: 'stops', means: 'An amount that counts is no decimal number.' },
  amount_finer_than_cents: {
    severity: 'stops',
    means: 'An amount that counts is not a whole number of cents.',
  },
  amount_too_large: {
    severity: 'stops',
    means: 'An amount that counts has more than 12 digits before its point.',
  },
  information_unreadable: {
    severity: 'warns',
    means: 'An amount or quantity that is only information cannot be read; it was left out.',
  },
  date_unreadable: { severity: 'warns', means: 'A date is none of the calendar; it was left out.' },
  claim_status_unknown: {
    severity: 'stops',
    means: 'CLP02 is no status: whether this pays or takes back is not said.',
  },
  patient_control_number_missing: {
    severity: 'warns',
    means: 'CLP01 is empty; the claim has to be found otherwise.',
  },
  adjustment_group_unknown: {
    severity: 'stops',
    means: 'CAS01 is none of CO, PR, OA, PI and CR: who bears it is not said.',
  },
  adjustment_reason_missing: { severity: 'stops', means: 'A CAS has an amount without a reason.' },
  provider_adjustment_reason_missing: {
    severity: 'warns',
    means: 'A PLB has an amount without a reason; it counts.',
  },
  procedure_missing: { severity: 'warns', means: 'SVC01 has no code.' },
  component_separator_differs: {
    severity: 'warns',
    means: 'A procedure is parted by another character than the one that ISA16 names.',
  },
  segment_unknown: { severity: 'warns', means: 'The 835 has no such segment; it was passed by.' },
  segment_misplaced: {
    severity: 'warns',
    means:
      'A segment stands where its loop cannot be; it was passed by, and the claim that it stands in goes on behind it.',
  },
  money_misplaced: {
    severity: 'stops',
    means: 'A CAS or SVC stands before any claim: whose money it is, is not said.',
  },
  too_many_segments: {
    severity: 'stops',
    means: 'A header or a claim has more segments than the limit; the rest of it was passed by.',
  },
  too_many_findings: {
    severity: 'stops',
    means: 'More was found than is kept; what was left out may stop the transaction, so this does.',
  },
  transaction_of_another_kind: { severity: 'warns', means: 'An ST is no 835; it was passed by.' },
} as const satisfies Record<string, FindingKind>;

export type AdviceCode = keyof typeof ADVICE_FINDINGS;
