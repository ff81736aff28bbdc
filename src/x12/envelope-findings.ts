import type { FindingKind } from './finding.js';

/**
 * What envelopes can be found to be. A wrong count or a missing outer envelope is common in files whose transactions
 * are whole, so it warns: whether money is whole, the sums of the transaction say. What makes doubtful where a
 * transaction begins or ends stops it.
 */
export const ENVELOPE_FINDINGS = {
  no_interchange: {
    severity: 'warns',
    means: 'A group or transaction stands in no interchange: a fragment.',
  },
  no_group: { severity: 'warns', means: 'A transaction stands in no functional group.' },
  interchange_not_ended: { severity: 'warns', means: 'An ISA has no IEA.' },
  group_not_ended: { severity: 'warns', means: 'A GS has no GE.' },
  transaction_not_ended: {
    severity: 'stops',
    means: 'An ST has no SE: the rest of the transaction may be missing.',
  },
  end_without_beginning: { severity: 'warns', means: 'An IEA, GE or SE ends what never began.' },
  segment_count_differs: { severity: 'warns', means: 'SE01 is not the number of segments from ST to SE.' },
  transaction_count_differs: {
    severity: 'warns',
    means: 'GE01 is not the number of transactions in the group.',
  },
  group_count_differs: { severity: 'warns', means: 'IEA01 is not the number of groups in the interchange.' },
  transaction_control_number_differs: {
    severity: 'stops',
    means: 'SE02 is not ST02: the end may belong to another transaction.',
  },
  group_control_number_differs: { severity: 'warns', means: 'GE02 is not GS06.' },
  interchange_control_number_differs: { severity: 'warns', means: 'IEA02 is not ISA13.' },
  segment_outside_transaction: {
    severity: 'warns',
    means: 'A segment that is no part of an envelope stands outside every transaction; it was passed by.',
  },
} as const satisfies Record<string, FindingKind>;

export type EnvelopeCode = keyof typeof ENVELOPE_FINDINGS;
