import { sql } from 'kysely';
import { claimStatement } from '../../ledger/claim-statement.js';
import type { RecordedFinding } from '../../ledger/remittance-events.js';
import type { CurrentReadModels } from './current-read-models.js';
import {
  type SuspendedStatement,
  TRIED_AGAIN,
  type UnfinishedRemittance,
  type UnfinishedWork,
} from './unfinished-work.js';

/** What is left to do, by the read model `remittances`. */
export class DatabaseUnfinishedWork implements UnfinishedWork {
  constructor(private readonly readModels: CurrentReadModels) {}

  async remittances(): Promise<UnfinishedRemittance[]> {
    const rows = await this.readModels.rows(sql<{ remittance_id: string; document_sha256: string }>`
      select remittance_id, document_sha256 from ledger_read.remittances
      where status in ('received', 'posting') order by position`);
    return rows.map((row) => ({ remittanceId: row.remittance_id, documentSha256: row.document_sha256 }));
  }

  /** A claim that is on an account and has a statement still was posted by a run that did not come to say so. */
  async suspendedClaims(limit: number): Promise<SuspendedStatement[]> {
    const rows = await this.readModels.rows(sql<{ statement: unknown; findings: RecordedFinding[] | null }>`
      select statement, findings from ledger_read.remittance_claims
      where statement is not null and resolution is distinct from 'reject'
        and (account_id is not null or status = 'suspended' and reason = any (${[...TRIED_AGAIN]}::text[]))
      order by position limit ${limit}::int`);
    return rows.map(({ statement, findings }) => ({
      statement: claimStatement.parse(statement),
      findings: findings ?? [],
    }));
  }

  /**
   * A rejection is carried out when its entry stands on the control account and nothing waits any more, a release when nothing is held, a posting
   * when the remittance says so.
   */
  async decisions(): Promise<{ remittanceId: string; resolutionId: string }[]> {
    const rows = await this.readModels.rows(sql<{ remittance_id: string; resolution_id: string }>`
      select c.remittance_id, c.resolution_id from ledger_read.remittance_claims c
      where c.resolution_id is not null and (
        (c.statement is not null and c.resolution <> 'reject')
        or (c.account_id is not null and c.held_count > 0)
        or (c.status = 'waiting' and c.resolution = 'reject')
        or (c.status = 'rejected' and c.paid <> 0 and not exists (
          select 1 from ledger_read.control_entries e
          where e.remittance_id = c.remittance_id and e.entry_id = '835.' || c.remittance_id || '.' || c.claim || '.rejected'
        ))
      )
      order by c.position`);
    return rows.map((row) => ({ remittanceId: row.remittance_id, resolutionId: row.resolution_id }));
  }
}
