import { validateSync, type ValidationError } from 'class-validator';
import type { FieldError } from '../ledger/rejection.js';
import { type FieldsClass, type Structure, fieldsOf } from './declared-fields.js';
import { isPlainObject, isSound } from './sound-fields.js';

const ERRORS_MAX = 1000;

/**
 * Checks an object from outside against a class of fields: fields that it does not know (nested too), `null`, and
 * whatever the decorators refuse. The class is the one declaration; class-validator runs its checks.
 *
 * Nothing is transformed: the answer has the class, and the plain values as they came.
 *
 * @returns the checked object, or every field that is wrong
 */
export function checkFields<T extends object>(
  fieldsClass: FieldsClass<T>,
  input: unknown,
): { checked: T } | { errors: FieldError[] } {
  if (!isPlainObject(input)) return { errors: [{ field: 'body', message: 'must be a JSON object' }] };
  if (!isSound(fieldsClass, input)) {
    const errors = errorsIn(fieldsClass, input);
    if (errors.length > 0) return { errors };
  }
  // Known names only from here on, so that nothing like `__proto__` is among what is assigned.
  const bare = Object.create(fieldsClass.prototype as object) as T;
  return { checked: Object.assign(bare, input) };
}

/** Every field of an object that is wrong, in the words of its decorators, as class-validator finds them. */
export function errorsIn(fieldsClass: FieldsClass, input: Readonly<Record<string, unknown>>): FieldError[] {
  const errors: FieldError[] = [];
  const instance = instantiate(fieldsClass, input, '', errors);
  const faults = validateSync(instance, VALIDATOR_OPTIONS);
  collect(faults, '', new Set(errors.map((e) => e.field)), errors);
  return errors.slice(0, ERRORS_MAX);
}

const VALIDATOR_OPTIONS = {
  stopAtFirstError: true,
  forbidUnknownValues: false,
  validationError: { target: false, value: false },
} as const;

/** An object with the class that class-validator looks its checks up by, all the way down. */
function instantiate(
  fieldsClass: FieldsClass,
  input: Readonly<Record<string, unknown>>,
  path: string,
  errors: FieldError[],
): object {
  const fields = fieldsOf(fieldsClass);
  const instance = Object.create(fieldsClass.prototype as object) as Record<string, unknown>;
  for (const name of Object.keys(input)) {
    const field = fields.get(name);
    const at = path + name;
    if (!field) errors.push({ field: at.slice(0, 200), message: 'is not a known field' });
    else if (!field.structure) instance[name] = input[name];
    else instance[name] = instantiateAll(field.structure, input[name], at, errors);
  }
  for (const [name, { optional, structure }] of fields) {
    if (structure && !optional && !Object.hasOwn(input, name)) {
      errors.push({ field: path + name, message: 'is required' });
    }
  }
  return instance;
}

function instantiateAll(structure: Structure, value: unknown, at: string, errors: FieldError[]): unknown {
  const one = (item: unknown, itemAt: string): object | undefined => {
    if (isPlainObject(item)) return instantiate(structure.classFor(item), item, `${itemAt}.`, errors);
    errors.push({ field: itemAt, message: 'must be an object' });
    return undefined;
  };
  if (!structure.list) return one(value, at);
  const { min, max } = structure.list;
  if (!Array.isArray(value)) {
    errors.push({ field: at, message: 'must be a list of objects' });
    return undefined;
  }
  if (value.length < min || value.length > max) {
    errors.push({ field: at, message: `must have ${min} to ${max} items` });
    return undefined;
  }
  return value.map((item, i) => one(item, `${at}[${i}]`));
}

/** Flattens class-validator's tree to paths; fields whose structure is wrong were named before. */
function collect(
  faults: ValidationError[],
  path: string,
  named: ReadonlySet<string>,
  errors: FieldError[],
): void {
  for (const { property, constraints, children } of faults) {
    const at = /^\d+$/.test(property)
      ? `${path}[${property}]`
      : path === ''
        ? property
        : `${path}.${property}`;
    const message = Object.values(constraints ?? {})[0];
    if (message !== undefined && !named.has(at)) errors.push({ field: at, message });
    if (children) collect(children, at, named, errors);
  }
}
