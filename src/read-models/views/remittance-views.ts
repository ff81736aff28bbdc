import { sql } from 'kysely';
import { CLAIM_STATUSES } from '../../../projections/remittance-claims-table.js';
import type { Queryable } from '../../database/database.js';
import { streamBeside } from '../../event-store/codec.js';
import { WORK_ITEM_KINDS, workItems } from '../queries/work-items-sql.js';
import { type View, literal, trustworthy } from './view.js';

/*
 * What payers' remittances say and what became of it. Codes, ids, dates and amounts: what a remittance says of people is
 * in none of its events.
 */

const MONEY = 'Exact, in the currency beside it';

const ofRemittance = (id: string): View['columns'][string] => ({
  is: trustworthy('', `${literal(streamBeside('remittance', ''))} || ${id}`).is,
  comment: 'False when an event of the remittance could not be projected: its figures are then incomplete.',
});

const remittances: View = {
  name: 'remittances',
  comment:
    'One row a remittance (one ST of an X12 835), with where its money is: posted + in_clearing = accepted + ' +
    'to_control_accounts.',
  from: 'from ledger_read.remittances r',
  columns: {
    remittance_id: { is: 'r.remittance_id', comment: 'The remittance; the same content has the same id' },
    status: { is: 'r.status', comment: 'posting, completed, or held when it does not balance' },
    payer_id: { is: 'r.payer_id', comment: 'The payer, as the ledger names it' },
    payer_name: { is: 'r.payer_name', comment: 'The payer, as the file names it' },
    provider_id: { is: 'r.provider_id', comment: 'Who was paid' },
    trace_number: { is: 'r.trace_number', comment: 'Number of the payment (TRN02)' },
    trace_payer_id: { is: 'r.trace_payer_id', comment: 'Who gave it that number (TRN03)' },
    amount: { is: 'r.amount', comment: `What was paid (BPR02), negative for a debit. ${MONEY}` },
    method: { is: 'r.method', comment: 'ACH, CHK … (BPR04)' },
    currency: { is: 'r.currency', comment: 'ISO 4217' },
    effective_on: { is: 'r.effective_on', comment: 'When its money counts' },
    received_on: { is: 'r.received_on', comment: 'When it came' },
    completed_on: { is: 'r.completed_on', comment: 'When every claim had an outcome' },
    reconciled_on: { is: 'r.reconciled_on', comment: 'When its payment was found in the bank' },
    deposit_id: {
      is: 'r.deposit_id',
      comment: 'The deposit that it was reconciled with; of several, the last',
    },
    claims: { is: 'r.claims', comment: 'How many claims it has' },
    claims_on_accounts: {
      is: 'r.adjudicated',
      comment: 'How many of them are recorded on accounts, those that wait or move nothing included',
    },
    total_claims: { is: 'r.total_claims', comment: `What it says was paid for claims (CLP04). ${MONEY}` },
    total_provider_adjustments: {
      is: 'r.total_provider_adjustments',
      comment: `What it says was kept back beside the claims (PLB). ${MONEY}`,
    },
    accepted: { is: 'r.accepted', comment: `Brought to Assets:RemittanceClearing. ${MONEY}` },
    posted: { is: 'r.cleared', comment: `Posted to accounts, less what was taken back there. ${MONEY}` },
    to_control_accounts: {
      is: 'r.controlled',
      comment: `Kept back by the payer, or (negative) owed to it. ${MONEY}`,
    },
    in_clearing: {
      is: 'r.accepted + r.controlled - r.cleared',
      comment: `What of it stands on Assets:RemittanceClearing. ${MONEY}`,
    },
    control_number: { is: 'r.control_number', comment: 'ST02' },
    version: { is: 'r.version', comment: 'Version of the implementation guide' },
    document_sha256: { is: 'r.document_sha256', comment: 'The file that it came in' },
    segment: { is: 'r.segment', comment: 'Its first segment in that file, from 1' },
    last_segment: { is: 'r.last_segment', comment: 'Its last segment in that file' },
    content_hash: { is: 'r.content_hash', comment: 'SHA-256 of what stands between ST and SE' },
    create_accounts: { is: 'r.create_accounts', comment: 'Whether accounts and charges were opened for it' },
    findings: { is: 'r.findings', comment: 'What was found about it as a whole' },
    recorded_at: { is: 'r.recorded_at', comment: 'When it was recorded' },
    trustworthy: ofRemittance('r.remittance_id'),
  },
};

