import { CONTROL_TABLES, controlChanges } from './control-tables.js';
import { DEPOSIT_TABLES, depositChanges } from './deposits-table.js';
import { PAYMENTS_BY_HAND, paymentByHandChanges } from './payments-by-hand-table.js';
import type { Projection } from './projection.js';
import { REMITTANCE_CLAIMS, claimChanges, statedClaimChanges } from './remittance-claims-table.js';
import { PROVIDER_ADJUSTMENTS, REMITTANCES, postedChanges, remittanceChanges } from './remittance-tables.js';

/**
 * What payers' remittances say and what became of it: from the remittances' own streams, and from the accounts that
 * their claims were posted on; and the payments by hand that they may repeat.
 */
export const remittances: Projection = {
  name: 'remittances',
  version: 3,
  tables: [
    REMITTANCES,
    REMITTANCE_CLAIMS,
    PROVIDER_ADJUSTMENTS,
    PAYMENTS_BY_HAND,
    ...CONTROL_TABLES,
    ...DEPOSIT_TABLES,
  ],
  changesOf: (recorded, movements) => [
    ...postedChanges(recorded, movements),
    ...claimChanges(recorded),
    ...paymentByHandChanges(recorded),
  ],
  changesOfRemittance: (recorded) => [
    ...remittanceChanges(recorded),
    ...statedClaimChanges(recorded),
    ...controlChanges(recorded),
    ...depositChanges(recorded),
  ],
};
