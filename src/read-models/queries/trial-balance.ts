import { Injectable } from '@nestjs/common';
import { type RawBuilder, sql } from 'kysely';
import { type Money, ZERO, formatMoney, money } from '../../ledger/money.js';
import { type ClockSql, clockSql, outsideClocks, withinClocks } from './clocks.js';
import { type AskedMoment, type Moment, Moments, type Stamp } from './moment.js';
import { type Road, extentOf } from './road.js';
import { type Scope, inScope } from './scope.js';
import { Tie } from './tie.js';
import { type Trust, trustIn } from './trust.js';

export interface TrialBalanceRequest extends AskedMoment {
  entity?: string | undefined;
  /** For tests: all roads give the same answer. */
  road?: Road;
}

export interface TrialBalanceItem {
  glAccount: string;
  currency: string;
  /** The balance, in the column of its side; the other one is zero. */
  debit: string;
  credit: string;
}

export interface TrialBalanceAnswer extends Stamp, Trust {
  entity?: string;
  /** GL accounts that do not come to zero. */
  items: TrialBalanceItem[];
  /** One a currency; debit and credit are equal. */
  totals: { currency: string; debit: string; credit: string }[];
}

interface GlRow {
  gl_account: string;
  currency: string;
  amount: string;
}

/**
 * The balance of every GL account: never shown unless debits equal credits. That of an entity has the entries of its
 * accounts: what a remittance brought as one sum, and control accounts, are of no entity.
 */
@Injectable()
export class TrialBalanceQuery {
  constructor(private readonly moments: Moments) {}

  /** @throws ReportDoesNotTie */
  async run(request: TrialBalanceRequest = {}): Promise<TrialBalanceAnswer> {
    return this.moments.at(request, (moment) => answer(moment, request));
  }
}

async function answer(
  { reader, clocks, stamp }: Moment,
  { entity, road: given }: TrialBalanceRequest,
): Promise<TrialBalanceAnswer> {
  // What is kept by GL account is of all entities.
  const { road } = await extentOf(
    reader,
    clocks,
    { entity },
    given ?? (entity === undefined ? undefined : 'journal'),
  );
  const { rows } = await glRows(road, clockSql(clocks), { entity }).execute(reader);
  const totals = new Map<string, { debit: Money; credit: Money }>();
  const items = rows.map(({ gl_account: glAccount, currency, amount }) => {
    const signed = money(amount);
    const debit = signed.greaterThan(0) ? signed : ZERO;
    const credit = signed.lessThan(0) ? signed.negated() : ZERO;
    const total = totals.get(currency) ?? { debit: ZERO, credit: ZERO };
    totals.set(currency, { debit: total.debit.plus(debit), credit: total.credit.plus(credit) });
    return {
      glAccount,
      currency,
      debit: formatMoney(debit, currency),
      credit: formatMoney(credit, currency),
    };
  });
  const tie = new Tie('trial-balance');
  for (const [currency, { debit, credit }] of totals) tie.expect(debit, credit, currency);
  tie.check();
  return {
    ...stamp,
    ...(entity !== undefined && { entity }),
    items,
    totals: [...totals].map(([currency, { debit, credit }]) => ({
      currency,
      debit: formatMoney(debit, currency),
      credit: formatMoney(credit, currency),
    })),
    ...(await trustIn(reader, { entity }, entity === undefined ? 'everything' : 'accounts')),
  };
}

/** Kept days, less the lines that the clocks leave out where there are few; else the sums of all lines within. */
function glRows(road: Road, clocks: ClockSql, scope: Scope): RawBuilder<GlRow> {
  const kept = sql`select g.gl_account, g.currency, g.amount from ledger_read.gl_days g`;
  const lines = (condition: RawBuilder<unknown>, sign: string): RawBuilder<unknown> =>
    sql`select l.gl_account, l.currency, ${sql.raw(sign)}l.amount from ledger_read.journal_lines l where ${condition}`;
  const source = ((): RawBuilder<unknown> => {
    switch (road) {
      case 'kept':
        return kept;
      case 'by_share':
        return sql`${kept} where g.effective_on <= ${clocks.asOf}`;
      case 'rolled_back':
        return sql`${kept} union all ${lines(outsideClocks('l', clocks), '-')}`;
      case 'journal':
        return lines(sql`${withinClocks('l', clocks)} and ${inScope('l', scope)}`, '');
    }
  })();
  return sql`select gl_account, currency, sum(amount) as amount from (${source}) s
    group by gl_account, currency having sum(amount) <> 0 order by currency, gl_account`;
}
