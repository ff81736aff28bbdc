import { type AccountEvent, effectiveOnOf } from '../src/ledger/events.js';
import { addAmounts, negated } from '../src/ledger/add-amounts.js';
import type { Movement } from '../src/ledger/movements.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { NO_SUMS, SUM_COLUMNS, type Sums, sumsOf } from './account-sums.js';
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

/** Net of reversals. */
function totalsOf(event: AccountEvent, movements: readonly Movement[]): Sums {
  const totals = { ...NO_SUMS };
  for (const { debit, credit, amount } of movements) {
    addTo(totals, sumsOf(event.type, debit, amount));
    addTo(totals, sumsOf(event.type, credit, negated(amount)));
  }
  return totals;
}

function addTo(totals: Sums, sums: Partial<Sums>): void {
  for (const column in sums) {
    const name = column as keyof Sums;
    totals[name] = addAmounts(totals[name], sums[name]!);
  }
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
