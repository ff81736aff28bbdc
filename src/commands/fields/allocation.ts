import type { Party } from '../../ledger/party.js';
import { AmountField, IdField } from '../../http/value-fields.js';
import { PartyField } from './party.js';

/** At most so many parts in one command. */
export const ALLOCATIONS_MAX = 1000;

/** A part of an amount for one charge. */
export class AllocationFields {
  @IdField()
  chargeId!: string;

  @AmountField()
  amount!: string;

  @PartyField({
    optional: true,
    description: 'Whose share; left out, the one that "whose share" of the contract means.',
  })
  responsible?: Party;
}
