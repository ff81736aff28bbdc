import { type RawBuilder, sql } from 'kysely';
import type { Queryable } from '../../database/database.js';
import { DEFAULT_BUCKETS, bucketLabels } from '../../ledger/aging.js';
import { agingAmounts, agingSums } from '../queries/aging-sql.js';
import { withinClocks } from '../queries/clocks.js';
import { openItems } from '../queries/open-items-sql.js';
import { AGING_BASES } from '../queries/open-parts.js';
import type { Extent } from '../queries/road.js';
import { literal, orNull, replaceOrMakeAnew } from './view.js';

/*
 * Functions have bodies of text: what they read is looked up when they run, so that they follow the views of
 * `ledger_read` to other tables. They run with the rights of their owner, so that a reporting role needs rights on
 * schema `ledger` alone. They are `volatile` though they change nothing: each statement inside then sees the tables as
 * they are when it has locked them. A stable one would keep the caller's snapshot, and could meet tables that were
 * switched in after it, whose rows it cannot see.
 */

interface SqlFunction {
  /** With the names of parameters. */
  signature: string;
  /** As `drop` and `comment` want it. */
  identity: string;
  returns: string;
  language: 'sql' | 'plpgsql';
  body: string;
  comment: string;
}

/** Any two clocks, from parameters of the function. */
const PARAMETERS: Extent = {
  road: 'journal',
  clocks: { asOf: sql.raw('as_of'), knownAt: sql.raw(`coalesce(known_at, 'infinity')`) },
  scope: {},
};

const CLOCKS_SAID =
  'as_of: effective date; what counts later is left out. known_at: what was recorded later is left out (NULL: nothing).';

/** Column names of the default buckets: days_0_30 … days_121_plus. */
const BUCKET_COLUMNS = bucketLabels(DEFAULT_BUCKETS).map(
  (label) => `days_${label.replace('-', '_').replace('+', '_plus')}`,
);

function aging(textOf: (fragment: RawBuilder<unknown>) => string): SqlFunction {
  const amounts = ['not_yet_due', ...BUCKET_COLUMNS, 'credits', 'unapplied', 'total'];
  const sums = textOf(agingSums(DEFAULT_BUCKETS, (i) => BUCKET_COLUMNS[i]!));
  const branches = AGING_BASES.map(
    (basis) => `
    if basis = ${literal(basis)} then
      return query
        select s.account_id, e.entity, s.party, ${orNull('s.payer_id')}, s.currency,
          ${amounts.map((column) => `s.${column}`).join(', ')},
          not exists (select 1 from ledger_internal.dead_letters d where d.account_id = s.account_id)
        from (
          select g.account_id, g.party, g.payer_id, g.currency, ${sums}
          from (${textOf(agingAmounts(PARAMETERS, basis, DEFAULT_BUCKETS))}) g
          group by g.account_id, g.party, g.payer_id, g.currency
        ) s left join ledger_read.accounts e on e.account_id = s.account_id;
      return;
    end if;`,
  );
  return {
    signature: `aging(as_of date, known_at timestamptz default null, basis text default 'service')`,
    identity: 'aging(date, timestamptz, text)',
    returns: `table (account_id text, entity text, party text, payer_id text, currency text,
      ${amounts.map((column) => `${column} numeric`).join(', ')}, trustworthy boolean)`,
    language: 'plpgsql',
    body: `
  #variable_conflict use_column
  declare
    off record;
  begin
    if as_of is null then
      raise exception 'as_of must be a date' using errcode = 'null_value_not_allowed';
    end if;
    for off in
      select l.currency, sum(l.amount) as difference from ledger_read.journal_lines l
      where ${textOf(withinClocks('l', PARAMETERS.clocks))} group by l.currency having sum(l.amount) <> 0
    loop
      raise exception 'report_does_not_tie: % differs by %', off.currency, off.difference
        using errcode = 'data_exception';
    end loop;
    ${branches.join('')}
    raise exception 'basis must be ${AGING_BASES.join(', ')}, not %', basis
      using errcode = 'invalid_parameter_value';
  end`,
    comment:
      'Aging by account, party, payer and currency: amounts by days since the service, the posting or the begin of ' +
      `responsibility (basis: ${AGING_BASES.join(', ')}). total = the day columns + not_yet_due + credits - unapplied = ` +
      `the balance; a journal that does not balance is refused. Other buckets: ledger.open_items_at. ${CLOCKS_SAID}`,
  };
}

function openItemsAt(textOf: (fragment: RawBuilder<unknown>) => string): SqlFunction {
  return {
    signature: 'open_items_at(as_of date, known_at timestamptz default null)',
    identity: 'open_items_at(date, timestamptz)',
    returns: `table (account_id text, charge_id text, party text, payer_id text, payer_position text, currency text,
      amount numeric, since_on date, service_date date, posted_on date)`,
    language: 'sql',
    body: `select i.account_id, i.charge_id, i.party, ${orNull('i.payer_id')}, ${orNull('i.payer_position')},
      i.currency, i.amount, i.since_on, i.service_date, i.posted_on
    from (${textOf(openItems(PARAMETERS))}) i`,
    comment: `The open part of each charge by party, as ledger.open_items, on any date. ${CLOCKS_SAID}`,
  };
}

function balance(textOf: (fragment: RawBuilder<unknown>) => string): SqlFunction {
  return {
    signature: 'balance(account_id text, as_of date, known_at timestamptz default null)',
    identity: 'balance(text, date, timestamptz)',
    returns: 'numeric',
    language: 'sql',
    body: `select coalesce(sum(l.amount), 0) from ledger_read.accounts a
      left join ledger_read.journal_lines l on l.account_id = a.account_id
        and (l.charge_id is not null or l.payment_id is not null)
        and ${textOf(withinClocks('l', PARAMETERS.clocks))}
      where a.account_id = balance.account_id
      group by a.account_id`,
    comment: `The balance of one account in its currency; NULL for an account that is not known. ${CLOCKS_SAID}`,
  };
}

/** The statements that make every function, or bring it to this definition. */
export function functionStatements(db: Queryable): string[] {
  const textOf = (fragment: RawBuilder<unknown>): string => fragment.compile(db).sql;
  return [aging, openItemsAt, balance].flatMap((make) => {
    const { signature, identity, returns, language, body, comment } = make(textOf);
    const create = `function ledger.${signature} returns ${returns}
      language ${language} volatile security definer set search_path = pg_catalog, pg_temp
      as $body$${body}$body$`;
    return [
      replaceOrMakeAnew(create, `function ledger.${identity}`, 'invalid_function_definition'),
      `comment on function ledger.${identity} is ${literal(comment)}`,
    ];
  });
}
