import { type AccountEvent, effectiveOnOf } from '../src/ledger/events.js';
import { addAmounts, isZero, negated } from '../src/ledger/add-amounts.js';
import { type Movement, balanceEffectOf, countsInBalance } from '../src/ledger/movements.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { PARTY_COLUMNS, PARTY_KEY, partyColumns } from './party-columns.js';
import type { Change, Projection } from './projection.js';
import { MONEY_IN, SUM_COLUMNS } from './sum-columns.js';

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
        ...SUM_COLUMNS,
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
  changesOf(recorded, movements) {
    return [accountChange(recorded, movements), ...shareChanges(recorded, movements)];
  },
};

function accountChange(recorded: RecordedEvent, movements: readonly Movement[]): Change {
  const { accountId, event, revision, position, recordedAt } = recorded;
  return {
    table: 'accounts',
    key: { account_id: accountId },
    set: { ...openedColumns(event), revision, position, recorded_at: recordedAt },
    add: totalsOf(event, movements),
    max: { last_activity_on: effectiveOnOf(event) },
  };
}

function openedColumns(event: AccountEvent): Change['set'] {
  if (event.type !== 'AccountOpened') return {};
  const { currency, entity, openedOn, patientRef } = event.data;
  return { currency, entity, opened_on: openedOn, patient_ref: patientRef ?? null };
}

/** Net of reversals: balance = charges - payments - adjustments + refunds. */
function totalsOf(event: AccountEvent, movements: readonly Movement[]): Record<string, string> {
  let [unapplied, charges, adjustments, cash] = ['0', '0', '0', '0'];
  for (const { debit, credit, amount } of movements) {
    const minus = negated(amount);
    if ('paymentId' in debit) unapplied = addAmounts(unapplied, minus);
    if ('paymentId' in credit) unapplied = addAmounts(unapplied, amount);
    for (const [place, signed, other] of [
      [debit, minus, amount] as const,
      [credit, amount, minus] as const,
    ]) {
      if (place.account === 'Income:Charges') charges = addAmounts(charges, signed);
      else if (MONEY_IN.has(place.account)) cash = addAmounts(cash, other);
      else if (!countsInBalance(place)) adjustments = addAmounts(adjustments, other);
    }
  }
  // Cash comes in by payments and goes out by refunds; a reversal takes the one or the other back.
  const isRefund =
    event.type === 'RefundIssued' ||
    (event.type === 'EntryReversed' && !isZero(cash) && !cash.startsWith('-'));
  return {
    balance: balanceEffectOf(movements),
    unapplied,
    charges,
    payments: isRefund ? '0' : cash,
    adjustments,
    refunds: isRefund && !isZero(cash) ? negated(cash) : '0',
  };
}

function shareChanges({ accountId, event }: RecordedEvent, movements: readonly Movement[]): Change[] {
  const currency = 'currency' in event.data ? event.data.currency : '';
  const changes: Change[] = [];
  for (const { debit, credit, amount } of movements) {
    for (const [place, signed] of [[debit, amount] as const, [credit, negated(amount)] as const]) {
      if (!('chargeId' in place)) continue;
      changes.push({
        table: 'account_shares',
        key: { account_id: accountId, ...partyColumns(place.party) },
        set: { currency },
        add: { balance: signed },
      });
    }
  }
  return changes;
}
