import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions, getSchemaPath } from '@nestjs/swagger';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { isCalendarDate } from '../ledger/calendar.js';
import { isCurrency } from '../ledger/currency.js';
import { type FieldsClass, type Structure, declareField } from './declared-fields.js';

/*
 * One decorator a kind of value: what is refused, with which words, and how OpenAPI describes it. `null` never means
 * "left out", so class-validator's IsOptional (which lets it pass) is not used.
 */

/** What is wrong with a value, or undefined when nothing is. */
type Check = (value: unknown) => string | undefined;

export interface FieldOptions {
  optional?: boolean;
  description?: string;
}

function valueField(options: FieldOptions, schema: ApiPropertyOptions, check: Check): PropertyDecorator {
  const { optional = false, description } = options;
  const fault: Check = (value) => (value === undefined ? 'is required' : check(value));
  return applyDecorators(
    declareField({ optional }),
    ApiProperty({
      ...schema,
      required: !optional,
      ...(description ? { description } : {}),
    } as ApiPropertyOptions),
    ...(optional ? [ValidateIf((_, value) => value !== undefined)] : []),
    ValidateBy({
      name: 'value',
      validator: {
        validate: (value) => fault(value) === undefined,
        // class-validator replaces `$property` and its like inside messages; none of ours holds a dollar sign.
        defaultMessage: (given) => fault(given?.value) ?? '',
      },
    }),
  );
}

/** The form of every id, in requests and paths. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** What is wrong with an id, or undefined. */
export function idFault(value: unknown): string | undefined {
  return typeof value === 'string' && ID_PATTERN.test(value)
    ? undefined
    : 'must be 1 to 64 of A-Z a-z 0-9 . _ : - and start with a letter or digit';
}

/** An id: 1 to 64 of `A-Za-z0-9._:-`. */
export function IdField(options: FieldOptions = {}): PropertyDecorator {
  return valueField(options, { type: String, pattern: ID_PATTERN.source, example: 'chg-1001' }, idFault);
}

/** Money: a decimal string. How many minor digits is for the account's currency to say. */
export function AmountField(options: FieldOptions & { zeroAllowed?: boolean } = {}): PropertyDecorator {
  const schema = {
    type: String,
    pattern: '^\\d{1,12}(\\.\\d{1,4})?$',
    example: '125.00',
    description: `Decimal string with exactly the currency's minor digits, ${options.zeroAllowed ? 'zero or more' : 'more than zero'}; a JSON number is refused.`,
  };
  return valueField(options, schema, (value) => amountFormFault(value, options.zeroAllowed ?? false));
}

function amountFormFault(value: unknown, zeroAllowed: boolean): string | undefined {
  if (typeof value === 'number') return 'must be a decimal string such as "125.00", not a JSON number';
  if (typeof value !== 'string' || !/^\d{1,12}(\.\d{1,4})?$/.test(value)) {
    return 'must be a decimal string such as "125.00": digits, at most 12 before the point, no sign, no exponent';
  }
  return !zeroAllowed && /^[0.]+$/.test(value) ? 'must be more than zero' : undefined;
}

/** Money that may go either way: as {@link AmountField}, with a minus where it is negative; never zero. */
export function SignedAmountField(options: FieldOptions = {}): PropertyDecorator {
  const schema = { type: String, pattern: '^-?\\d{1,12}(\\.\\d{1,4})?$', example: '-5.50' };
  return valueField(options, schema, (value) => {
    if (typeof value !== 'string' || !/^-?\d{1,12}(\.\d{1,4})?$/.test(value)) {
      return 'must be a decimal string such as "-5.50": digits, at most 12 before the point, no exponent, no JSON number';
    }
    return /^-?[0.]+$/.test(value) ? 'must not be zero' : undefined;
  });
}

/** What is wrong with a calendar date, or undefined. */
export function dateFault(value: unknown): string | undefined {
  return typeof value === 'string' && isCalendarDate(value)
    ? undefined
    : 'must be a calendar date YYYY-MM-DD that exists, from 1900 to 2199';
}

/** A calendar date `YYYY-MM-DD`, 1900 to 2199. */
export function DateField(options: FieldOptions = {}): PropertyDecorator {
  return valueField(options, { type: String, format: 'date', example: '2026-01-15' }, dateFault);
}

