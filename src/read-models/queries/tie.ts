import { addAmounts, isZero, negated } from '../../ledger/add-amounts.js';
import { type Money, formatMoney, money } from '../../ledger/money.js';
import { type Mismatch, ReportDoesNotTie } from './refusals.js';

const MISMATCHES_MAX = 20;

/** Compares the figures of a report with the same figures found another way. */
export class Tie {
  private readonly mismatches: Mismatch[] = [];

  constructor(private readonly report: string) {}

  /** Notes two figures that must be equal. */
  expect(reported: Money, expected: Money, currency: string, group?: Mismatch['group']): void {
    if (reported.equals(expected) || this.mismatches.length >= MISMATCHES_MAX) return;
    this.mismatches.push({
      ...(group && { group }),
      currency,
      reported: formatMoney(reported, currency),
      expected: formatMoney(expected, currency),
      difference: formatMoney(reported.minus(expected), currency),
    });
  }

  /** Notes two amounts that must be equal, as the database gives them. */
  expectAmounts(reported: string, expected: string, currency: string, group?: Mismatch['group']): void {
    if (reported === expected || isZero(addAmounts(reported, negated(expected)))) return;
    this.expect(money(reported), money(expected), currency, group);
  }

  /** @throws ReportDoesNotTie when any differed */
  check(): void {
    if (this.mismatches.length > 0) throw new ReportDoesNotTie(this.report, this.mismatches);
  }
}
