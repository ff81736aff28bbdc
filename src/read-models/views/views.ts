import type { Queryable } from '../../database/database.js';
import { sql } from 'kysely';
import { openItems } from '../queries/open-items-sql.js';
import type { Extent } from '../queries/road.js';
import { remittanceViews } from './remittance-views.js';
import { type View, orNull, partyColumns, trustworthy } from './view.js';

/** All that is recorded, future dates included: no clock has to be named. */
const EVERYTHING: Extent = {
  road: 'kept',
  clocks: { asOf: sql.raw(`date 'infinity'`), knownAt: undefined },
  scope: {},
};

const MONEY = 'Exact, in the currency beside it';

const accounts: View = {
  name: 'accounts',
  comment: 'One row an account: what it comes to, all that is recorded (future dates included).',
  from: 'from ledger_read.accounts a',
  columns: {
    account_id: { is: 'a.account_id', comment: 'The account' },
    currency: { is: 'a.currency', comment: 'ISO 4217; all amounts of the account are in it' },
    entity: { is: 'a.entity', comment: 'The legal entity whose books it is in' },
    patient_ref: { is: 'a.patient_ref', comment: 'Opaque reference to the patient, no name' },
    opened_on: { is: 'a.opened_on', comment: 'Day the account was opened' },
    balance: { is: 'a.balance', comment: `Sum of shares less unapplied. ${MONEY}` },
    unapplied: { is: 'a.unapplied', comment: `Money received and not yet applied. ${MONEY}` },
    charges: { is: 'a.charges', comment: 'Net of reversals' },
    payments: { is: 'a.payments', comment: 'Net of reversals' },
    adjustments: { is: 'a.adjustments', comment: 'Net of reversals and of debit adjustments' },
    refunds: {
      is: 'a.refunds',
      comment: 'Net of reversals; balance = charges - payments - adjustments + refunds',
    },
    last_activity_on: { is: 'a.last_activity_on', comment: 'Latest effective date of an event' },
    revision: { is: 'a.revision', comment: 'Place of the last event in the stream of the account, from 0' },
    recorded_at: { is: 'a.recorded_at', comment: 'When the last event was recorded' },
    trustworthy: trustworthy('a'),
  },
};

const accountShares: View = {
  name: 'account_shares',
  comment: 'What each party owes of each account; the sum is balance + unapplied of the account.',
  from: 'from ledger_read.account_shares s',
  columns: {
    account_id: { is: 's.account_id', comment: 'The account' },
    ...partyColumns('s'),
    currency: { is: 's.currency', comment: 'ISO 4217' },
    balance: { is: 's.balance', comment: `Negative for a credit. ${MONEY}` },
    trustworthy: trustworthy('s'),
  },
};

const openItemsView = (openItemsSql: string): View => ({
  name: 'open_items',
  comment:
    'The open part of each charge by party and by day of responsibility; a credit on a share is a negative row ' +
    'without that day. All that is recorded; for a past date use ledger.open_items_at.',
  from: `from (${openItemsSql}) i
    left join ledger_read.charges c on c.account_id = i.account_id and c.charge_id = i.charge_id`,
  columns: {
    account_id: { is: 'i.account_id', comment: 'The account' },
    charge_id: { is: 'i.charge_id', comment: 'The charge' },
    ...partyColumns('i'),
    currency: { is: 'i.currency', comment: 'ISO 4217' },
    amount: { is: 'i.amount', comment: `Open, or negative for a credit. ${MONEY}` },
    since_on: {
      is: 'i.since_on',
      comment: 'Since when the party is responsible for this part; NULL for a credit',
    },
    service_date: { is: 'i.service_date', comment: 'Day of the service' },
    posted_on: { is: 'i.posted_on', comment: 'Effective date of the charge' },
    code_system: { is: 'c.code_system', comment: 'CPT, HCPCS, REV …' },
    code: { is: 'c.code', comment: 'What was charged for' },
    claim_id: { is: 'c.claim_id', comment: 'The claim the charge is on, if any' },
    description: { is: 'c.description', comment: 'As the caller wrote it' },
    trustworthy: trustworthy('i'),
  },
});

