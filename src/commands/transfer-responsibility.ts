import { AmountField, DateField, IdField, TextField } from '../http/value-fields.js';
import type { Party } from '../ledger/party.js';
import { AccountRequest, type FieldsOf } from './account-request.js';
import { PartyField } from './fields/party.js';

export class TransferResponsibility extends AccountRequest implements FieldsOf<'TransferResponsibility'> {
  @IdField()
  transferId!: string;

  @IdField()
  chargeId!: string;

  @AmountField()
  amount!: string;

  @PartyField()
  from!: Party;

  @PartyField()
  to!: Party;

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @TextField({ optional: true, maxLength: 16 })
  groupCode?: string;

  @TextField({ optional: true, maxLength: 16 })
  reasonCode?: string;
}
