import { type RawBuilder, sql } from 'kysely';
import { STAGE } from '../../../projections/remittance-claims-table.js';
import { PREDETERMINATION } from '../../ledger/claim-status.js';

/** The things that somebody has to do, and what each is, in a sentence. */
export const WORK_ITEMS = {
  remittance_held:
    'A remittance does not balance or cannot be read whole, so that nothing of it is posted: ask the payer for a corrected one.',
  claim_suspended:
    'A claim of a remittance is not posted, and its payment stands on the clearing account: see the code, and resolve it.',
  clearing_left:
    'A remittance is posted to its end, and the clearing account holds other money of it than its open claims were paid: where a payment was reversed by hand, post it anew or book the money to a control account; where a claim stands on two accounts (less than nothing is left), reverse one.',
  reversal_waits:
    'A payer takes back what has not come yet; it is posted with that, or resolve it when that never comes.',
  adjustment_held:
    'An adjustment of a remittance would have made a false credit and is not posted: post it after all, or reject it.',
  transfer_held:
    'A transfer of responsibility found nobody who owes the amount and is not posted: post it after all, or reject it.',
  payment_unapplied:
    'A payer paid more than was open, and the rest stands unapplied: apply it, refund it, or send it back.',
  payment_posted_by_hand:
    'A payment was posted by hand, and the remittance of the same trace has brought its money too, so that it counts twice: reverse the payment; if it is other money, post it anew with another reference.',
  credit_balance:
    'What a remittance did has left a credit of a patient or payer on the account: apply it, or pay it back.',
  deposit_without_remittance:
    'The bank has money of a payer, or a payer took some from it, for which no remittance has come: ask the payer for it, or correct the trace of the deposit.',
  deposit_differs: 'The deposits of a trace are not what its remittances say was paid: look at both.',
} as const;

export type WorkItemKind = keyof typeof WORK_ITEMS;
export const WORK_ITEM_KINDS = Object.keys(WORK_ITEMS) as WorkItemKind[];

/** A work item as a row. `item_id` stays the same as long as the item is there. */
export interface WorkItemRow {
  kind: WorkItemKind;
  item_id: string;
  remittance_id: string | null;
  claim: number | null;
  account_id: string | null;
  charge_id: string | null;
  payment_id: string | null;
  deposit_id: string | null;
  payer_id: string | null;
  code: string | null;
  amount: string | null;
  currency: string;
  since: string;
  what: string;
  /** Whose credit it is, or who made the payment. */
  party: 'patient' | 'payer' | 'other' | null;
  /** What was paid with the remittance (BPR02), where an item holds something else against it. */
  remittance_amount: string | null;
}

/** What differs between kinds; the columns that a kind has no use for are NULL. */
type Cells = Partial<Record<Exclude<keyof WorkItemRow, 'kind' | 'what'>, RawBuilder<unknown>>>;

const TYPES = {
  item_id: 'text',
  remittance_id: 'text',
  claim: 'integer',
  account_id: 'text',
  charge_id: 'text',
  payment_id: 'text',
  deposit_id: 'text',
  payer_id: 'text',
  code: 'text',
  amount: 'numeric',
  currency: 'text',
  since: 'date',
  party: 'text',
  remittance_amount: 'numeric',
} as const;

function items(kind: WorkItemKind, cells: Cells, from: RawBuilder<unknown>): RawBuilder<unknown> {
  const columns = Object.entries(TYPES).map(
    ([name, type]) =>
      sql`${cells[name as keyof typeof TYPES] ?? sql`null`}::${sql.raw(type)} as ${sql.id(name)}`,
  );
  return sql`select ${sql.lit(kind)}::text as kind, ${sql.join(columns)}, ${sql.lit(WORK_ITEMS[kind])}::text as what ${from}`;
}

const CLAIM = {
  remittance_id: sql`c.remittance_id`,
  claim: sql`c.claim`,
  account_id: sql`c.account_id`,
  payer_id: sql`c.payer_id`,
  currency: sql`c.currency`,
  since: sql`c.effective_on`,
} as const;

const claimId = (kind: WorkItemKind): RawBuilder<unknown> =>
  sql`${sql.lit(`${kind}:`)} || c.remittance_id || ':' || c.claim`;

/** Condition on a claim `c`: what it was paid beyond what was open is an item by itself. */
const holdsPayment = sql`c.held_count > 0 and c.held @> '[{"kind":"payment"}]'`;

