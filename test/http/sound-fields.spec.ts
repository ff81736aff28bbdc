import { describe, expect, test } from '@jest/globals';
import {
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  ValidateIf,
  getMetadataStorage,
} from 'class-validator';
import fc from 'fast-check';
import { COMMAND_CLASSES } from '../../src/commands/command-classes.js';
import { AllocationFields } from '../../src/commands/fields/allocation.js';
import { PatientFields, PayerFields } from '../../src/commands/fields/party.js';
import { ServiceCodeFields } from '../../src/commands/post-charge.js';
import { DenialLineFields } from '../../src/commands/record-denial.js';
import { checkFields, errorsIn } from '../../src/http/check-fields.js';
import { type FieldsClass, declareField } from '../../src/http/declared-fields.js';
import { isSound } from '../../src/http/sound-fields.js';
import { TextField } from '../../src/http/value-fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** What is said when class-validator is asked: nothing of what is sound. */
const soundByClassValidator = (fieldsClass: FieldsClass, fields: Fields): boolean =>
  errorsIn(fieldsClass, fields).length === 0;

/** The names that class-validator knows of a class. */
const namesOf = (fieldsClass: FieldsClass): string[] => [
  ...new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(fieldsClass, '', false, false)
      .map(({ propertyName }) => propertyName),
  ),
];

/** Values of which each is right for some field and wrong for most. */
const PLAIN = [
  undefined,
  null,
  'C1',
  '125.00',
  '0.00',
  '2026-01-15',
  '2026-02-30',
  'patient',
  'payer',
  'primary',
  'CPT',
  'cash',
  'contractual',
  'credit',
  'upheld',
  'call',
  'nsf',
  'USD',
  '',
  'a\u0007',
  1,
  2.5,
  ['25'],
  [''],
  {},
];
/** Objects of which each is right in some field. */
const NESTED = [
  { party: 'patient' },
  { party: 'payer', payerId: 'ACME', position: 'primary' },
  { party: 'other', name: 'Employer' },
  { system: 'CPT', value: '99213' },
  { chargeId: 'C1', amount: '1.00' },
  { chargeId: 'C1', amount: '1.00', groupCode: 'CO', reasonCode: '45' },
  { paymentId: 'P1' },
];
const plainValue = fc.constantFrom<unknown>(...PLAIN);

const fieldsOf = (fieldsClass: FieldsClass, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(namesOf(fieldsClass).map((name) => [name, value])), { requiredKeys: [] });

/** Objects of which most fields are as class-validator wants each of them, and few have one more. */
const nearlyRight = (fieldsClass: FieldsClass): fc.Arbitrary<Fields> => {
  const isRight = (name: string, value: unknown): boolean =>
    errorsIn(fieldsClass, value === undefined ? {} : { [name]: value }).every(
      ({ field }) => !field.startsWith(name),
    );
  const names = namesOf(fieldsClass);
  const fields = names.map((name) => {
    const right = [...PLAIN, ...NESTED, ...NESTED.map((one) => [one])].filter((value) =>
      isRight(name, value),
    );
    return [
      name,
      fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anyValue }),
    ] as const;
  });
  const oneMore = fc.record({ more: plainValue });
  // A field that is there and undefined says something else than one that is not there.
  const withUndefined = fc.constantFrom(...names).map((name) => ({ [name]: undefined }));
  const rarely = (arbitrary: fc.Arbitrary<Fields>) =>
    fc.oneof({ weight: 20, arbitrary: fc.constant({}) }, { weight: 1, arbitrary });
  return fc
    .tuple(fc.record(Object.fromEntries(fields)), rarely(oneMore), rarely(withUndefined))
    .map(([values, more, unset]) => ({ ...given(values), ...more, ...unset }));
};

const given = (values: Fields): Fields =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

const nested = [AllocationFields, ServiceCodeFields, DenialLineFields, PatientFields, PayerFields];
const oneNested = fc.oneof(
  ...nested.map((fieldsClass) => fieldsOf(fieldsClass, plainValue)),
  fc.constantFrom(...NESTED),
);
const anyValue = fc.oneof(
  plainValue,
  oneNested,
  fc.array(fc.option(oneNested, { nil: undefined }), { maxLength: 2 }),
);

describe('what is sound', () => {
  test.each(Object.entries(COMMAND_CLASSES))(
    'of %s is what class-validator finds nothing in',
    (_, fieldsClass) => {
      const seen = new Set<boolean>();
      fc.assert(
        fc.property(nearlyRight(fieldsClass), (fields) => {
          seen.add(isSound(fieldsClass, fields));
          expect(isSound(fieldsClass, fields)).toBe(soundByClassValidator(fieldsClass, fields));
        }),
        { numRuns: 300 },
      );
      expect([...seen].sort()).toEqual([false, true]);
    },
  );

  test('is a whole command, and no longer when one value in its depth is not right', () => {
    const code = { system: 'CPT', value: '99213', modifiers: ['25'] };
    const charge = {
      accountId: 'A1',
      chargeId: 'C1',
      serviceDate: '2026-01-15',
      amount: '125.00',
      code,
      responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
    };
    expect(isSound(COMMAND_CLASSES.PostCharge, charge)).toBe(true);
    Object.assign(code, { modifiers: [''] });
    expect(isSound(COMMAND_CLASSES.PostCharge, charge)).toBe(false);
  });
});

describe('a decorator of a kind that is not known', () => {
  class Each {
    @declareField({ optional: false })
    @IsString({ each: true })
    words!: string[];
  }
  class Defined {
    @declareField({ optional: false })
    @IsDefined()
    word!: string;
  }
  class OnCondition {
    @declareField({ optional: false })
    @IsString({ validateIf: (_, value) => value !== 7 })
    word!: string;
  }

  test.each([
    [Each, { words: ['a'] }],
    [Defined, { word: 'a' }],
    [OnCondition, { word: 7 }],
  ])('%p leaves it to class-validator', (fieldsClass, fields) => {
    expect([isSound(fieldsClass, fields), soundByClassValidator(fieldsClass, fields)]).toEqual([false, true]);
  });
});

describe('class-validator’s own decorators', () => {
  class Mixed {
    @declareField({ optional: true })
    @IsOptional()
    @IsInt()
    count?: number | null;

    @ValidateIf((object: Mixed) => object.count !== 0)
    @TextField({ maxLength: 10 })
    @MaxLength(3)
    word!: unknown;
  }

  test.each([
    [{ count: 1, word: 'abc' }, true],
    [{ count: null, word: 'abc' }, true],
    [{ count: 1.5, word: 'abc' }, false],
    [{ count: 1, word: 'abcd' }, false],
    [{ count: 0, word: 7 }, true],
  ])('are asked as it asks them: %p', (fields, sound) => {
    expect([isSound(Mixed, fields), soundByClassValidator(Mixed, fields)]).toEqual([sound, sound]);
  });
});

test('what is wrong is said in the words of the decorators, one of each field', () => {
  const answer = checkFields(COMMAND_CLASSES.PostPayment, {
    accountId: 'A1',
    paymentId: 'P1',
    amount: '1e3',
    from: { party: 'patient' },
    method: 'cash',
    allocations: [{ chargeId: 'C1', amount: '0.00' }],
  });
  expect(answer).toEqual({
    errors: [
      {
        field: 'amount',
        message:
          'must be a decimal string such as "125.00": digits, at most 12 before the point, no sign, no exponent',
      },
      { field: 'allocations[0].amount', message: 'must be more than zero' },
    ],
  });
});
