const COUNTER = /^\d{1,4}$/;

/** Whether a line item control number (REF*6R) is a short one: it counts the lines of a claim, and tells no claim from another. */
export function isCounter(controlNumber: string): boolean {
  return COUNTER.test(controlNumber);
}
