import { Injectable } from '@nestjs/common';
import type { CalendarDate, Instant } from '../../ledger/calendar.js';
import { type BucketBounds, DEFAULT_BUCKETS, bucketLabels, parseBuckets } from '../../ledger/aging.js';
import { addAmounts, isZero, negated } from '../../ledger/add-amounts.js';
import {
  type AgingColumns,
  type AgingGroup,
  agingColumns,
  agingKeys,
  agingRows,
  controlTotals,
  figuresOf,
  groupedByAccounts,
} from './aging-sql.js';
import { writeAmount } from './amounts.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import type { AgingBasis } from './open-parts.js';
import { readColumns } from './packed-rows.js';
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
  const groups = await readColumns(reader, agingRows(question), agingColumns(groupBy));
  const { rows: control } = await controlTotals(extent).execute(reader);

  const tie = new Tie('aging');
  const totals = new Map(control.map(({ currency }) => [currency, new Figures(bounds)]));
  const items: AgingAnswer['items'] = [];
  for (const { key, currency, figures } of groupsOf(groups, groupBy, bounds)) {
    const isNothing = figures.isZero();
    // What was rolled back to nothing.
    if (isNothing && isZero(figures.control)) continue;
    if (groupedByAccounts(groupBy)) tie.expectAmounts(figures.sum(), figures.control, currency, key);
    const total = totals.get(currency) ?? new Figures(bounds);
    totals.set(currency, total);
    total.addAll(figures);
    if (groupBy !== 'none' && !isNothing) items.push({ ...key, ...figures.written(currency) });
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

/** The groups of an aging, each with its figures, which are good until the next one is asked for. */
function* groupsOf(
  { currency, figure, amount, ...keys }: AgingColumns,
  groupBy: AgingGroup,
  bounds: BucketBounds,
): Iterable<{ key: AgingKey; currency: string; figures: Figures }> {
  const grouping = [currency, ...agingKeys(groupBy).map((name) => keys[name]!)];
  const figures = new Figures(bounds);
  for (let at = 0; at < currency.length; at += 1) {
    figures.add(Number(figure[at]), amount[at]!);
    if (!endsAt(grouping, at)) continue;
    yield { key: keyOf(keys, at), currency: currency[at]!, figures };
    figures.clear();
  }
}

/** Whether the row after one, if there is any, is of another group. */
function endsAt(grouping: readonly string[][], at: number): boolean {
  for (const column of grouping) if (column[at] !== column[at + 1]) return true;
  return false;
}

function keyOf({ party, payer_id, account_id, entity }: Partial<AgingColumns>, at: number): AgingKey {
  if (account_id) return { accountId: account_id[at]! };
  if (entity) return { entity: entity[at] || null };
  if (party && payer_id) return { party: party[at]!, payerId: payer_id[at] || null };
  return party ? { party: party[at]! } : {};
}

/** Figures of one group in one currency, exact. Most of them are nothing, in a ledger of many accounts. */
class Figures {
  readonly #numbers: ReturnType<typeof figuresOf>;
  readonly #amounts: string[];

  constructor(bounds: BucketBounds) {
    this.#numbers = figuresOf(bounds);
    this.#amounts = Array.from({ length: this.#numbers.control + 1 }, () => NOTHING);
  }

  get control(): string {
    return this.#amounts[this.#numbers.control]!;
  }

  clear(): void {
    this.#amounts.fill(NOTHING);
  }

  /** @param figure its number by {@link figuresOf} */
  add(figure: number, amount: string): void {
    const before = this.#amounts[figure];
    if (before === undefined) throw new RangeError(`an aging has no figure ${figure}`);
    this.#amounts[figure] = sum(before, amount);
  }

  addAll(other: Figures): void {
    for (let figure = 0; figure < this.#numbers.control; figure += 1)
      this.add(figure, other.#amounts[figure]!);
  }

  sum(): string {
    const { unapplied } = this.#numbers;
    let total = negated(this.#amounts[unapplied]!);
    for (let figure = 0; figure < unapplied; figure += 1) total = sum(total, this.#amounts[figure]!);
    return total;
  }

  isZero(): boolean {
    for (let figure = 0; figure < this.#numbers.control; figure += 1) {
      if (!isZero(this.#amounts[figure]!)) return false;
    }
    return true;
  }

  written(currency: string): AgingFigures {
    const nothing = writeAmount(NOTHING, currency);
    const write = (amount: string): string => (amount === NOTHING ? nothing : writeAmount(amount, currency));
    const { notYetDue, credits, unapplied } = this.#numbers;
    return {
      currency,
      amounts: this.#amounts.slice(notYetDue + 1, credits).map(write),
      notYetDue: write(this.#amounts[notYetDue]!),
      credits: write(this.#amounts[credits]!),
      unapplied: write(this.#amounts[unapplied]!),
      total: write(this.sum()),
    };
  }
}

const NOTHING = '0';

function sum(a: string, b: string): string {
  if (isZero(b)) return a;
  return isZero(a) ? b : addAmounts(a, b);
}
