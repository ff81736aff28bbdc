import { type AccountEvent, effectiveOnOf } from '../src/ledger/events.js';
import { type Money, ZERO } from '../src/ledger/money.js';
import { balanceEffectOf, movementsOf } from '../src/ledger/movements.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { PARTY_COLUMNS, PARTY_KEY, partyColumns } from './party-columns.js';
import type { Change, Projection } from './projection.js';

/** The balance of every account, in total, by party and by kind of entry. */
export const balances: Projection = {
  name: 'balances',
  version: 2,
  tables: [
    {
      name: 'accounts',
      key: ['account_id'],
      columns: {
        account_id: 'text',
        currency: 'text',
        entity: 'text',
        patient_ref: 'text',
        opened_on: 'date',
        balance: 'numeric',
        unapplied: 'numeric',
        charges: 'numeric',
        payments: 'numeric',
        adjustments: 'numeric',
        refunds: 'numeric',
        last_activity_on: 'date',
        revision: 'bigint',
        position: 'bigint',
        recorded_at: 'timestamptz',
      },
      indexes: [{ columns: ['entity', 'account_id'] }],
    },
    {
      name: 'account_shares',
      key: ['account_id', ...PARTY_KEY],
      columns: { account_id: 'text', ...PARTY_COLUMNS, currency: 'text', balance: 'numeric' },
    },
  ],
  changesOf(recorded) {
    return [accountChange(recorded), ...shareChanges(recorded)];
  },
};

function accountChange({ accountId, event, revision, position, recordedAt }: RecordedEvent): Change {
  const totals = totalsOf(event);
  return {
    table: 'accounts',
    key: { account_id: accountId },
    set: { ...openedColumns(event), revision, position, recorded_at: recordedAt },
    add: Object.fromEntries(Object.entries(totals).map(([column, amount]) => [column, amount.toFixed()])),
    max: { last_activity_on: effectiveOnOf(event) },
  };
}

function openedColumns(event: AccountEvent): Change['set'] {
  if (event.type !== 'AccountOpened') return {};
  const { currency, entity, openedOn, patientRef } = event.data;
  return { currency, entity, opened_on: openedOn, patient_ref: patientRef ?? null };
}

/** Where payments come from: cash, or what a remittance brought as one sum. */
const MONEY_IN: ReadonlySet<string> = new Set(['Assets:Cash', 'Assets:RemittanceClearing']);

/** Net of reversals: balance = charges - payments - adjustments + refunds. */
function totalsOf(event: AccountEvent): Record<string, Money> {
  const movements = movementsOf(event);
  let [unapplied, charges, adjustments, cash] = [ZERO, ZERO, ZERO, ZERO];
  let [payments, refunds] = [ZERO, ZERO];
  for (const { debit, credit, amount } of movements) {
    if ('paymentId' in debit) unapplied = unapplied.minus(amount);
    if ('paymentId' in credit) unapplied = unapplied.plus(amount);
    for (const [place, sign] of [[debit, -1] as const, [credit, 1] as const]) {
      const signed = sign === 1 ? ZERO.plus(amount) : ZERO.minus(amount);
      if (place.account === 'Income:Charges') charges = charges.plus(signed);
      else if (MONEY_IN.has(place.account)) cash = cash.minus(signed);
      else if (!('chargeId' in place || 'paymentId' in place)) adjustments = adjustments.minus(signed);
    }
  }
  // Cash comes in by payments and goes out by refunds; a reversal takes the one or the other back.
  const refund = event.type === 'RefundIssued' || (event.type === 'EntryReversed' && cash.greaterThan(0));
  if (refund) refunds = cash.negated();
  else payments = cash;
  return { balance: balanceEffectOf(movements), unapplied, charges, payments, adjustments, refunds };
}

function shareChanges({ accountId, event }: RecordedEvent): Change[] {
  const currency = 'currency' in event.data ? event.data.currency : '';
  return movementsOf(event).flatMap(({ debit, credit, amount }) =>
    [[debit, amount] as const, [credit, `-${amount}`] as const].flatMap(([place, signed]) =>
      'chargeId' in place
        ? [
            {
              table: 'account_shares',
              key: { account_id: accountId, ...partyColumns(place.party) },
              set: { currency },
              add: { balance: signed },
            },
          ]
        : [],
    ),
  );
}
