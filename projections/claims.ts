import type { Projection } from './projection.js';

/** The charges by their claims, days and amounts: how a payer's remittance finds the account that it speaks of. */
export const claims: Projection = {
  name: 'claims',
  version: 1,
  tables: [
    {
      name: 'claim_charges',
      key: ['account_id', 'charge_id'],
      columns: {
        account_id: 'text',
        charge_id: 'text',
        claim_id: 'text',
        service_date: 'date',
        amount: 'numeric',
        code: 'text',
        currency: 'text',
      },
      indexes: [
        { columns: ['claim_id'], where: 'claim_id is not null' },
        { columns: ['service_date', 'amount'] },
      ],
    },
  ],
  changesOf({ accountId, event }) {
    if (event.type !== 'ChargePosted') return [];
    const { chargeId, claimId, serviceDate, amount, code, currency } = event.data;
    return [
      {
        table: 'claim_charges',
        key: { account_id: accountId, charge_id: chargeId },
        set: { claim_id: claimId ?? null, service_date: serviceDate, amount, code: code.value, currency },
      },
    ];
  },
};