const journalLines: View = {
  name: 'journal_lines',
  comment: 'Every journal line ever written; within an entry and an effective date debits equal credits.',
  from: 'from ledger_read.journal_lines l',
  columns: {
    position: { is: 'l.position', comment: 'Place of the event in the log; belongs to one event store' },
    line_no: { is: 'l.line_no', comment: 'Place in the entry, from 0' },
    account_id: {
      is: 'l.account_id',
      comment: 'The patient account; NULL for lines of remittances and control accounts',
    },
    revision: { is: 'l.revision', comment: 'Place of the event in its stream' },
    entry_id: {
      is: 'l.entry_id',
      comment:
        "The caller's id of the event; of the remittance or the control entry where there is no account",
    },
    event_type: { is: 'l.event_type', comment: 'ChargePosted, PaymentPosted …' },
    gl_account: { is: 'l.gl_account', comment: 'Account of the general ledger' },
    currency: { is: 'l.currency', comment: 'ISO 4217' },
    debit: { is: 'greatest(l.amount, 0)', comment: `0 on a credit line. ${MONEY}` },
    credit: { is: 'greatest(-l.amount, 0)', comment: `0 on a debit line. ${MONEY}` },
    effective_on: { is: 'l.effective_on', comment: 'When it counts' },
    recorded_at: { is: 'l.recorded_at', comment: 'When it was recorded' },
    charge_id: { is: 'l.charge_id', comment: 'The charge, on receivables' },
    payment_id: { is: 'l.payment_id', comment: 'The payment, on unapplied money' },
    ...partyColumns('l'),
    party_name: { is: orNull('l.party_name'), comment: 'Who paid, where it is neither patient nor payer' },
    since_on: {
      is: 'l.since_on',
      comment: 'Where the line makes a party responsible (or takes that back): since when',
    },
    trustworthy: trustworthy('l', 'coalesce(l.account_id, l.stream)'),
    stream: {
      is: 'l.stream',
      comment: 'The stream of the remittance or control account; NULL for lines of an account',
    },
  },
};

const accountHistory: View = {
  name: 'account_history',
  comment: 'Every event of every account in order, what it did to the balance, and the balance after it.',
  from: 'from ledger_read.account_history h left join ledger_read.accounts a on a.account_id = h.account_id',
  columns: {
    account_id: { is: 'h.account_id', comment: 'The account' },
    revision: { is: 'h.revision', comment: 'Place in the stream of the account, from 0' },
    position: { is: 'h.position', comment: 'Place in the log; belongs to one event store' },
    type: { is: 'h.type', comment: 'ChargePosted, PaymentPosted …' },
    entry_id: { is: 'h.entry_id', comment: "The caller's id of the event" },
    effective_on: { is: 'h.effective_on', comment: 'When it counts' },
    recorded_at: { is: 'h.recorded_at', comment: 'When it was recorded' },
    actor: { is: 'h.actor', comment: 'Who sent it, as far as is known' },
    description: { is: 'h.description', comment: 'In a few words' },
    currency: { is: 'coalesce(h.currency, a.currency)', comment: 'ISO 4217' },
    amount: { is: 'h.amount', comment: `What it did to the balance. ${MONEY}` },
    running_balance: { is: 'h.running_balance', comment: 'Balance after it, in the order of recording' },
    data: { is: 'h.data', comment: 'The event as it is stored' },
    trustworthy: trustworthy('h'),
  },
};

/** Lines of denials with what is open: lines on one charge share what is open there, the first of them first. */
const DENIAL_LINES = `(
  select d.*, l.line_no, l.charge_id, l.amount, l.group_code, l.reason_code, l.remark_codes,
    least(l.amount, greatest(0, coalesce(o.open, 0) - coalesce(sum(l.amount) over (
      partition by l.account_id, l.denial_id, l.charge_id order by l.line_no
      rows between unbounded preceding and 1 preceding), 0))) as open_amount
  from ledger_read.denials d
  join ledger_read.denial_lines l using (account_id, denial_id)
  left join lateral (
    select sum(s.balance) as open from ledger_read.shares s
    where s.account_id = l.account_id and s.charge_id = l.charge_id
      and s.party = 'payer' and s.payer_id = d.payer_id and s.balance > 0
  ) o on true
)`;

