import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { ValidateBy, ValidateIf } from 'class-validator';
import { CLAIM_STATUSES, type ClaimStatus } from '../../../projections/remittance-claims-table.js';
import { declareField } from '../../http/declared-fields.js';
import { DateField, IdField, InstantField, OneOfField, TextField } from '../../http/value-fields.js';
import { parseBuckets } from '../../ledger/aging.js';
import { AGING_GROUPS } from '../queries/aging-sql.js';
import { DENIAL_STATUSES } from '../queries/denials.js';
import { AGING_BASES } from '../queries/open-parts.js';
import { LIMIT_MAX } from '../queries/page.js';
import { REMITTANCE_STATUSES } from '../queries/remittance-list.js';
import { WORK_ITEM_KINDS } from '../queries/work-items-sql.js';

/*
 * The parameters of queries, one class a question. Everything in a URL is text; what it means is read by the
 * controllers after it has been checked here.
 */

/** An optional parameter with a check of its own: what is wrong with the text, or undefined. */
function ParameterField(
  schema: ApiPropertyOptions,
  check: (text: string) => string | undefined,
): PropertyDecorator {
  const fault = (value: unknown): string | undefined =>
    typeof value === 'string' ? check(value) : 'must be given once';
  return applyDecorators(
    declareField({ optional: true }),
    ApiProperty({ ...schema, required: false } as ApiPropertyOptions),
    ValidateIf((_, value) => value !== undefined),
    ValidateBy({
      name: 'parameter',
      validator: {
        validate: (value) => fault(value) === undefined,
        defaultMessage: (given) => fault(given?.value) ?? '',
      },
    }),
  );
}

const matches =
  (form: RegExp, otherwise: string) =>
  (text: string): string | undefined =>
    form.test(text) ? undefined : otherwise;

/** A position of the log; opaque to callers, so no more is said than that it is not one. */
const PositionField = (description: string): PropertyDecorator =>
  ParameterField(
    { type: String, description, example: '42' },
    matches(/^\d{1,18}$/, 'must be a position from a receipt or an answer'),
  );

const WaitForField = (): PropertyDecorator =>
  PositionField('Answer only when the projections have reached this position (503 after a limit).');

const LimitField = (): PropertyDecorator =>
  ParameterField({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: 100 }, (text) =>
    /^[1-9]\d{0,3}$/.test(text) && Number(text) <= LIMIT_MAX
      ? undefined
      : `must be a whole number from 1 to ${LIMIT_MAX}`,
  );

const CursorField = (): PropertyDecorator =>
  ParameterField(
    { type: String, description: 'nextCursor of the page before.' },
    matches(/^[A-Za-z0-9_-]{1,1000}$/, 'must be the nextCursor of the page before'),
  );

/** Any of a closed list of words, with commas between. */
const OneOrMoreField = (words: readonly string[], example: string): PropertyDecorator => {
  const rule = `one or more of ${words.join(', ')}, with commas between`;
  return ParameterField({ type: String, example, description: `O${rule.slice(1)}.` }, (text) =>
    text.split(',').every((word) => words.includes(word)) ? undefined : `must be ${rule}`,
  );
};

/** Both clocks, and what to wait for. */
export class MomentQuestion {
  @DateField({
    optional: true,
    description: "Effective date: what counts later is left out. Left out, today in the entity's time zone.",
  })
  asOf?: string;

  @InstantField({
    optional: true,
    description:
      'What was recorded later is left out; not in the future (400). Waits until nothing can be added to it any ' +
      'more, so that the same two clocks give the same answer for ever. Left out, all that the projections hold.',
  })
  knownAt?: string;

  @WaitForField()
  waitFor?: string;
}

export class PageQuestion extends MomentQuestion {
  @LimitField()
  limit?: string;

  @CursorField()
  cursor?: string;
}

/** What to wait for, of a question about things as they are. */
export class AsItIsQuestion {
  @WaitForField()
  waitFor?: string;
}

