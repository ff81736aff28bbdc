import { type RawBuilder, sql } from 'kysely';
import { accountStream } from '../../event-store/codec.js';
import { type Scope, inScope } from './scope.js';
import type { Reader } from './snapshot.js';

/** How many accounts an answer names. */
const NAMED_MAX = 100;

/** Whether figures can be trusted: an account with an event that was set aside makes every report with it doubtful. */
export interface Trust {
  trustworthy: boolean;
  /** At most 100 of the accounts (in a trial balance also streams) in doubt; absent when there are none. */
  untrustworthyAccounts?: string[];
}

/** Condition that an account has no event that was set aside. */
export const isTrustworthy = (accountId: string | RawBuilder<unknown>) =>
  sql<boolean>`not exists (select 1 from ledger_internal.dead_letters d
    where d.account_id = ${typeof accountId === 'string' ? sql.ref(accountId) : accountId})`;

/**
 * The trust in a report over a scope. An account whose opening was set aside has no entity yet: it is in every one.
 *
 * @param of whether figures of remittances and control accounts are in the report, so that an event of theirs that was
 *   set aside makes it doubtful: their streams are then named among the accounts
 */
export async function trustIn(
  reader: Reader,
  scope: Scope,
  of: 'accounts' | 'everything' = 'accounts',
): Promise<Trust> {
  const concerned = of === 'everything' ? sql`true` : sql`starts_with(d.stream, ${accountStream('')})`;
  const inEntity =
    scope.entity === undefined
      ? sql`true`
      : sql`not exists (select 1 from ledger_read.accounts a
          where a.account_id = d.account_id and a.entity <> ${scope.entity})`;
  const { rows } = await sql<{ account_id: string }>`
    select distinct d.account_id from ledger_internal.dead_letters d
    where ${concerned} and ${inEntity} and ${inScope('d', { accountIds: scope.accountIds })}
    order by d.account_id limit ${NAMED_MAX}`.execute(reader);
  if (rows.length === 0) return { trustworthy: true };
  return { trustworthy: false, untrustworthyAccounts: rows.map((row) => row.account_id) };
}
