import { CurrencyField, DateField, IdField, TextField } from '../http/value-fields.js';
import { AccountRequest, type FieldsOf } from './account-request.js';

export class OpenAccount extends AccountRequest implements FieldsOf<'OpenAccount'> {
  @DateField()
  openedOn!: string;

  @CurrencyField({ optional: true, description: 'For good; left out, USD.' })
  currency?: string;

  @IdField({ optional: true, description: 'The legal entity whose books these are; left out, main.' })
  entity?: string;

  @TextField({
    optional: true,
    maxLength: 128,
    description: 'Opaque reference to the patient; never a name.',
  })
  patientRef?: string;
}