export class AsItIsPageQuestion extends AsItIsQuestion {
  @LimitField()
  limit?: string;

  @CursorField()
  cursor?: string;
}

export class AccountsQuestion extends PageQuestion {
  @IdField({ optional: true, description: 'Only accounts of this entity.' })
  entity?: string;
}

export class AgingQuestion extends MomentQuestion {
  @OneOfField(AGING_BASES, {
    optional: true,
    description: 'The date that ages count from; left out, service.',
  })
  basis?: (typeof AGING_BASES)[number];

  @OneOfField(AGING_GROUPS, {
    optional: true,
    description:
      'What items are keyed by: nothing (one item a currency), party, payer (party and payerId, which is null for the ' +
      'patient and for others), account (accountId) or entity. Unapplied money stands with its owner.',
  })
  groupBy?: (typeof AGING_GROUPS)[number];

  @ParameterField(
    { type: String, example: '30,60,90,120', description: 'Inclusive upper bounds in days.' },
    (text) => {
      const parsed = parseBuckets(text);
      return 'fault' in parsed ? parsed.fault : undefined;
    },
  )
  buckets?: string;

  @IdField({ optional: true, description: 'Only accounts of this entity.' })
  entity?: string;
}

export class DenialsQuestion extends PageQuestion {
  @OneOrMoreField(DENIAL_STATUSES, 'open,appealed')
  status?: string;

  @IdField({ optional: true, description: 'Denied by this payer.' })
  payer?: string;

  @ParameterField(
    {
      type: String,
      example: 'CO-197',
      description: 'Of any line: a reason code, or one with its group code.',
    },
    matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, 'must be a reason code such as 197 or CO-197'),
  )
  reason?: string;

  @IdField({ optional: true, description: 'Only denials of this account.' })
  accountId?: string;

  @IdField({ optional: true, description: 'Only accounts of this entity.' })
  entity?: string;
}

export class TrialBalanceQuestion extends MomentQuestion {
  @IdField({ optional: true, description: 'Only accounts of this entity.' })
  entity?: string;
}

export class JournalQuestion extends MomentQuestion {
  @DateField({ optional: true, description: 'First effective date.' })
  from?: string;

  @DateField({ optional: true, description: 'Last effective date.' })
  to?: string;

  @PositionField('First position.')
  fromPosition?: string;

  @PositionField('Last position.')
  toPosition?: string;

  @IdField({ optional: true, description: 'Only this account.' })
  accountId?: string;

  @IdField({ optional: true, description: 'Only accounts of this entity.' })
  entity?: string;
}

export class RemittancesQuestion extends AsItIsPageQuestion {
  @IdField({ optional: true, description: 'Of this payer, by its id in the ledger.' })
  payerId?: string;

  @OneOfField(REMITTANCE_STATUSES, { optional: true, description: 'Only with this status.' })
  status?: (typeof REMITTANCE_STATUSES)[number];

  @TextField({ optional: true, maxLength: 100, description: 'Number of the payment (TRN02).' })
  traceNumber?: string;

  @DateField({ optional: true, description: 'First effective date.' })
  from?: string;

  @DateField({ optional: true, description: 'Last effective date.' })
  to?: string;
}

export class RemittanceClaimsQuestion extends AsItIsPageQuestion {
  @OneOfField(CLAIM_STATUSES, { optional: true, description: 'Only claims with this status.' })
  status?: ClaimStatus;
}

export class ControlAccountsQuestion extends PageQuestion {
  @IdField({ optional: true, description: 'Of this payer, by its id in the ledger.' })
  payerId?: string;
}

export class WorkItemsQuestion extends AsItIsPageQuestion {
  @OneOrMoreField(WORK_ITEM_KINDS, 'claim_suspended,reversal_waits')
  kind?: string;

  @IdField({ optional: true, description: 'Of remittances of this payer, by its id in the ledger.' })
  payerId?: string;

  @IdField({ optional: true, description: 'Only what is about this account.' })
  accountId?: string;
}
