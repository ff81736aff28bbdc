import { type RawBuilder, sql } from 'kysely';
import { openParts } from './open-parts.js';
import type { Extent } from './road.js';
import { SHARE } from './share-sums.js';

/**
 * SHARE, currency, since_on, service_date, posted_on, amount: the open parts of every share by the day since when, and
 * a share's credit as a negative row without that day.
 */
export function openItems(extent: Extent): RawBuilder<unknown> {
  return sql`select ${SHARE}, currency,
      case when credit then null else since_on end as since_on, service_date, posted_on,
      case when credit then sum(net - open) else sum(open) end as amount
    from (${openParts(extent)}) parts cross join (values (true), (false)) kinds (credit)
    group by ${SHARE}, currency, credit, case when credit then null else since_on end, service_date, posted_on
    having case when credit then sum(net - open) else sum(open) end <> 0`;
}
