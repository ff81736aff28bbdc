import { AmountField, DateField, IdField, ListField, OneOfField, TextField } from '../http/value-fields.js';
import { PAYMENT_METHODS } from '../ledger/events.js';
import type { Payee } from '../ledger/party.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { ALLOCATIONS_MAX, AllocationFields } from './fields/allocation.js';
import { PayeeField } from './fields/party.js';

export class PostPayment extends AccountRequest implements FieldsOf<'PostPayment'> {
  @IdField()
  paymentId!: string;

  @AmountField()
  amount!: string;

  @PayeeField({ description: 'Who paid.' })
  from!: Payee;

  @OneOfField(PAYMENT_METHODS)
  method!: (typeof PAYMENT_METHODS)[number];

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @TextField({ optional: true, maxLength: 128, description: 'Check or trace number.' })
  reference?: string;

  @ListField(AllocationFields, {
    optional: true,
    max: ALLOCATIONS_MAX,
    description: 'Their sum is at most the amount; the rest is unapplied credit of whoever paid.',
  })
  allocations?: AllocationFields[];
}
