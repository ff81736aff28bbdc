import { Injectable } from '@nestjs/common';
import type { CalendarDate, Instant } from '../../ledger/calendar.js';
import { type BucketBounds, DEFAULT_BUCKETS, bucketLabels, parseBuckets } from '../../ledger/aging.js';
import { addAmounts, isZero, negated } from '../../ledger/add-amounts.js';
import {
  type AgingGroup,
  type AgingRow,
  agingColumns,
  agingRows,
  controlTotals,
  groupedByAccounts,
} from './aging-sql.js';
import { writeAmount } from './amounts.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import type { AgingBasis } from './open-parts.js';
import { readPacked } from './packed-rows.js';
import { QuestionMalformed } from './refusals.js';
import { type Road, extentOf } from './road.js';
import { Tie } from './tie.js';
import { type Trust, trustIn } from './trust.js';

export interface AgingRequest extends AskedMoment {
  basis?: AgingBasis | undefined;
  groupBy?: AgingGroup | undefined;
  /** Inclusive upper bounds in days, strictly rising; 30, 60, 90, 120 when left out. */
  buckets?: BucketBounds | undefined;
  entity?: string | undefined;
  /** For tests: all roads give the same answer. */
  road?: Road;
}

/** Amounts of one currency; `total` = sum of amounts + notYetDue + credits - unapplied. */
export interface AgingFigures {
  currency: string;
  /** One for each bucket. */
  amounts: string[];
  notYetDue: string;
  /** Credits on shares: zero or negative. */
  credits: string;
  /** Money not yet applied, by whose it is. */
  unapplied: string;
  /** The balance. */
  total: string;
}

/** What a group is named by: nothing, or the columns that the grouping asks for. */
export type AgingKey = {
  party?: string;
  /** Null for the patient and for others. */
  payerId?: string | null;
  accountId?: string;
  entity?: string | null;
};

export interface AgingAnswer extends Stamp, Trust {
  asOf: CalendarDate;
  knownAt: Instant;
  basis: AgingBasis;
  groupBy: AgingGroup;
  entity?: string;
  /** Labels: `0-30`, `31-60`, …, `121+`. */
  buckets: string[];
  items: (AgingKey & AgingFigures)[];
  /** One a currency. */
  totals: AgingFigures[];
}

/** What is open, by age: never shown unless it comes to the balances. */
@Injectable()
export class AgingQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws QuestionMalformed, ReportDoesNotTie */
  async run(request: AgingRequest = {}): Promise<AgingAnswer> {
    if (request.buckets !== undefined) {
      const parsed = parseBuckets(request.buckets.join(','));
      if ('fault' in parsed) throw new QuestionMalformed([{ field: 'buckets', message: parsed.fault }]);
    }
    return this.moments.at(request, (moment) => answer(moment, request));
  }
}

async function answer({ reader, clocks, stamp }: Moment, request: AgingRequest): Promise<AgingAnswer> {
  const { basis = 'service', groupBy = 'none', buckets: bounds = DEFAULT_BUCKETS, entity } = request;
  const scope = { entity };
  const extent = await extentOf(reader, clocks, scope, request.road);
  const question = { extent, basis, groupBy, bounds };
  const rows = await readPacked(reader, agingRows(question), agingColumns(question));
  const { rows: control } = await controlTotals(extent).execute(reader);

  const tie = new Tie('aging');
  const totals = new Map<string, Figures>(
    control.map(({ currency }) => [currency, new Figures(bounds.length + 1)]),
  );
  const items: AgingAnswer['items'] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const figures = Figures.of(row, bounds.length + 1);
    // What was rolled back to nothing.
    if (figures.isZero() && isZero(row.control ?? '0')) continue;
    const comesTo = figures.sum();
    tie.expectAmounts(comesTo, row.total, row.currency, key);
    if (groupedByAccounts(groupBy)) {
      tie.expectAmounts(comesTo, row.control ?? '0', row.currency, key);
    }
    const total = totals.get(row.currency) ?? new Figures(bounds.length + 1);
    totals.set(row.currency, total);
    total.add(figures);
    if (groupBy !== 'none' && !figures.isZero()) items.push({ ...key, ...figures.written(row.currency) });
  }
  const balances = new Map(control.map(({ currency, balance }) => [currency, balance]));
  for (const [currency, total] of totals)
    tie.expectAmounts(total.sum(), balances.get(currency) ?? '0', currency);
  tie.check();

  const written = [...totals].map(([currency, total]) => total.written(currency));
  return {
    ...stamp,
    basis,
    groupBy,
    ...(entity !== undefined && { entity }),
    buckets: bucketLabels(bounds),
    items: groupBy === 'none' ? written : items,
    totals: written,
    ...(await trustIn(reader, scope)),
  };
}

function keyOf(row: AgingRow): AgingKey {
  return {
    ...(row.party !== undefined && { party: row.party }),
    ...(row.payer_id !== undefined && { payerId: row.payer_id === '' ? null : row.payer_id }),
    ...(row.account_id !== undefined && { accountId: row.account_id }),
    ...(row.entity !== undefined && { entity: row.entity === '' ? null : row.entity }),
  };
}

/** Figures of one group in one currency, exact. Most of them are nothing, in a ledger of many accounts. */
class Figures {
  amounts: string[];
  notYetDue = '0';
  credits = '0';
  unapplied = '0';

  constructor(buckets: number) {
    this.amounts = Array.from({ length: buckets }, () => '0');
  }

  static of(row: AgingRow, buckets: number): Figures {
    const figures = new Figures(buckets);
    figures.amounts = figures.amounts.map((_, i) => row[`b${i}`]!);
    figures.notYetDue = row.not_yet_due;
    figures.credits = row.credits;
    figures.unapplied = row.unapplied;
    return figures;
  }

  add(other: Figures): void {
    this.amounts = this.amounts.map((amount, i) => sum(amount, other.amounts[i]!));
    this.notYetDue = sum(this.notYetDue, other.notYetDue);
    this.credits = sum(this.credits, other.credits);
    this.unapplied = sum(this.unapplied, other.unapplied);
  }

  sum(): string {
    const others = sum(sum(this.notYetDue, this.credits), negated(this.unapplied));
    return this.amounts.reduce(sum, others);
  }

  isZero(): boolean {
    return (
      isZero(this.notYetDue) && isZero(this.credits) && isZero(this.unapplied) && this.amounts.every(isZero)
    );
  }

  written(currency: string): AgingFigures {
    return {
      currency,
      amounts: this.amounts.map((amount) => writeAmount(amount, currency)),
      notYetDue: writeAmount(this.notYetDue, currency),
      credits: writeAmount(this.credits, currency),
      unapplied: writeAmount(this.unapplied, currency),
      total: writeAmount(this.sum(), currency),
    };
  }
}

function sum(a: string, b: string): string {
  if (isZero(b)) return a;
  return isZero(a) ? b : addAmounts(a, b);
}
