import { IdField, OneOfField, TextField } from '../../http/value-fields.js';
import { RESOLUTIONS, type Resolution } from '../../ledger/remittance-events.js';

/** What somebody decides on a claim that was suspended, that waits, or of which a part is held. */
export class ResolveClaimFields {
  @IdField({ description: 'The id of this decision: the idempotency key.' })
  resolutionId!: string;

  @OneOfField(RESOLUTIONS, {
    description:
      '`assign`: try it on the given account. `post`: post it where it belongs, as it is, held parts included. ' +
      '`reject`: do not post it; what it was paid goes from clearing to the control account of the payer, held parts are dropped, ' +
      'and a reversal that waits takes nothing back any more.',
  })
  resolution!: Resolution;

  @IdField({ optional: true, description: 'For `assign`.' })
  accountId?: string;

  @TextField({ maxLength: 1000, description: 'Why; no names of persons.' })
  reason!: string;
}