/** Held parts of one kind; those of the same charge and codes are one item, so that its id does not hang on their order. */
function heldItems(kind: 'adjustment' | 'transfer'): RawBuilder<unknown> {
  const item = `${kind}_held` as const;
  const chargeId = sql`h.part->>'chargeId'`;
  const code = sql`nullif(concat_ws('-', h.part->>'groupCode', h.part->>'reasonCode'), '')`;
  return items(
    item,
    {
      ...CLAIM,
      item_id: sql`concat_ws(':', ${claimId(item)}, ${chargeId}, ${code})`,
      charge_id: chargeId,
      code,
      amount: sql`sum((h.part->>'amount')::numeric)`,
    },
    sql`from ledger_read.remittance_claims c
      cross join lateral jsonb_array_elements(c.held) as h(part)
      where c.held_count > 0 and h.part->>'kind' = ${sql.lit(kind)}
      group by c.remittance_id, c.claim, c.account_id, c.payer_id, c.currency, c.effective_on, ${chargeId}, ${code}`,
  );
}

/** A payment by hand with the remittance that brought it too: of the payer, or with a claim on the account of the payment. */
const BROUGHT_TWICE = sql`from (
    select distinct on (k.account_id, k.payment_id) k.account_id, k.payment_id, k.party, k.standing, k.currency,
      r.remittance_id, r.payer_id, r.amount, greatest(k.effective_on, r.effective_on) as since
    from ledger_read.payments_by_hand k
    join ledger_read.remittances r on ltrim(btrim(r.trace_number), '0') = k.trace and r.currency = k.currency
    cross join lateral (
      select exists (select 1 from ledger_read.remittance_claims c
        where c.account_id = k.account_id and c.remittance_id = r.remittance_id) as is_there
    ) account
    where k.standing > 0 and r.accepted > 0 and (r.payer_id = k.payer_id or account.is_there)
    order by k.account_id, k.payment_id, account.is_there desc, r.position
  ) k`;

/**
 * Credits by account and owner: shares below nothing of charges that a remittance decided on, and what payments of
 * remittances left unapplied, if that is no item by itself. A share is a credit since the day on which it was one last
 * without having been one the day before.
 */
const CREDITS = sql`from (
    select account_id, party, payer_id, currency, sum(amount) as amount, min(since) as since
    from (
      select s.account_id, s.party, s.payer_id, s.currency, -s.balance as amount, credit.since
      from ledger_read.shares s
      cross join lateral (
        select max(day.effective_on) as since from (
          select l.effective_on, sum(l.amount) as change, sum(sum(l.amount)) over (order by l.effective_on) as balance
          from ledger_read.journal_lines l
          where l.account_id = s.account_id and l.charge_id = s.charge_id and l.party = s.party
            and l.payer_id = s.payer_id and l.payer_position = s.payer_position
          group by l.effective_on
        ) day where day.balance < 0 and day.balance - day.change >= 0
      ) credit
      where s.balance < 0 and exists (
        select 1 from ledger_read.remittance_claims c
        join ledger_read.account_history h on h.account_id = c.account_id and h.revision = c.revision
        where c.account_id = s.account_id and c.stage = ${sql.lit(STAGE.posted)}
          and h.data->'lines' @> jsonb_build_array(jsonb_build_object('chargeId', s.charge_id))
      )
      union all
      select u.account_id, u.party, u.payer_id, u.currency, u.amount, c.effective_on
      from ledger_read.unapplied_credits u
      join ledger_read.remittance_claims c on c.account_id = u.account_id and c.payment_id = u.payment_id
      where u.amount > 0 and not (${holdsPayment})
    ) credits
    group by account_id, party, payer_id, currency
  ) b`;

const STATED = sql`
  from ledger_read.remittances r
  where r.trace_number = t.trace_number and r.trace_payer_id = t.trace_payer_id and r.currency = t.currency`;

/**
 * Every work item, as rows with the columns of {@link WorkItemRow}: each is there as long as what it is about is so, and
 * goes by itself. Constants only, so that it can be the text of a view.
 */
