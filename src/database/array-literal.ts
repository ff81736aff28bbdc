/** An array as PostgreSQL's text of it; what the elements are is said by a cast in the statement. */
export function arrayLiteral(values: readonly (string | number | boolean | null | undefined)[]): string {
  let literal = '{';
  for (const value of values) {
    if (literal.length > 1) literal += ',';
    if (value === null || value === undefined) literal += 'NULL';
    else if (typeof value === 'string') literal += quoted(value);
    else literal += String(value);
  }
  return `${literal}}`;
}

const SPECIAL = /[\\"]/;

function quoted(text: string): string {
  return `"${SPECIAL.test(text) ? text.replace(/[\\"]/g, '\\$&') : text}"`;
}