const whileOpen = (column: string): string =>
  `case when c.status in ('suspended', 'rejected') then ${column} end`;

const remittanceClaims: View = {
  name: 'remittance_claims',
  comment: 'One row a claim of a remittance that has an outcome.',
  from: `from ledger_read.remittance_claims c
    left join ledger_read.account_history h on h.account_id = c.account_id and h.revision = c.revision`,
  columns: {
    remittance_id: { is: 'c.remittance_id', comment: 'The remittance' },
    claim: { is: 'c.claim', comment: 'Its number in the remittance, from 1' },
    segment: { is: 'c.segment', comment: 'Its first segment in the file' },
    status: { is: 'c.status', comment: CLAIM_STATUSES.join(', ') },
    reason: { is: whileOpen('c.reason'), comment: 'Why it is not posted; NULL for one on an account' },
    facts: { is: whileOpen('c.facts'), comment: 'What goes with the reason' },
    candidates: { is: whileOpen('c.candidates'), comment: 'The accounts that could be meant' },
    account_id: { is: 'c.account_id', comment: 'The account that it is recorded on' },
    adjudication_id: { is: 'c.adjudication_id', comment: 'Its id there; entries of it begin with that' },
    payer_id: { is: 'c.payer_id', comment: 'The payer, as the ledger names it' },
    payer_position: { is: 'c.payer_position', comment: 'primary, secondary or tertiary; NULL when not said' },
    claim_id: { is: 'c.claim_id', comment: "The provider's number of the claim (CLP01)" },
    payer_claim_number: { is: 'c.payer_claim_number', comment: "The payer's number of it (CLP07)" },
    claim_status: { is: 'c.claim_status', comment: 'CLP02; 22 takes back' },
    charge: { is: 'c.charge', comment: `CLP03. ${MONEY}` },
    paid: { is: 'c.paid', comment: `CLP04. ${MONEY}` },
    currency: { is: 'c.currency', comment: 'ISO 4217' },
    effective_on: { is: 'c.effective_on', comment: 'When it counts' },
    lines: {
      is: `coalesce(h.data->'lines', c.statement->'lines')`,
      comment: 'Its service lines with their adjustments, each with its charge where it has one',
    },
    findings: { is: 'c.findings', comment: 'What was found about it' },
    held: { is: 'c.held', comment: 'What of it is not posted, since it would have made a false credit' },
    held_count: { is: 'coalesce(c.held_count, 0)', comment: 'How many parts are held' },
    payment_id: { is: 'c.payment_id', comment: 'The payment that was posted for it' },
    reverses_remittance: { is: 'c.reverses_remittance', comment: 'What it takes back: the remittance' },
    reverses_claim: { is: 'c.reverses_claim', comment: 'What it takes back: the claim in that' },
    reversed_by_remittance: { is: 'c.reversed_by_remittance', comment: 'What took it back: the remittance' },
    reversed_by_claim: { is: 'c.reversed_by_claim', comment: 'What took it back: the claim in that' },
    resolution: {
      is: 'c.resolution',
      comment:
        'The last decision on it: assign (also where the ledger tried it again by itself), post or reject',
    },
    resolution_reason: { is: 'c.resolution_reason', comment: 'Why, as the caller wrote it' },
    resolved_on: { is: 'c.resolved_on', comment: 'When that counts' },
    recorded_at: { is: 'c.recorded_at', comment: 'When its outcome was last recorded' },
    trustworthy: ofRemittance('c.remittance_id'),
  },
};

const providerAdjustments: View = {
  name: 'provider_adjustments',
  comment: 'One row a provider adjustment (PLB) that is posted; the amounts stand on control accounts.',
  from: 'from ledger_read.provider_adjustments p',
  columns: {
    remittance_id: { is: 'p.remittance_id', comment: 'The remittance' },
    number: { is: 'p.number', comment: 'Its number in the remittance, from 1' },
    segment: { is: 'p.segment', comment: 'Its segment in the file' },
    control_account_id: { is: 'p.control_account_id', comment: 'Where it is posted' },
    provider_id: { is: 'p.provider_id', comment: 'Whom it concerns' },
    reason: { is: 'p.reason', comment: 'WO, FB, 72, CS, L6 … (PLB03-1)' },
    reference: { is: 'p.reference', comment: 'What it names (PLB03-2)' },
    currency: { is: 'p.currency', comment: 'ISO 4217' },
    amount: { is: 'p.amount', comment: `Positive: kept back by the payer. ${MONEY}` },
    claim: { is: 'p.claim', comment: 'The claim of the remittance that it names, if any' },
    recorded_at: { is: 'p.recorded_at', comment: 'When it was recorded' },
    trustworthy: ofRemittance('p.remittance_id'),
  },
};

