import type { FieldsClass } from '../../http/declared-fields.js';
import { type FieldOptions, IdField, OneOfObjectsField } from '../../http/value-fields.js';
import type { Party } from '../../ledger/party.js';
import { PartyField } from './party.js';

/** What a payment left unapplied. */
export class PaymentSourceFields {
  @IdField()
  paymentId!: string;
}

/** A credit on a share of a charge. */
export class ShareSourceFields {
  @IdField()
  chargeId!: string;

  @PartyField()
  party!: Party;
}

export const SOURCE_FIELDS: readonly FieldsClass[] = [PaymentSourceFields, ShareSourceFields];

/** Where credit stands; left out, the oldest of its owner first. */
export function CreditSourceField(options: FieldOptions = {}): PropertyDecorator {
  return OneOfObjectsField(
    SOURCE_FIELDS,
    (given) => ('chargeId' in given ? ShareSourceFields : PaymentSourceFields),
    options,
  );
}
