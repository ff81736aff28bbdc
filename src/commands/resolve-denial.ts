import { DateField, IdField, OneOfField, TextField } from '../http/value-fields.js';
import { DENIAL_OUTCOMES } from '../ledger/events.js';
import { AccountRequest, type FieldsOf } from './account-request.js';

export class ResolveDenial extends AccountRequest implements FieldsOf<'ResolveDenial'> {
  @IdField({ description: 'Over HTTP it is part of the path.' })
  denialId!: string;

  @IdField()
  resolutionId!: string;

  @OneOfField(DENIAL_OUTCOMES)
  outcome!: (typeof DENIAL_OUTCOMES)[number];

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;

  @IdField({ optional: true, description: 'The adjustment or transfer that did it.' })
  entryId?: string;

  @TextField({ optional: true, maxLength: 2000, lines: true })
  note?: string;
}