export const workItems: RawBuilder<unknown> = sql.join(
  [
    items(
      'remittance_held',
      {
        item_id: sql`'remittance_held:' || r.remittance_id`,
        remittance_id: sql`r.remittance_id`,
        payer_id: sql`r.payer_id`,
        code: sql`(select f.found->>'code' from jsonb_array_elements(r.findings) with ordinality as f(found, n)
          where f.found->>'severity' = 'stops' order by f.n limit 1)`,
        amount: sql`r.amount`,
        currency: sql`r.currency`,
        since: sql`r.received_on`,
      },
      sql`from ledger_read.remittances r where r.status = 'held'`,
    ),
    items(
      'claim_suspended',
      { ...CLAIM, item_id: claimId('claim_suspended'), code: sql`c.reason`, amount: sql`c.paid` },
      sql`from ledger_read.remittance_claims c where c.stage = ${sql.lit(STAGE.suspended)}`,
    ),
    items(
      'clearing_left',
      {
        item_id: sql`'clearing_left:' || r.remittance_id`,
        remittance_id: sql`r.remittance_id`,
        payer_id: sql`r.payer_id`,
        amount: sql`r.accepted + r.controlled - r.cleared - coalesce(o.paid, 0)`,
        currency: sql`r.currency`,
        since: sql`r.completed_on`,
        remittance_amount: sql`r.amount`,
      },
      sql`from ledger_read.remittances r
        left join (
          select c.remittance_id, sum(c.paid) as paid from ledger_read.remittance_claims c
          where c.stage in (${sql.lit(STAGE.suspended)}, ${sql.lit(STAGE.waiting)}) and c.claim_status <> ${sql.lit(PREDETERMINATION)}
          group by c.remittance_id
        ) o using (remittance_id)
        where r.status = 'completed' and r.accepted + r.controlled - r.cleared <> coalesce(o.paid, 0)`,
    ),
    items(
      'reversal_waits',
      { ...CLAIM, item_id: claimId('reversal_waits'), amount: sql`c.paid` },
      sql`from ledger_read.remittance_claims c where c.stage = ${sql.lit(STAGE.waiting)}`,
    ),
    heldItems('adjustment'),
    heldItems('transfer'),
    items(
      'payment_unapplied',
      {
        ...CLAIM,
        item_id: claimId('payment_unapplied'),
        payment_id: sql`u.payment_id`,
        amount: sql`u.amount`,
      },
      sql`from ledger_read.remittance_claims c
        join ledger_read.unapplied_credits u on u.account_id = c.account_id and u.payment_id = c.payment_id
        where ${holdsPayment} and u.amount > 0`,
    ),
    items(
      'payment_posted_by_hand',
      {
        item_id: sql`concat_ws(':', 'payment_posted_by_hand', k.account_id, k.payment_id)`,
        remittance_id: sql`k.remittance_id`,
        account_id: sql`k.account_id`,
        payment_id: sql`k.payment_id`,
        payer_id: sql`k.payer_id`,
        amount: sql`k.standing`,
        currency: sql`k.currency`,
        since: sql`k.since`,
        party: sql`k.party`,
        remittance_amount: sql`k.amount`,
      },
      BROUGHT_TWICE,
    ),
    items(
      'credit_balance',
      {
        item_id: sql`concat_ws(':', 'credit_balance', b.account_id, b.party, nullif(b.payer_id, ''))`,
        account_id: sql`b.account_id`,
        payer_id: sql`nullif(b.payer_id, '')`,
        amount: sql`b.amount`,
        currency: sql`b.currency`,
        since: sql`b.since`,
        party: sql`b.party`,
      },
      CREDITS,
    ),
    items(
      'deposit_without_remittance',
      {
        item_id: sql`'deposit_without_remittance:' || t.deposit_id`,
        deposit_id: sql`t.deposit_id`,
        amount: sql`t.amount`,
        currency: sql`t.currency`,
        since: sql`t.effective_on`,
      },
      sql`from ledger_read.deposits t where not exists (select 1 ${STATED})`,
    ),
    // While one of the trace is still being posted, more of it may be to come; one that is held is an item by itself.
    items(
      'deposit_differs',
      {
        item_id: sql`'deposit_differs:' || t.deposit_id`,
        deposit_id: sql`t.deposit_id`,
        amount: sql`t.amount - s.amount`,
        currency: sql`t.currency`,
        since: sql`t.effective_on`,
      },
      sql`from (
          select trace_number, trace_payer_id, currency, min(deposit_id) as deposit_id, sum(amount) as amount,
            max(effective_on) as effective_on
          from ledger_read.deposits group by trace_number, trace_payer_id, currency
        ) t
        cross join lateral (
          select sum(r.amount) as stated, sum(r.amount) filter (where r.status = 'completed') as amount,
            bool_and(r.status in ('completed', 'held')) as complete
          ${STATED}
        ) s
        where s.complete and t.amount not in (s.amount, s.stated)`,
    ),
  ],
  sql` union all `,
);