const controlAccounts: View = {
  name: 'control_accounts',
  comment:
    'What each payer and provider have to settle beside the claims; the sum is Assets:PayerControl of the trial balance.',
  from: 'from ledger_read.control_accounts a',
  columns: {
    control_account_id: { is: 'a.control_account_id', comment: 'The control account' },
    currency: { is: 'a.currency', comment: 'ISO 4217' },
    payer_id: { is: 'a.payer_id', comment: 'The payer' },
    provider_id: { is: 'a.provider_id', comment: 'The provider' },
    balance: {
      is: 'a.balance',
      comment: `Positive: kept back by the payer. Negative: owed to it. ${MONEY}`,
    },
    last_on: { is: 'a.last_on', comment: 'Latest effective date of an entry' },
    recorded_at: { is: 'a.recorded_at', comment: 'When the last entry was recorded' },
    trustworthy: {
      is: trustworthy('', `${literal(streamBeside('control', ''))} || a.control_account_id`).is,
      comment: 'False when an entry of it could not be projected: its balance is then incomplete.',
    },
  },
};

const deposits: View = {
  name: 'deposits',
  comment: 'One row a deposit of the bank that a remittance should explain.',
  from: 'from ledger_read.deposits t',
  columns: {
    deposit_id: { is: 't.deposit_id', comment: 'The deposit' },
    trace_number: { is: 't.trace_number', comment: 'Number of the payment, as TRN02' },
    trace_payer_id: { is: 't.trace_payer_id', comment: 'Who gave it that number, as TRN03' },
    currency: { is: 't.currency', comment: 'ISO 4217' },
    amount: { is: 't.amount', comment: `Negative: the payer took it from the bank. ${MONEY}` },
    effective_on: { is: 't.effective_on', comment: 'When the bank had it' },
    reference: { is: 't.reference', comment: 'As the caller wrote it' },
    reconciled: { is: 't.reconciled', comment: `What remittances were reconciled with it for. ${MONEY}` },
    recorded_at: { is: 't.recorded_at', comment: 'When it was recorded' },
    trustworthy: {
      is: trustworthy('', `${literal(streamBeside('deposit', ''))} || t.deposit_id`).is,
      comment: 'False when an event of the deposit could not be projected.',
    },
  },
};

const workItemsView = (workItemsSql: string): View => ({
  name: 'work_items',
  comment:
    'What somebody has to do about remittances and deposits; a row goes when what it is about is settled.',
  from: `from (${workItemsSql}) w`,
  columns: {
    kind: { is: 'w.kind', comment: WORK_ITEM_KINDS.join(', ') },
    item_id: { is: 'w.item_id', comment: 'Stays the same as long as the item is there' },
    remittance_id: { is: 'w.remittance_id', comment: 'The remittance, if it is about one' },
    claim: { is: 'w.claim', comment: 'The claim in that' },
    account_id: { is: 'w.account_id', comment: 'The account that it is about' },
    charge_id: { is: 'w.charge_id', comment: 'The charge, for what is held of a line' },
    payment_id: { is: 'w.payment_id', comment: 'The payment that is not applied, or was posted by hand' },
    deposit_id: { is: 'w.deposit_id', comment: 'The deposit (of a trace with several, the first)' },
    payer_id: { is: 'w.payer_id', comment: 'The payer, as the ledger names it' },
    code: {
      is: 'w.code',
      comment: 'Why a claim is suspended, the first finding that stops, or group and reason of what is held',
    },
    amount: { is: 'w.amount', comment: `What it is about. ${MONEY}` },
    currency: { is: 'w.currency', comment: 'ISO 4217' },
    since: { is: 'w.since', comment: 'Effective date of what it is about' },
    what: { is: 'w.what', comment: 'What to do, in a sentence' },
    party: { is: 'w.party', comment: 'Whose credit it is, or who made the payment: patient, payer, other' },
    remittance_amount: {
      is: 'w.remittance_amount',
      comment: `What was paid with the remittance, where the amount is held against that. ${MONEY}`,
    },
  },
});

/** The views of remittances. */
export function remittanceViews(db: Queryable): View[] {
  return [
    remittances,
    remittanceClaims,
    providerAdjustments,
    controlAccounts,
    deposits,
    workItemsView(sql`${workItems}`.compile(db).sql),
  ];
}
