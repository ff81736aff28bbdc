import { DateField, IdField, ListField, OneOfField, TextField } from '../http/value-fields.js';
import { REVERSAL_REASONS } from '../ledger/events.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { ALLOCATIONS_MAX, AllocationFields } from './fields/allocation.js';

export class ReverseEntry extends AccountRequest implements FieldsOf<'ReverseEntry'> {
  @IdField()
  reversalId!: string;

  @IdField({ description: 'Id of a charge, payment, adjustment, transfer, allocation or refund.' })
  reverses!: string;

  @OneOfField(REVERSAL_REASONS)
  reason!: (typeof REVERSAL_REASONS)[number];

  @DateField({ optional: true, description: 'When it counts, not before the entry; left out, today.' })
  effectiveOn?: string;

  @ListField(AllocationFields, {
    optional: true,
    min: 1,
    max: ALLOCATIONS_MAX,
    description: 'A part of the entry only.',
  })
  allocations?: AllocationFields[];

  @TextField({ optional: true, maxLength: 2000, lines: true })
  note?: string;
}
