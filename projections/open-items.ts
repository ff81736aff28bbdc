import { negated } from '../src/ledger/add-amounts.js';
import type { Movement } from '../src/ledger/movements.js';
import type { RecordedEvent } from '../src/ledger/recorded-event.js';
import { PARTY_COLUMNS, PARTY_KEY, ownerColumns, partyColumns } from './party-columns.js';
import type { Change, Projection, Row } from './projection.js';

/**
 * What is open of every charge, by party and by age. A share's parts are opened by charges and transfers (`opened`, by
 * the day the party became responsible); all else uses parts up, oldest first (`used`), or gives back. So
 * `balance = opened - used`, and the open parts follow from the two sums alone, whatever order entries came in.
 */
export const openItems: Projection = {
  name: 'open-items',
  version: 3,
  tables: [
    {
      name: 'charges',
      key: ['account_id', 'charge_id'],
      appendOnly: true,
      columns: {
        account_id: 'text',
        charge_id: 'text',
        currency: 'text',
        service_date: 'date',
        posted_on: 'date',
        amount: 'numeric',
        code_system: 'text',
        code: 'text',
        claim_id: 'text',
        description: 'text',
        recorded_at: 'timestamptz',
      },
      /** How a payer's remittance finds the account that it speaks of. */
      indexes: [
        { columns: ['claim_id'], where: 'claim_id is not null' },
        { columns: ['service_date', 'amount'] },
      ],
    },
    {
      name: 'shares',
      key: ['account_id', 'charge_id', ...PARTY_KEY],
      columns: {
        account_id: 'text',
        charge_id: 'text',
        ...PARTY_COLUMNS,
        currency: 'text',
        balance: 'numeric',
        used: 'numeric',
        /** Of the charge, on the share that it opened: most ages can be told without looking for the charge. */
        service_date: 'date',
        posted_on: 'date',
        /** The days of its first and last entries: on any day before or after, what stands on it is known. */
        first_on: 'date',
        last_on: 'date',
      },
      indexes: [
        // All that an aging asks of what is open, by account: the table itself, mostly settled shares, is not looked at.
        {
          columns: [
            ...['account_id', 'charge_id', ...PARTY_KEY, 'currency', 'balance'],
            ...['service_date', 'posted_on', 'last_on'],
          ],
          where: 'balance <> 0',
        },
        { columns: ['last_on', 'first_on'] },
      ],
    },
    {
      name: 'share_parts',
      key: ['account_id', 'charge_id', ...PARTY_KEY, 'since_on'],
      columns: {
        account_id: 'text',
        charge_id: 'text',
        ...PARTY_COLUMNS,
        since_on: 'date',
        opened: 'numeric',
      },
    },
    {
      name: 'unapplied_credits',
      key: ['account_id', 'payment_id'],
      columns: {
        account_id: 'text',
        payment_id: 'text',
        party: 'text',
        payer_id: 'text',
        party_name: 'text',
        currency: 'text',
        amount: 'numeric',
      },
      indexes: [{ columns: ['account_id'], where: 'amount <> 0' }],
    },
  ],
  changesOf(recorded, movements) {
    return [...chargeChange(recorded), ...movementChanges(recorded, movements)];
  },
};

function chargeChange({ accountId, event, recordedAt }: RecordedEvent): Change[] {
  if (event.type !== 'ChargePosted') return [];
  const { chargeId, currency, serviceDate, effectiveOn, amount, code, claimId, description } = event.data;
  return [
    {
      table: 'charges',
      key: { account_id: accountId, charge_id: chargeId },
      set: {
        currency,
        service_date: serviceDate,
        posted_on: effectiveOn,
        amount,
        code_system: code.system,
        code: code.value,
        claim_id: claimId ?? null,
        description: description ?? null,
        recorded_at: recordedAt,
      },
    },
  ];
}

function movementChanges({ accountId, event }: RecordedEvent, movements: readonly Movement[]): Change[] {
  const currency = 'currency' in event.data ? event.data.currency : '';
  const shareColumns: Row =
    event.type === 'ChargePosted'
      ? { currency, service_date: event.data.serviceDate, posted_on: event.data.effectiveOn }
      : { currency };
  const changes: Change[] = [];
  for (const { debit, credit, amount, effectiveOn } of movements) {
    const minus = negated(amount);
    for (const [place, signed, other] of [
      [debit, amount, minus] as const,
      [credit, minus, amount] as const,
    ]) {
      if ('chargeId' in place) {
        const key = { account_id: accountId, charge_id: place.chargeId, ...partyColumns(place.party) };
        const used = place.since === undefined ? other : '0';
        changes.push({
          table: 'shares',
          key,
          set: { ...shareColumns },
          add: { balance: signed, used },
          max: { last_on: effectiveOn },
          min: { first_on: effectiveOn },
        });
        if (place.since !== undefined) {
          changes.push({
            table: 'share_parts',
            key: { ...key, since_on: place.since },
            add: { opened: signed },
          });
        }
      } else if ('paymentId' in place) {
        changes.push({
          table: 'unapplied_credits',
          key: { account_id: accountId, payment_id: place.paymentId },
          set: { ...ownerColumns(place.owner), currency },
          add: { amount: other },
        });
      }
    }
  }
  return changes;
}
