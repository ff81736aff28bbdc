import { type RawBuilder, sql } from 'kysely';
import type { Extent } from './road.js';
import { SHARE, shareBalances, shareParts } from './share-sums.js';

/** The date that an age counts from: of the service, of the charge's posting, or since when the party is responsible. */
export const AGING_BASES = ['service', 'posted', 'responsible'] as const;
export type AgingBasis = (typeof AGING_BASES)[number];

/**
 * SHARE, currency, since_on, amount, open, net: the parts of every share that is not settled, with what is still open
 * of each. What was used eats the parts oldest first; what was given back beyond that counts since the charge was
 * posted; `net` sums to the share's balance, so that a share's credit is `net - open`.
 */
export function openParts(extent: Extent): RawBuilder<unknown> {
  return sql`select ${SHARE}, m.currency,
      coalesce(m.since_on, c.posted_on) as since_on,
      case when m.since_on is null then greatest(m.amount, 0)
        else greatest(0, least(m.amount, m.opened_so_far + least(m.given, 0))) end as open,
      m.amount as net, c.service_date, c.posted_on
    from (
      select p.*,
        sum(p.amount) filter (where p.since_on is not null)
          over (partition by ${SHARE} order by p.since_on nulls last) as opened_so_far,
        coalesce(sum(p.amount) filter (where p.since_on is null) over (partition by ${SHARE}), 0) as given
      from (${shareParts(extent)}) p
    ) m left join ledger_read.charges c using (account_id, charge_id)`;
}

/**
 * account_id, party, payer_id, currency, counted_from, is_credit, amount: what the figures of an aging are made of. By
 * service and posting all of a share has one age, so that its parts need not be looked at.
 *
 * A charge is missing only where its own event was set aside; what is known of it then counts as of the report's date.
 */
export function agedAmounts(extent: Extent, basis: AgingBasis): RawBuilder<unknown> {
  switch (basis) {
    case 'service':
    case 'posted': {
      const date = sql.raw(basis === 'service' ? 'service_date' : 'posted_on');
      return sql`select b.account_id, b.party, b.payer_id, b.currency, coalesce(b.${date}, (
            select c.${date} from ledger_read.charges c where c.account_id = b.account_id and c.charge_id = b.charge_id
          )) as counted_from,
          b.balance < 0 as is_credit, b.balance as amount
        from (${shareBalances(extent)}) b`;
    }
    case 'responsible':
      return sql`select * from (
          select p.account_id, p.party, p.payer_id, p.currency, p.since_on as counted_from, is_credit,
            case when is_credit then p.net - p.open else p.open end as amount
          from (${openParts(extent)}) p cross join (values (false), (true)) kinds (is_credit)
        ) a where a.amount <> 0`;
  }
}
