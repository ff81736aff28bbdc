import type { HeldPart } from '../../ledger/events.js';
import type { RecordedFinding, Suspension } from '../../ledger/remittance-events.js';
import type { PaymentByHand } from './claim-directory.js';

/** What importing a file came to. */
export interface FileSummary {
  document: { sha256: string; bytes: number };
  remittances: RemittanceSummary[];
  /** Found outside of every 835. */
  findings: RecordedFinding[];
}

/** What became of one ST. */
export interface RemittanceSummary {
  remittanceId: string;
  /**
   * `posted`: what could be was; `duplicate`: it was complete before, nothing was appended; `held`: it does not balance,
   * nothing of it is posted.
   */
  outcome: 'posted' | 'duplicate' | 'held';
  /** Whether it was received before: then this import went on with it, or had nothing to do. */
  receivedBefore: boolean;
  controlNumber: string;
  segment: number;
  payer: { id: string; name: string };
  trace: { number: string; payerId: string } | undefined;
  currency: string;
  /** BPR02, negative for a debit; zero where there is none. */
  amount: string;
  claims: { total: number; posted: number; waiting: number; movesNothing: number; suspended: number };
  /** CLP04 of what is posted, and of what is not, which stands on the clearing account. */
  paid: { posted: string; inClearing: string };
  providerAdjustments: { count: number; amount: string };
  /** What somebody has to look at; at most 1,000, `needsMore` says how many were left out. */
  needs: Need[];
  needsMore: number;
  /** Payments that somebody posted by hand for the same money, which counts twice then; at most 20. */
  paymentsByHand: PaymentByHand[];
  /** About the ST as a whole. */
  findings: RecordedFinding[];
}

/** A claim that needs somebody. */
export interface Need {
  claim: number;
  segment: number;
  claimId: string;
  charge: string;
  paid: string;
  accountId?: string;
  /** Why it is suspended, or `waits_for_original`, or `held`. */
  code: Suspension | 'waits_for_original' | 'held';
  facts: Readonly<Record<string, string>>;
  held: readonly HeldPart[];
  findings: readonly RecordedFinding[];
}
