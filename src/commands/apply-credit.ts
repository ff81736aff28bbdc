import { DateField, IdField, ListField } from '../http/value-fields.js';
import type { CreditSource } from '../ledger/events.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { ALLOCATIONS_MAX, AllocationFields } from './fields/allocation.js';
import { CreditSourceField } from './fields/credit-source.js';

export class ApplyCredit extends AccountRequest implements FieldsOf<'ApplyCredit'> {
  @IdField()
  allocationId!: string;

  @ListField(AllocationFields, { min: 1, max: ALLOCATIONS_MAX })
  allocations!: AllocationFields[];

  @CreditSourceField({
    optional: true,
    description: 'Left out, the oldest credit of whoever is responsible first.',
  })
  source?: CreditSource;

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;
}
