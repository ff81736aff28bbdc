import type { FieldsClass } from '../../http/declared-fields.js';
import {
  CurrencyField,
  DateField,
  IdField,
  OneOfField,
  OneOfObjectsField,
  SignedAmountField,
  TextField,
  WholeNumberField,
} from '../../http/value-fields.js';
import { CONTROL_PLACES, type ControlAgainst } from '../../ledger/remittance-events.js';
import type { BookedByHand } from '../posting/control-bookings.js';

const GENERAL_PLACES = CONTROL_PLACES.filter((place) => place !== 'remittance');
const CLAIMS_MAX = 999_999_999;

/** The clearing money of a remittance. */
export class AgainstRemittanceFields {
  @OneOfField(['remittance'])
  place!: 'remittance';

  @IdField({ description: 'One that was accepted, of the same payer and currency.' })
  remittanceId!: string;

  @WholeNumberField({
    optional: true,
    min: 1,
    max: CLAIMS_MAX,
    description: 'Its claim, if it is about one.',
  })
  claim?: number;
}

/** Any other place. */
export class AgainstPlaceFields {
  @OneOfField(GENERAL_PLACES, {
    description:
      '`interest`: Income:Interest. `penalty`: Expenses:Penalties, fees included. `cash`: Assets:Cash, for what was ' +
      'settled outside of any 835. `write_off`: Expenses:ControlWriteOff, for what is given up.',
  })
  place!: Exclude<(typeof CONTROL_PLACES)[number], 'remittance'>;
}

/** What is neither: its one field says what may be there. */
class NoPlaceFields {
  @OneOfField(CONTROL_PLACES)
  place!: string;
}

export const AGAINST_FIELDS: readonly FieldsClass[] = [AgainstRemittanceFields, AgainstPlaceFields];

function againstFieldsFor({ place }: Readonly<Record<string, unknown>>): FieldsClass {
  if (place === 'remittance') return AgainstRemittanceFields;
  return (GENERAL_PLACES as readonly unknown[]).includes(place) ? AgainstPlaceFields : NoPlaceFields;
}

/** What somebody books on a control account. */
export class BookControlEntryFields implements BookedByHand {
  @IdField({
    description:
      'The idempotency key, one namespace within the control account. Ids as entries of remittances have them ' +
      '(`835.…`, `….plb.1`) are kept for those.',
  })
  entryId!: string;

  @SignedAmountField({
    description:
      "Decimal string with exactly the currency's minor digits. Positive raises what the payer has kept back, negative " +
      'lowers it: what the payer kept back is settled by a negative amount, what it is owed by a positive one.',
  })
  amount!: string;

  @OneOfObjectsField(AGAINST_FIELDS, againstFieldsFor, {
    description: 'Where the money comes from (positive) or goes to (negative).',
  })
  against!: ControlAgainst;

  @CurrencyField({
    optional: true,
    description: "Left out, the remittance's, or the only one of the control account.",
  })
  currency?: string;

  @DateField({
    optional: true,
    description:
      'Not before the remittance that is named; left out, today, or the day of that where it is later.',
  })
  effectiveOn?: string;

  @TextField({ maxLength: 1000, description: 'Why; no names of persons.' })
  reason!: string;

  @TextField({ optional: true, maxLength: 128, description: 'Such as the number of a check; no names.' })
  reference?: string;
}
