import {
  AmountField,
  DateField,
  IdField,
  ObjectField,
  OneOfField,
  TextField,
  TextListField,
  UnitsField,
} from '../http/value-fields.js';
import { CODE_SYSTEMS } from '../ledger/events.js';
import type { Party } from '../ledger/party.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { PartyField } from './fields/party.js';

/** What was done, in a system of codes. */
export class ServiceCodeFields {
  @OneOfField(CODE_SYSTEMS)
  system!: (typeof CODE_SYSTEMS)[number];

  @TextField({ maxLength: 64 })
  value!: string;

  @TextListField({ optional: true, max: 10, maxLength: 16 })
  modifiers?: string[];
}

export class PostCharge extends AccountRequest implements FieldsOf<'PostCharge'> {
  @IdField()
  chargeId!: string;

  @DateField()
  serviceDate!: string;

  @AmountField({ zeroAllowed: true })
  amount!: string;

  @ObjectField(ServiceCodeFields)
  code!: ServiceCodeFields;

  @PartyField()
  responsible!: Party;

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @UnitsField({ optional: true })
  units?: number | string;

  @IdField({ optional: true })
  claimId?: string;

  @TextField({ optional: true, maxLength: 128 })
  provider?: string;

  @TextField({ optional: true, maxLength: 64 })
  placeOfService?: string;

  @TextListField({ optional: true, max: 100, maxLength: 64 })
  diagnoses?: string[];

  @TextField({ optional: true, maxLength: 500 })
  description?: string;
}
