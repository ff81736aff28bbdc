import { sql } from 'kysely';
import { isCalendarDate } from '../../ledger/calendar.js';
import { comparedTrace } from '../../ledger/compared-trace.js';
import { formatMoney, money } from '../../ledger/money.js';
import type { ClaimDirectory, PaymentByHand, RemittancePayment } from './claim-directory.js';
import type { CurrentReadModels } from './current-read-models.js';

/** More accounts than these say no more than these do: somebody has to choose. */
const ACCOUNTS_MAX = 20;
const PAYMENTS_MAX = 20;

/** The directory over the read models `open-items` and `remittances`. */
export class DatabaseClaimDirectory implements ClaimDirectory {
  constructor(private readonly readModels: CurrentReadModels) {}

  catchUp(signal?: AbortSignal): Promise<void> {
    return this.readModels.caughtUp(signal);
  }

  async accountsOfClaims(claimIds: readonly string[]): Promise<Map<string, string[]>> {
    const wanted = [...new Set(claimIds)].filter(canBeKept);
    if (wanted.length === 0) return new Map();
    const rows = await this.readModels.rows(sql<{ claim_id: string; account_id: string }>`
      select w.claim_id, c.account_id
      from unnest(${wanted}::text[]) as w (claim_id)
      cross join lateral (
        select distinct c.account_id from ledger_read.charges c
        where c.claim_id = w.claim_id order by c.account_id limit ${ACCOUNTS_MAX}::int
      ) c
      order by w.claim_id, c.account_id`);
    const accounts = new Map<string, string[]>();
    for (const { claim_id, account_id } of rows) {
      const some = accounts.get(claim_id);
      if (some) some.push(account_id);
      else accounts.set(claim_id, [account_id]);
    }
    return accounts;
  }

  async accountsOfPayerClaim(payerId: string, payerClaimNumber: string): Promise<string[]> {
    if (payerClaimNumber === '' || !canBeKept(payerId) || !canBeKept(payerClaimNumber)) return [];
    const rows = await this.readModels.rows(sql<{ account_id: string }>`
      select distinct account_id from ledger_read.remittance_claims
      where payer_id = ${payerId} and payer_claim_number = ${payerClaimNumber} and account_id is not null
      order by account_id limit ${ACCOUNTS_MAX}::int`);
    return rows.map(({ account_id }) => account_id);
  }

  /** Each service has a charge of its own: two of the same day and amount are found where there are two charges. */
  async accountsOfServices(
    services: readonly { serviceDate: string; amount: string }[],
  ): Promise<{ accountId: string; chargeIds: string[] }[]> {
    if (services.length === 0 || !services.every(({ serviceDate }) => isCalendarDate(serviceDate))) return [];
    const rows = await this.readModels.rows(sql<{ account_id: string; charge_ids: string[] }>`
      with wanted as (
        select service_date, amount, count(*) as services
        from unnest(${services.map(({ serviceDate }) => serviceDate)}::date[],
          ${services.map(({ amount }) => amount)}::numeric[]) as w (service_date, amount)
        group by service_date, amount
      ),
      found as (
        select c.account_id, c.service_date, c.amount, array_agg(c.charge_id) as charge_ids
        from wanted w join ledger_read.charges c using (service_date, amount)
        group by c.account_id, c.service_date, c.amount, w.services
        having count(*) >= w.services
      )
      select f.account_id, array_agg(ids.charge_id order by ids.charge_id) as charge_ids
      from found f cross join lateral unnest(f.charge_ids) as ids (charge_id)
      group by f.account_id
      having count(distinct (f.service_date, f.amount)) = (select count(*) from wanted)
      order by f.account_id limit ${ACCOUNTS_MAX}::int`);
    return rows.map(({ account_id, charge_ids }) => ({ accountId: account_id, chargeIds: charge_ids }));
  }

  async accountsOfAdjudications(
    remittanceId: string,
    claims: readonly number[],
  ): Promise<Map<number, string>> {
    if (claims.length === 0) return new Map();
    const rows = await this.readModels.rows(sql<{ claim: number; account_id: string }>`
      select claim, account_id from ledger_read.remittance_claims
      where remittance_id = ${remittanceId} and claim = any (${claims}::int[]) and account_id is not null`);
    return new Map(rows.map(({ claim, account_id }) => [claim, account_id]));
  }

  async paymentsByHand(remittance: RemittancePayment): Promise<PaymentByHand[]> {
    const { remittanceId, payerId, currency } = remittance;
    const trace = comparedTrace(remittance.traceNumber);
    if (trace === '' || !canBeKept(trace) || !canBeKept(payerId)) return [];
    const rows = await this.readModels.rows(sql<{ account_id: string; payment_id: string; standing: string }>`
      select k.account_id, k.payment_id, k.standing::text as standing from ledger_read.payments_by_hand k
      where k.trace = ${trace} and k.currency = ${currency} and k.standing > 0
        and (k.payer_id = ${payerId} or exists (
          select 1 from ledger_read.remittance_claims c
          where c.account_id = k.account_id and c.remittance_id = ${remittanceId}
        ))
      order by k.account_id, k.payment_id limit ${PAYMENTS_MAX}::int`);
    return rows.map(({ account_id, payment_id, standing }) => ({
      accountId: account_id,
      paymentId: payment_id,
      amount: formatMoney(money(standing), currency),
    }));
  }
}

/** PostgreSQL keeps no text with a zero character, so none with one is there; asked for, it would be refused. */
function canBeKept(text: string): boolean {
  return !text.includes('\0');
}
