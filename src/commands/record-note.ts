import { DateField, IdField, OneOfField, TextField } from '../http/value-fields.js';
import { NOTE_KINDS } from '../ledger/events.js';
import { AccountRequest, type FieldsOf } from './account-request.js';

export class RecordNote extends AccountRequest implements FieldsOf<'RecordNote'> {
  @IdField()
  noteId!: string;

  @OneOfField(NOTE_KINDS)
  kind!: (typeof NOTE_KINDS)[number];

  @TextField({ maxLength: 10_000, lines: true })
  text!: string;

  @DateField({ optional: true, description: 'When it counts; left out, today.' })
  effectiveOn?: string;
}
