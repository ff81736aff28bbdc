import { describe, expect, test } from '@jest/globals';
import {
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  ValidateIf,
  getMetadataStorage,
  validateSync,
} from 'class-validator';
import fc from 'fast-check';
import { COMMAND_CLASSES } from '../../src/commands/command-classes.js';
import { AllocationFields } from '../../src/commands/fields/allocation.js';
import { PatientFields, PayerFields } from '../../src/commands/fields/party.js';
import { ServiceCodeFields } from '../../src/commands/post-charge.js';
import { DenialLineFields } from '../../src/commands/record-denial.js';
import { type FieldsClass, checkFields } from '../../src/http/declared-fields.js';
import { isSound } from '../../src/http/sound-fields.js';
import { TextField } from '../../src/http/value-fields.js';

const soundByClassValidator = (object: object): boolean =>
  validateSync(object, { forbidUnknownValues: false }).length === 0;

const made = (fieldsClass: FieldsClass, fields: object): object =>
  Object.assign(Object.create(fieldsClass.prototype as object) as object, fields);

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
const plainValue = fc.constantFrom<unknown>(...PLAIN);

const fieldsOf = (fieldsClass: FieldsClass, value: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc
    .record(Object.fromEntries(namesOf(fieldsClass).map((name) => [name, value])), { requiredKeys: [] })
    .map((fields) => made(fieldsClass, fields));

/** Objects of which most fields are as class-validator wants each of them. */
const nearlyRight = (fieldsClass: FieldsClass): fc.Arbitrary<object> => {
  const isRight = (name: string, value: unknown): boolean =>
    validateSync(made(fieldsClass, { [name]: value }), { forbidUnknownValues: false }).every(
      ({ property }) => property !== name,
    );
  const fields = namesOf(fieldsClass).map((name) => {
    const right = PLAIN.filter((value) => isRight(name, value));
    return [
      name,
      fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: anyValue }),
    ] as const;
  });
  return fc.record(Object.fromEntries(fields)).map((values) => made(fieldsClass, values));
};

const nested = [AllocationFields, ServiceCodeFields, DenialLineFields, PatientFields, PayerFields];
const oneNested = fc.oneof(
  ...nested.map((fieldsClass) => fieldsOf(fieldsClass, plainValue)),
  fc.constant(made(PatientFields, { party: 'patient' })),
  fc.constant(made(PayerFields, { party: 'payer', payerId: 'ACME', position: 'primary' })),
  fc.constant(made(ServiceCodeFields, { system: 'CPT', value: '99213' })),
  fc.constant(made(AllocationFields, { chargeId: 'C1', amount: '1.00' })),
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
        fc.property(nearlyRight(fieldsClass), (object) => {
          seen.add(isSound(object));
          expect(isSound(object)).toBe(soundByClassValidator(object));
        }),
        { numRuns: 300 },
      );
      expect([...seen].sort()).toEqual([false, true]);
    },
  );

  test('is a whole command, and no longer when one value in its depth is not right', () => {
    const code = made(ServiceCodeFields, { system: 'CPT', value: '99213', modifiers: ['25'] });
    const charge = {
      accountId: 'A1',
      chargeId: 'C1',
      serviceDate: '2026-01-15',
      amount: '125.00',
      code,
      responsible: made(PayerFields, { party: 'payer', payerId: 'ACME', position: 'primary' }),
    };
    expect(isSound(made(COMMAND_CLASSES.PostCharge, charge))).toBe(true);
    Object.assign(code, { modifiers: [''] });
    expect(isSound(made(COMMAND_CLASSES.PostCharge, charge))).toBe(false);
  });
});

describe('a decorator of a kind that is not known', () => {
  class Each {
    @IsString({ each: true })
    words!: string[];
  }
  class Defined {
    @IsDefined()
    word!: string;
  }
  class OnCondition {
    @IsString({ validateIf: (_, value) => value !== 7 })
    word!: string;
  }

  test.each([
    [Each, { words: ['a'] }],
    [Defined, { word: 'a' }],
    [OnCondition, { word: 7 }],
  ])('%p leaves it to class-validator', (fieldsClass, fields) => {
    const object = made(fieldsClass, fields);
    expect([isSound(object), soundByClassValidator(object)]).toEqual([false, true]);
  });
});

describe('class-validator’s own decorators', () => {
  class Mixed {
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
    const object = made(Mixed, fields);
    expect([isSound(object), soundByClassValidator(object)]).toEqual([sound, sound]);
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
