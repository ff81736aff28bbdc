/** Injection token of the directory. */
export const CLAIM_DIRECTORY = Symbol('ClaimDirectory');

/** Where claims are to be found: asked of the read models, which may be behind by what was just appended. */
export interface ClaimDirectory {
  /** Waits until everything that is in the log now can be found. */
  catchUp(): Promise<void>;
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
}
