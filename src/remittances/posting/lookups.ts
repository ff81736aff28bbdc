import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { claimIdOfCharges } from '../settlement/charges-to-open.js';
import { isZero } from '../../ledger/add-amounts.js';
import type { ClaimDirectory } from './claim-directory.js';

/** What was looked up about a claim together with others. */
export interface Known {
  /** It is posted there already. */
  postedOn?: string;
  /** Accounts with charges of its CLP01. */
  accounts: readonly string[];
}

/**
 * Questions to the directory, which is waited for once at the beginning, and once more for each remittance that needs
 * what was posted just before it: charges and accounts of its own claims are found by their ids.
 */
export class Lookups {
  #begun: Promise<void> | undefined;
  #current: Promise<void> | undefined;

  constructor(private readonly directory: ClaimDirectory) {}

  /** Another remittance begins. */
  nextRemittance(): void {
    this.#current = undefined;
  }

  /**
   * What is known of claims of one remittance, in their order.
   *
   * @param isResumed whether some of them may have been posted by a run that was cut off
   */
  async known(statements: readonly ClaimStatement[], isResumed: boolean): Promise<Known[]> {
    this.#begun ??= this.directory.catchUp();
    await this.#begun;
    const ids = new Set(statements.map(claimIdOfCharges).filter((id) => id !== ''));
    const accounts = await this.directory.accountsOfClaims([...ids]);
    const [first] = statements;
    const posted =
      isResumed && first
        ? await this.directory.accountsOfAdjudications(
            first.remittanceId,
            statements.map(({ claim }) => claim),
          )
        : new Map<number, string>();
    return statements.map((statement) => {
      const postedOn = posted.get(statement.claim);
      return {
        accounts: accounts.get(claimIdOfCharges(statement)) ?? [],
        ...(postedOn !== undefined && { postedOn }),
      };
    });
  }

  /** Accounts on which this payer's claim was posted before; else the one that it takes back or replaces (REF*F8). */
  async accountsOfPayerClaim({
    payerId,
    payerClaimNumber,
    originalClaimNumber = '',
  }: ClaimStatement): Promise<string[]> {
    for (const number of [payerClaimNumber, originalClaimNumber]) {
      if (number === '') continue;
      await this.#caughtUp();
      const found = await this.directory.accountsOfPayerClaim(payerId, number);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Accounts with charges of all the days and amounts of a claim; none where it does not state them. */
  async accountsOfServices({ lines }: ClaimStatement): Promise<{ accountId: string; chargeIds: string[] }[]> {
    const services = [];
    for (const { serviceDate, charge } of lines) {
      if (serviceDate === undefined) return [];
      if (!isZero(charge)) services.push({ serviceDate, amount: charge.replace('-', '') });
    }
    if (services.length === 0) return [];
    await this.#caughtUp();
    return this.directory.accountsOfServices(services);
  }

  #caughtUp(): Promise<void> {
    this.#current ??= this.directory.catchUp();
    this.#begun ??= this.#current;
    return this.#current;
  }
}
