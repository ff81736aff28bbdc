import type { FieldError } from '../ledger/rejection.js';
import { validateSync, type ValidationError } from 'class-validator';
import { isSound } from './sound-fields.js';

/** A class of fields, as the decorators of `value-fields.ts` declare them. */
export type FieldsClass<T extends object = object> = abstract new (...args: never[]) => T;

/** What the value of a field is made of, where it is more than one plain value. */
export interface Structure {
  /** The class that describes an object at this place; it may look at the object to choose. */
  classFor: (value: Readonly<Record<string, unknown>>) => FieldsClass;
  /** Set where the value is a list of such objects. */
  list?: { min: number; max: number };
}

interface DeclaredField {
  optional: boolean;
  structure?: Structure;
}

const declared = new WeakMap<object, Map<string, DeclaredField>>();

/** Notes that a class has a field; used by the decorators of `value-fields.ts` only. */
export function declareField(field: DeclaredField): PropertyDecorator {
  return (prototype, name) => {
    const own = declared.get(prototype) ?? new Map<string, DeclaredField>();
    own.set(String(name), field);
    declared.set(prototype, own);
  };
}

/** The fields of a class and of those it extends, by name. */
function fieldsOf(fieldsClass: FieldsClass): ReadonlyMap<string, DeclaredField> {
  let fields = collected.get(fieldsClass);
  if (!fields) {
    fields = new Map();
    for (
      let prototype: object | null = fieldsClass.prototype as object;
      prototype !== null;
      prototype = Object.getPrototypeOf(prototype) as object | null
    ) {
      for (const [name, field] of declared.get(prototype) ?? [])
        if (!fields.has(name)) fields.set(name, field);
    }
    collected.set(fieldsClass, fields);
  }
  return fields;
}
const collected = new WeakMap<FieldsClass, Map<string, DeclaredField>>();

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
  const errors: FieldError[] = [];
  if (!isPlainObject(input)) return { errors: [{ field: 'body', message: 'must be a JSON object' }] };
  const instance = instantiate(fieldsClass, input, '', errors);
  if (errors.length > 0 || !isSound(instance)) {
    const faults = validateSync(instance, VALIDATOR_OPTIONS);
    collect(faults, '', new Set(errors.map((e) => e.field)), errors);
  }
  if (errors.length > 0) return { errors: errors.slice(0, ERRORS_MAX) };
  // Known names only from here on, so that nothing like `__proto__` is among what is assigned.
  const bare = Object.create(fieldsClass.prototype as object) as T;
  return { checked: Object.assign(bare, input) };
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

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
