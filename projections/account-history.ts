import { describe } from '../src/ledger/description.js';
import { effectiveOnOf, entryIdOf } from '../src/ledger/events.js';
import { balanceEffectOf } from '../src/ledger/movements.js';
import type { Projection } from './projection.js';

/** Every event of every account in order, with what it did to the balance and the balance after it. */
export const accountHistory: Projection = {
  name: 'account-history',
  version: 2,
  tables: [
    {
      name: 'account_history',
      key: ['account_id', 'revision'],
      appendOnly: true,
      columns: {
        account_id: 'text',
        revision: 'bigint',
        position: 'bigint',
        type: 'text',
        entry_id: 'text',
        effective_on: 'date',
        recorded_at: 'timestamptz',
        actor: 'text',
        description: 'text',
        currency: 'text',
        amount: 'numeric',
        running_balance: 'numeric',
        data: 'jsonb',
      },
    },
  ],
  changesOf({ accountId, event, revision, position, recordedAt, actor }, movements) {
    const amount = balanceEffectOf(movements);
    return [
      {
        table: 'account_history',
        key: { account_id: accountId, revision },
        set: {
          position,
          type: event.type,
          entry_id: entryIdOf(event),
          effective_on: effectiveOnOf(event),
          recorded_at: recordedAt,
          actor: actor ?? null,
          description: describe(event),
          currency: 'currency' in event.data ? event.data.currency : null,
          amount,
          data: JSON.stringify(event.data),
        },
        running: { column: 'running_balance', amount },
      },
    ];
  },
};
