/** An array as PostgreSQL's text of it; what the elements are is said by a cast in the statement. */
export function arrayLiteral(values: readonly (string | number | boolean | null | undefined)[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}

const SPECIAL = /[\\"]/;

function elementOf(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value !== 'string') return String(value);
  return `"${SPECIAL.test(value) ? value.replace(/[\\"]/g, '\\$&') : value}"`;
}
