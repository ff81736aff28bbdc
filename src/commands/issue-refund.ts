import { AmountField, DateField, IdField, OneOfField, TextField } from '../http/value-fields.js';
import { type CreditSource, PAYMENT_METHODS } from '../ledger/events.js';
import type { Payee } from '../ledger/party.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { CreditSourceField } from './fields/credit-source.js';
import { PayeeField } from './fields/party.js';

export class IssueRefund extends AccountRequest implements FieldsOf<'IssueRefund'> {
  @IdField()
  refundId!: string;

  @AmountField()
  amount!: string;

  @PayeeField({ description: 'Who is paid.' })
  to!: Payee;

  @OneOfField(PAYMENT_METHODS)
  method!: (typeof PAYMENT_METHODS)[number];

  @CreditSourceField({ optional: true, description: 'Left out, the oldest credit of whoever is paid first.' })
  source?: CreditSource;

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @TextField({ optional: true, maxLength: 128, description: 'Check or trace number.' })
  reference?: string;

  @TextField({ optional: true, maxLength: 500 })
  reason?: string;
}
