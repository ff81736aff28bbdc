import { type RawBuilder, sql } from 'kysely';

/** The accounts that an answer is about; nothing given means all. */
export interface Scope {
  entity?: string | undefined;
  accountIds?: readonly string[] | undefined;
}

/** Condition on a row that has `account_id`: its account is in the scope. */
export function inScope(alias: string, { entity, accountIds }: Scope): RawBuilder<unknown> {
  const accountId = sql`${sql.raw(alias)}.account_id`;
  const conditions: RawBuilder<unknown>[] = [];
  if (entity !== undefined) {
    conditions.push(
      sql`${accountId} in (select e.account_id from ledger_read.accounts e where e.entity = ${entity})`,
    );
  }
  if (accountIds?.length === 0) conditions.push(sql`false`);
  else if (accountIds?.length === 1) conditions.push(sql`${accountId} = ${accountIds[0]}`);
  else if (accountIds) conditions.push(sql`${accountId} in (${sql.join(accountIds)})`);
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}
