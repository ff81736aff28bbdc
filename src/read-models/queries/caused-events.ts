import { sql } from 'kysely';
import { arrayLiteral } from '../../database/array-literal.js';
import { writeAmount } from './amounts.js';
import type { Reader } from './snapshot.js';

/** An event of an account that a claim of a remittance led to. */
export interface CausedEvent {
  accountId: string;
  revision: number;
  entryId: string;
  type: string;
  effectiveOn: string;
  recordedAt: string;
  /** What it did to the balance of the account. */
  amount: string;
  /** The line of the claim that it is about, where it is about one. */
  line: number | null;
  segment: number | null;
}

interface EventRow {
  claim: number;
  account_id: string;
  revision: string;
  entry_id: string;
  type: string;
  effective_on: string;
  recorded_at: string;
  amount: string;
  currency: string | null;
  line: number | null;
  segment: number | null;
}

/**
 * What claims of one remittance led to on their accounts, by claim. Entries are known by their ids, which begin with that
 * of the adjudication; charges that were opened for a claim may have ids of the payer's and name the claim.
 */
export async function causedEvents(
  reader: Reader,
  remittanceId: string,
  claims: readonly { claim: number; account_id: string | null; adjudication_id: string | null }[],
): Promise<Map<number, CausedEvent[]>> {
  const posted = claims.filter((claim) => claim.account_id !== null && claim.adjudication_id !== null);
  const byClaim = new Map<number, CausedEvent[]>();
  if (posted.length === 0) return byClaim;
  const { rows } = await sql<EventRow>`
    select c.claim, h.*, coalesce(h.own_currency, a.currency) as currency
    from unnest(
      ${arrayLiteral(posted.map(({ claim }) => claim))}::integer[],
      ${arrayLiteral(posted.map((claim) => claim.account_id))}::text[],
      ${arrayLiteral(posted.map((claim) => claim.adjudication_id))}::text[]
    ) as c(claim, account_id, adjudication_id)
    cross join lateral (
      select h.account_id, h.revision, h.entry_id, h.type, h.effective_on, h.recorded_at, h.amount,
        h.currency as own_currency, (h.data->'remittance'->>'line')::integer as line,
        (h.data->'remittance'->>'segment')::integer as segment
      from ledger_read.account_history h
      where h.account_id = c.account_id and (
        h.entry_id = c.adjudication_id or starts_with(h.entry_id, c.adjudication_id || '.') or (
          h.type = 'ChargePosted' and h.data->'remittance'->>'id' = ${remittanceId}
          and h.data->'remittance'->>'claim' = c.claim::text
        )
      )
      -- Account by account, along the key: a planner that knows nothing of the table would read all of it.
      offset 0
    ) h
    left join ledger_read.accounts a on a.account_id = h.account_id
    order by c.claim, h.revision`.execute(reader);
  for (const row of rows) {
    const events = byClaim.get(row.claim) ?? [];
    byClaim.set(row.claim, events);
    events.push({
      accountId: row.account_id,
      revision: Number(row.revision),
      entryId: row.entry_id,
      type: row.type,
      effectiveOn: row.effective_on,
      recordedAt: row.recorded_at,
      amount: writeAmount(row.amount, row.currency),
      line: row.line,
      segment: row.segment,
    });
  }
  return byClaim;
}