const denialColumns: View['columns'] = {
  account_id: { is: 'n.account_id', comment: 'The account' },
  denial_id: { is: 'n.denial_id', comment: 'The denial' },
  payer_id: { is: 'n.payer_id', comment: 'Who denied' },
  claim_id: { is: 'n.claim_id', comment: 'The claim, if any' },
  currency: { is: 'n.currency', comment: 'ISO 4217' },
  denied_on: { is: 'n.denied_on', comment: 'Effective date of the denial' },
  status: {
    is: 'n.status',
    comment: 'open, appealed, upheld, overturned, written_off, transferred or rebilled: as last recorded',
  },
  level: { is: 'n.level', comment: 'Level of the last appeal; 0 before the first' },
  appeal_by: { is: 'n.appeal_by', comment: 'Deadline of the appeal, if any' },
  respond_by: { is: 'n.respond_by', comment: 'When the payer should answer the last appeal' },
  resolved_on: { is: 'n.resolved_on', comment: 'Effective date of the last resolution' },
  resolved_by: { is: 'n.resolved_by', comment: 'The adjustment or transfer that did it' },
};

const denials: View = {
  name: 'denials',
  comment:
    'One row a denial, with the denied amount and what is still open of it. Lines: ledger.denial_lines.',
  from: `from ledger_read.denials n
    left join (
      select account_id, denial_id, sum(amount) as amount, sum(open_amount) as open_amount,
        count(*) as lines, string_agg(distinct group_code || '-' || reason_code, ' ') as reasons
      from ${DENIAL_LINES} x group by account_id, denial_id
    ) s on s.account_id = n.account_id and s.denial_id = n.denial_id`,
  columns: {
    ...denialColumns,
    lines: { is: 'coalesce(s.lines, 0)', comment: 'How many lines were denied' },
    reasons: { is: 's.reasons', comment: 'Group and reason codes of all lines, such as CO-197' },
    amount: { is: 'coalesce(s.amount, 0)', comment: `Denied. ${MONEY}` },
    open_amount: {
      is: 'coalesce(s.open_amount, 0)',
      comment: "The smaller of the denied amount and the payer's open share, charge by charge",
    },
    trustworthy: trustworthy('n'),
  },
};

const denialLines: View = {
  name: 'denial_lines',
  comment: 'One row a denied line, with the status of its denial and what is still open of it.',
  from: `from ${DENIAL_LINES} n`,
  columns: {
    ...denialColumns,
    line_no: { is: 'n.line_no', comment: 'Place in the denial, from 0' },
    charge_id: { is: 'n.charge_id', comment: 'The charge' },
    group_code: { is: 'n.group_code', comment: 'CO, PR, OA or PI' },
    reason_code: { is: 'n.reason_code', comment: 'Claim adjustment reason code' },
    remark_codes: { is: 'n.remark_codes', comment: 'Remittance advice remark codes, with spaces between' },
    amount: { is: 'n.amount', comment: `Denied. ${MONEY}` },
    open_amount: { is: 'n.open_amount', comment: "What is still open of it on the payer's shares" },
    trustworthy: trustworthy('n'),
  },
};

const projectionStatus: View = {
  name: 'projection_status',
  comment: 'How far the tables behind these views are.',
  from: 'from ledger_internal.projections p',
  columns: {
    projection: { is: 'p.name', comment: 'The projection' },
    version: { is: 'p.version', comment: 'Version of its rules' },
    generation: { is: 'p.generation', comment: 'Rises with every rebuild' },
    position: { is: 'p.position', comment: 'Place in the log up to which everything is in' },
    recorded_at: { is: 'p.recorded_at', comment: 'When the last event that is in was recorded' },
    updated_at: { is: 'p.updated_at', comment: 'When it was last written' },
    set_aside: {
      is: '(select count(*) from ledger_internal.dead_letters)',
      comment: 'Events that could not be projected, of all projections',
    },
  },
};

/** Every view, in an order in which they can be made. */
export function viewsFor(db: Queryable): View[] {
  const openItemsSql = sql`${openItems(EVERYTHING)}`.compile(db).sql;
  return [
    accounts,
    accountShares,
    openItemsView(openItemsSql),
    journalLines,
    accountHistory,
    denialLines,
    denials,
    ...remittanceViews(db),
    projectionStatus,
  ];
}
