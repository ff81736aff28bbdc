import {
  AmountField,
  DateField,
  IdField,
  ListField,
  OneOfField,
  TextField,
  TextListField,
} from '../http/value-fields.js';
import { ADJUSTMENT_CATEGORIES, DIRECTIONS } from '../ledger/events.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { ALLOCATIONS_MAX, AllocationFields } from './fields/allocation.js';

export class PostAdjustment extends AccountRequest implements FieldsOf<'PostAdjustment'> {
  @IdField()
  adjustmentId!: string;

  @AmountField()
  amount!: string;

  @OneOfField(ADJUSTMENT_CATEGORIES)
  category!: (typeof ADJUSTMENT_CATEGORIES)[number];

  @ListField(AllocationFields, { min: 1, max: ALLOCATIONS_MAX, description: 'Their sum is the amount.' })
  allocations!: AllocationFields[];

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @OneOfField(DIRECTIONS, {
    optional: true,
    description: 'credit (left out) lowers the balance, debit raises it.',
  })
  direction?: (typeof DIRECTIONS)[number];

  @TextField({ optional: true, maxLength: 16 })
  groupCode?: string;

  @TextField({ optional: true, maxLength: 16 })
  reasonCode?: string;

  @TextListField({ optional: true, max: 100, maxLength: 16 })
  remarkCodes?: string[];
}
