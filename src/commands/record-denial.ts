import {
  AmountField,
  DateField,
  IdField,
  ListField,
  TextField,
  TextListField,
} from '../http/value-fields.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { ALLOCATIONS_MAX } from './fields/allocation.js';

/** What a payer refused of one charge, and why. */
export class DenialLineFields {
  @IdField()
  chargeId!: string;

  @AmountField()
  amount!: string;

  @TextField({ maxLength: 16, description: 'Claim adjustment group code such as CO or PR.' })
  groupCode!: string;

  @TextField({ maxLength: 16, description: 'Claim adjustment reason code (CARC).' })
  reasonCode!: string;

  @TextListField({ optional: true, max: 100, maxLength: 16, description: 'Remark codes (RARC).' })
  remarkCodes?: string[];
}

export class RecordDenial extends AccountRequest implements FieldsOf<'RecordDenial'> {
  @IdField()
  denialId!: string;

  @IdField()
  payerId!: string;

  @ListField(DenialLineFields, { min: 1, max: ALLOCATIONS_MAX })
  lines!: DenialLineFields[];

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @IdField({ optional: true })
  claimId?: string;

  @DateField({ optional: true, description: 'Last day to appeal.' })
  appealBy?: string;
}
