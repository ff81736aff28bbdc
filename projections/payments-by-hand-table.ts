import { negated } from '../src/ledger/add-amounts.js';
import { comparedTrace } from '../src/ledger/compared-trace.js';
import type { AccountEvent } from '../src/ledger/events.js';
import { ownerOf } from '../src/ledger/party.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { ownerColumns } from './party-columns.js';
import type { Change, Row, Table } from './projection.js';

/**
 * Payments that no remittance brought, with the trace that they name: what a remittance of the same trace would count a
 * second time. Rows without a trace are of payments that name none, of which something was paid back or taken back.
 */
export const PAYMENTS_BY_HAND: Table = {
  name: 'payments_by_hand',
  key: ['account_id', 'payment_id'],
  columns: {
    account_id: 'text',
    payment_id: 'text',
    party: 'text',
    payer_id: 'text',
    /** The reference as {@link comparedTrace} has it. */
    trace: 'text',
    currency: 'text',
    /** What of it is still with us: neither taken back nor, from its unapplied rest, paid back. */
    standing: 'numeric',
    effective_on: 'date',
  },
  indexes: [{ columns: ['trace'], where: 'trace is not null' }],
};

/** What an event of an account does to the payments that were posted by hand. */
export function paymentByHandChanges({ accountId, event }: RecordedEvent): Change[] {
  const change = (paymentId: string, amount: string, set: Row = {}): Change => ({
    table: 'payments_by_hand',
    key: { account_id: accountId, payment_id: paymentId },
    set,
    add: { standing: amount },
  });
  if (event.type === 'PaymentPosted') {
    const { paymentId, from, reference, amount, currency, effectiveOn, remittance } = event.data;
    const trace = comparedTrace(reference ?? '');
    if (remittance !== undefined || trace === '' || from.party === 'patient') return [];
    const { party, payer_id } = ownerColumns(ownerOf(from)) as { party: string; payer_id: string };
    return [change(paymentId, amount, { party, payer_id, trace, currency, effective_on: effectiveOn })];
  }
  return [...cashOfPayments(event)].map(({ paymentId, amount }) => change(paymentId, amount));
}

/** The cash, signed, that an event takes from payments, or gives back to them. */
function* cashOfPayments(event: AccountEvent): Iterable<{ paymentId: string; amount: string }> {
  if (event.type === 'RefundIssued') {
    for (const { source, amount } of event.data.refunded) {
      if ('paymentId' in source) yield { paymentId: source.paymentId, amount: negated(amount) };
    }
  } else if (event.type === 'EntryReversed') {
    for (const { of, debit, credit, amount } of event.data.movements) {
      if (credit.account === 'Assets:Cash') yield { paymentId: of, amount: negated(amount) };
      // A refund was taken back: its money stands with the payment again.
      else if (debit.account === 'Assets:Cash' && 'paymentId' in credit)
        yield { paymentId: credit.paymentId, amount };
    }
  }
}