/** What is wrong with an instant, or undefined. */
export function instantFault(value: unknown): string | undefined {
  const form = /^(19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/;
  const exists =
    typeof value === 'string' &&
    form.test(value) &&
    isCalendarDate(value.slice(0, 10)) &&
    !Number.isNaN(Date.parse(value));
  return exists ? undefined : 'must be an instant in ISO 8601 UTC such as 2026-01-15T10:00:00.000Z';
}

/** An instant in ISO 8601 UTC. */
export function InstantField(options: FieldOptions = {}): PropertyDecorator {
  return valueField(
    options,
    { type: String, format: 'date-time', example: '2026-01-15T10:00:00.000Z' },
    instantFault,
  );
}

/** An active ISO 4217 code. */
export function CurrencyField(options: FieldOptions = {}): PropertyDecorator {
  return valueField(options, { type: String, pattern: '^[A-Z]{3}$', example: 'USD' }, (value) =>
    typeof value === 'string' && isCurrency(value)
      ? undefined
      : 'must be an active ISO 4217 currency such as USD',
  );
}

/** One of a closed list of words. */
export function OneOfField(words: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  return valueField(options, { type: String, enum: [...words] }, (value) =>
    typeof value === 'string' && words.includes(value) ? undefined : `must be one of ${words.join(', ')}`,
  );
}

/** What is wrong with a text of at most so many characters, or undefined. */
export function textFault(value: unknown, maxLength: number, lines = false): string | undefined {
  if (typeof value !== 'string') return 'must be a text';
  if (value.trim() === '') return 'must not be empty';
  if (value.length > maxLength) return `must have at most ${maxLength} characters`;
  const control = lines ? /(?![\t\n\r])\p{Cc}/u : /\p{Cc}/u;
  if (control.test(value)) return `must not hold control characters${lines ? ' but line ends and tabs' : ''}`;
  // Half of a surrogate pair cannot be stored as UTF-8.
  return value.isWellFormed() ? undefined : 'must be well-formed Unicode';
}

/** A text without control characters; `lines` lets line ends and tabs pass. */
export function TextField(options: FieldOptions & { maxLength: number; lines?: boolean }): PropertyDecorator {
  const { maxLength, lines } = options;
  return valueField(options, { type: String, minLength: 1, maxLength }, (value) =>
    textFault(value, maxLength, lines),
  );
}

/** A list of short texts, such as codes. */
export function TextListField(options: FieldOptions & { max: number; maxLength: number }): PropertyDecorator {
  const { max, maxLength } = options;
  const schema = {
    type: 'array' as const,
    items: { type: 'string', minLength: 1, maxLength },
    maxItems: max,
  };
  return valueField(options, schema, (value) => {
    if (!Array.isArray(value)) return 'must be a list of texts';
    if (value.length > max) return `must have at most ${max} items`;
    for (const [i, item] of value.entries()) {
      const fault = textFault(item, maxLength);
      if (fault !== undefined) return `[${i}] ${fault}`;
    }
    return undefined;
  });
}

/** A whole number within bounds. */
export function WholeNumberField(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  return valueField(options, { type: 'integer', minimum: min, maximum: max }, (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`,
  );
}

/** Units of a service: a whole number, or a decimal string where they are cut finer. */
export function UnitsField(options: FieldOptions = {}): PropertyDecorator {
  const schema = {
    oneOf: [
      { type: 'integer', minimum: 1, maximum: 999_999_999 },
      { type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,4})?$' },
    ],
    description:
      'A whole number of at least 1, or a decimal string such as "0.25"; a fraction as a JSON number is refused.',
  };
  return valueField(options, schema, (value) => {
    const ok =
      typeof value === 'number'
        ? Number.isInteger(value) && value >= 1 && value <= 999_999_999
        : typeof value === 'string' && /^\d{1,9}(\.\d{1,4})?$/.test(value) && !/^[0.]+$/.test(value);
    return ok ? undefined : 'must be a whole number of at least 1, or a decimal string such as "0.25"';
  });
}

function structured(
  options: FieldOptions,
  structure: Structure,
  schema: ApiPropertyOptions,
): PropertyDecorator {
  const { optional = false, description } = options;
  return applyDecorators(
    declareField({ optional, structure }),
    ApiProperty({
      ...schema,
      required: !optional,
      ...(description ? { description } : {}),
    } as ApiPropertyOptions),
    ValidateNested(),
  );
}

/** An object of fields. */
export function ObjectField(fieldsClass: FieldsClass, options: FieldOptions = {}): PropertyDecorator {
  return structured(
    options,
    { classFor: () => fieldsClass },
    {
      allOf: [{ $ref: getSchemaPath(fieldsClass) }],
    },
  );
}

/** An object that is one of several; `choose` looks at it to say which. */
export function OneOfObjectsField(
  fieldsClasses: readonly FieldsClass[],
  choose: Structure['classFor'],
  options: FieldOptions = {},
): PropertyDecorator {
  const oneOf = fieldsClasses.map((c) => ({ $ref: getSchemaPath(c as never) }));
  return structured(options, { classFor: choose }, { oneOf });
}

/** A list of objects of fields. */
export function ListField(
  fieldsClass: FieldsClass,
  options: FieldOptions & { min?: number; max: number },
): PropertyDecorator {
  const { min = 0, max } = options;
  return structured(
    options,
    { classFor: () => fieldsClass, list: { min, max } },
    {
      type: 'array',
      items: { $ref: getSchemaPath(fieldsClass) },
      minItems: min,
      maxItems: max,
    },
  );
}
