import { DateField, IdField, WholeNumberField } from '../http/value-fields.js';
import { AccountRequest, type FieldsOf } from './account-request.js';

export class AppealDenial extends AccountRequest implements FieldsOf<'AppealDenial'> {
  @IdField({ description: 'Over HTTP it is part of the path.' })
  denialId!: string;

  @IdField()
  appealId!: string;

  @WholeNumberField({ min: 1, max: 99 })
  level!: number;

  @DateField()
  filedOn!: string;

  @DateField({ optional: true, description: 'By when the payer has to answer.' })
  respondBy?: string;
}
