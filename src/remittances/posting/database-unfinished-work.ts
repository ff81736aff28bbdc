import { sql } from 'kysely';
import { claimStatement } from '../../ledger/claim-statement.js';
import { PREDETERMINATION } from '../../ledger/claim-status.js';
import type { RecordedFinding } from '../../ledger/remittance-events.js';
import type { Position } from '../../event-store/event-store.js';
import type { CurrentReadModels } from './current-read-models.js';
import {
  type ClaimKey,
  type SuspendedStatement,
  TRIED_AGAIN,
  type UnfinishedRemittance,
  type UnfinishedWork,
} from './unfinished-work.js';

/** Ids of more bytes are no longer encoded so that they could be read back, see `ledgerId`. */
const ENCODED_BYTES_MAX = 45;

/** What is left to do, by the read model `remittances`. */
export class DatabaseUnfinishedWork implements UnfinishedWork {
  constructor(private readonly readModels: CurrentReadModels) {}

  async remittances(): Promise<UnfinishedRemittance[]> {
    const rows = await this.readModels.rows(sql<{
      remittance_id: string;
      document_sha256: string;
      progress: string;
    }>`
      select r.remittance_id, r.document_sha256, concat_ws(' ', r.status, r.adjudicated, (
          select count(*) from ledger_read.remittance_claims c where c.remittance_id = r.remittance_id
        )) as progress
      from ledger_read.remittances r where r.status in ('received', 'posting') order by r.position`);
    return rows.map(({ remittance_id, document_sha256, progress }) => ({
      remittanceId: remittance_id,
      documentSha256: document_sha256,
      progress,
    }));
  }

  async upTo(): Promise<Position | undefined> {
    const [checkpoint] = await this.readModels.rows(sql<{ position: string | null }>`
      select position::text as position from ledger_internal.checkpoint`);
    return checkpoint?.position ?? undefined;
  }

  /**
   * A claim that is on an account and has a statement still was posted by a run that did not come to say so.
   *
   * The account that is called as a claim is has CLP01 for its id, or that encoded, as `ledgerId` does it; claims whose
   * CLP01 is too long to be encoded, which no standard allows, are always named.
   */
  async toTryAgain(since: Position | undefined, ofThese: readonly string[]): Promise<ClaimKey[]> {
    const rows = await this.readModels.rows(sql<{ remittance_id: string; claim: number }>`
      with tried as materialized (
        select c.remittance_id, c.claim, c.position, c.account_id, c.claim_id, c.payer_id, c.payer_claim_number,
          c.statement, c.statement ->> 'originalClaimNumber' as original_claim_number,
          greatest(r.position, ${since ?? null}::bigint) as since,
          case when c.claim_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' and c.claim_id !~ '^(enc|sha):' then c.claim_id
            else 'enc:' || rtrim(translate(encode(convert_to(c.claim_id, 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
          end as own_id
        from ledger_read.remittance_claims c join ledger_read.remittances r using (remittance_id)
        where c.statement is not null and c.resolution is distinct from 'reject'
          and (c.account_id is not null or c.status = 'suspended' and c.reason = any (${[...TRIED_AGAIN]}::text[]))
      ),
      touched as (
        select t.remittance_id, t.claim
        from tried t join ledger_read.accounts a on a.account_id = t.own_id
        where a.position > t.since
        union
        select t.remittance_id, t.claim
        from tried t join ledger_read.charges h on h.claim_id = t.claim_id
        join ledger_read.accounts a on a.account_id = h.account_id
        where a.position > t.since
        union
        select t.remittance_id, t.claim
        from tried t
        cross join lateral (values (t.payer_claim_number), (t.original_claim_number)) as n (number)
        join ledger_read.remittance_claims p on p.payer_id = t.payer_id and p.payer_claim_number = n.number
        join ledger_read.accounts a on a.account_id = p.account_id
        where a.position > t.since and n.number <> ''
        union
        select t.remittance_id, t.claim
        from tried t
        cross join lateral jsonb_to_recordset(t.statement -> 'lines') as l("serviceDate" date, charge numeric)
        join ledger_read.charges h on h.service_date = l."serviceDate" and h.amount = abs(l.charge)
        join ledger_read.accounts a on a.account_id = h.account_id
        where a.position > t.since and l.charge <> 0
      )
      select t.remittance_id, t.claim from tried t
      where t.account_id is not null or t.remittance_id = any (${[...ofThese]}::text[])
        or octet_length(t.claim_id) > ${ENCODED_BYTES_MAX}::int
        or (t.remittance_id, t.claim) in (select u.remittance_id, u.claim from touched u)
      order by t.position`);
    return rows.map((row) => ({ remittanceId: row.remittance_id, claim: row.claim }));
  }

  async statements(claims: readonly ClaimKey[]): Promise<SuspendedStatement[]> {
    const rows = await this.readModels.rows(sql<{ statement: unknown; findings: RecordedFinding[] | null }>`
      select c.statement, c.findings
      from unnest(${claims.map(({ remittanceId }) => remittanceId)}::text[], ${claims.map(({ claim }) => claim)}::int[])
        with ordinality as w (remittance_id, claim, n)
      join ledger_read.remittance_claims c using (remittance_id, claim)
      where c.statement is not null and c.resolution is distinct from 'reject'
      order by w.n`);
    return rows.map(({ statement, findings }) => ({
      statement: claimStatement.parse(statement),
      findings: findings ?? [],
    }));
  }

  /**
   * A rejection of what stood on clearing is carried out when its entry stands on the control account, a decision on what
   * is held or waits when the account says so, a posting when the remittance says what it came to.
   */
  async decisions(): Promise<{ remittanceId: string; resolutionId: string }[]> {
    const rows = await this.readModels.rows(sql<{ remittance_id: string; resolution_id: string }>`
      select c.remittance_id, c.resolution_id from ledger_read.remittance_claims c
      where c.resolution_id is not null and case c.status
        when 'rejected' then c.paid <> 0 and c.claim_status <> ${PREDETERMINATION} and not exists (
          select 1 from ledger_read.control_entries e
          where e.remittance_id = c.remittance_id and e.entry_id = '835.' || c.remittance_id || '.' || c.claim || '.rejected'
        )
        else c.open_resolution_id is not null and (c.statement is null or c.resolution <> 'reject')
      end
      order by c.position`);
    return rows.map((row) => ({ remittanceId: row.remittance_id, resolutionId: row.resolution_id }));
  }
}
