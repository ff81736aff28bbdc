/** A class of fields, as the decorators of `value-fields.ts` declare them. */
export type FieldsClass<T extends object = object> = abstract new (...args: never[]) => T;

/** What the value of a field is made of, where it is more than one plain value. */
export interface Structure {
  /** The class that describes an object at this place; it may look at the object to choose. */
  classFor: (value: Readonly<Record<string, unknown>>) => FieldsClass;
  /** Set where the value is a list of such objects. */
  list?: { min: number; max: number };
}

/** A field, as far as it is not for its checks to say. */
export interface DeclaredField {
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
export function fieldsOf(fieldsClass: FieldsClass): ReadonlyMap<string, DeclaredField> {
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
