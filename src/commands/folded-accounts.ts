import type { FoldedAccount } from './folded-account.js';

/**
 * The folded accounts used last. Bounded by the entries of all of them together, since one account may be as large as
 * 100,000 others; an account that alone exceeds the bound is kept while it is the last one used.
 */
export class FoldedAccounts {
  private readonly accounts = new Map<string, { folded: FoldedAccount; weight: number }>();
  private weight = 0;

  constructor(private readonly entriesMax: number) {}

  get(accountId: string): FoldedAccount | undefined {
    return this.accounts.get(accountId)?.folded;
  }

  /** Notes that an account was used, and weighs it anew; what was used longest ago makes room. */
  keep(accountId: string, folded: FoldedAccount): void {
    this.drop(accountId);
    const { weight } = folded;
    this.accounts.set(accountId, { folded, weight });
    this.weight += weight;
    for (const eldest of this.accounts.keys()) {
      if (this.weight <= this.entriesMax || eldest === accountId) return;
      this.drop(eldest);
    }
  }

  drop(accountId: string): void {
    const kept = this.accounts.get(accountId);
    if (!kept) return;
    this.accounts.delete(accountId);
    this.weight -= kept.weight;
  }

  /** Entries held at present. */
  get entries(): number {
    return this.weight;
  }
}
