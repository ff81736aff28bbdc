/** Injection token of the directory. */
export const CLAIM_DIRECTORY = Symbol('ClaimDirectory');

/** A payment that somebody posted by hand. */
export interface PaymentByHand {
  accountId: string;
  paymentId: string;
  /** What of it stands: less what was taken back, or paid back from its unapplied rest. */
  amount: string;
}

/** What tells a remittance's payment from others. */
export interface RemittancePayment {
  remittanceId: string;
  /** TRN02. */
  traceNumber: string;
  payerId: string;
  currency: string;
}

/** Where claims are to be found: asked of the read models, which may be behind by what was just appended. */
export interface ClaimDirectory {
  /** Waits until everything that is in the log now can be found; no longer than the signal lets it. */
  catchUp(signal?: AbortSignal): Promise<void>;
  /** By claim id: the accounts that have charges of it, at most 20 each. Claim ids without any are left out. */
  accountsOfClaims(claimIds: readonly string[]): Promise<Map<string, string[]>>;
  /** Accounts on which this payer's claim was posted before, at most 20. */
  accountsOfPayerClaim(payerId: string, payerClaimNumber: string): Promise<string[]>;
  /** Accounts with charges of these dates and amounts, with those charges, at most 20. */
  accountsOfServices(
    services: readonly { serviceDate: string; amount: string }[],
  ): Promise<{ accountId: string; chargeIds: string[] }[]>;
  /**
   * Where claims of a remittance are posted already, by number of the claim: what a run that was cut off left on the
   * accounts before the remittance could say so. Claims that are posted nowhere are left out.
   */
  accountsOfAdjudications(remittanceId: string, claims: readonly number[]): Promise<Map<number, string>>;
  /**
   * Payments that somebody posted by hand with the trace of a remittance: of its payer, or on accounts that its claims are
   * posted on. Their money counts twice. By account and id, at most 20.
   */
  paymentsByHand(remittance: RemittancePayment): Promise<PaymentByHand[]>;
}
