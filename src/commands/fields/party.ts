import { POSITIONS } from '../../ledger/events.js';
import type { Party, Payee } from '../../ledger/party.js';
import type { FieldsClass } from '../../http/declared-fields.js';
import {
  type FieldOptions,
  IdField,
  OneOfField,
  OneOfObjectsField,
  TextField,
} from '../../http/value-fields.js';

/** `{"party":"patient"}` */
export class PatientFields {
  @OneOfField(['patient'])
  party!: 'patient';
}

/** A payer in its position of coverage. */
export class PayerFields {
  @OneOfField(['payer'])
  party!: 'payer';

  @IdField()
  payerId!: string;

  @OneOfField(POSITIONS)
  position!: (typeof POSITIONS)[number];
}

/** A payer as whoever pays or is paid: money does not always come in a position. */
export class PayingPayerFields {
  @OneOfField(['payer'])
  party!: 'payer';

  @IdField()
  payerId!: string;

  @OneOfField(POSITIONS, { optional: true })
  position?: (typeof POSITIONS)[number];
}

/** Anyone else who pays or is paid. */
export class OtherPartyFields {
  @OneOfField(['other'])
  party!: 'other';

  @TextField({ maxLength: 200 })
  name!: string;
}

/** What is neither: its one field says what may be there. */
class NoPartyFields {
  @OneOfField(['patient', 'payer'])
  party!: string;
}

class NoPayeeFields {
  @OneOfField(['patient', 'payer', 'other'])
  party!: string;
}

export const PARTY_FIELDS: readonly FieldsClass[] = [
  PatientFields,
  PayerFields,
  PayingPayerFields,
  OtherPartyFields,
];

type Given = Readonly<Record<string, unknown>>;

/** The class that describes a responsible party. */
function partyFieldsFor({ party }: Given): FieldsClass<Party> {
  return party === 'patient'
    ? PatientFields
    : party === 'payer'
      ? PayerFields
      : (NoPartyFields as unknown as FieldsClass<Party>);
}

function payeeFieldsFor({ party }: Given): FieldsClass<Payee> {
  return party === 'patient'
    ? PatientFields
    : party === 'payer'
      ? PayingPayerFields
      : party === 'other'
        ? OtherPartyFields
        : (NoPayeeFields as unknown as FieldsClass<Payee>);
}

/** Who is responsible for a part of a charge. */
export function PartyField(options: FieldOptions = {}): PropertyDecorator {
  return OneOfObjectsField([PatientFields, PayerFields], partyFieldsFor, options);
}

/** Who pays or is paid. */
export function PayeeField(options: FieldOptions = {}): PropertyDecorator {
  return OneOfObjectsField([PatientFields, PayingPayerFields, OtherPartyFields], payeeFieldsFor, options);
}
