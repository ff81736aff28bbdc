import type { ClaimStatement } from '../../ledger/claim-statement.js';
import { ledgerId } from '../../ledger-id.js';

/** No name or number of a real file is as long; an index of a database could not take much longer ones. */
const LENGTH_MAX = 256;
const CONTROL = /\p{Cc}/u;
const CONTROLS = /\p{Cc}/gu;

/** A text of a file as events keep it: proper Unicode, without control characters, and cut where it is far too long. */
export function plainText(text: string): string {
  return clean(text).slice(0, LENGTH_MAX).toWellFormed();
}

/** The same for what something is called by: what is far too long is told by its `ledgerId`, so that none are mixed up. */
export function plainName(text: string): string {
  const plain = clean(text);
  return plain.length > LENGTH_MAX ? ledgerId(plain) : plain;
}

/** A statement in whose texts nothing stands that some store or database refuses; itself when nothing does. */
export function plainStatement(statement: ClaimStatement): ClaimStatement {
  return plainIn(statement);
}

function plainIn<T>(value: T): T {
  if (typeof value === 'string') return (isPlain(value) ? value : plainName(value)) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(plainIn<unknown>);
    return items.every((item, i) => item === value[i]) ? value : (items as T);
  }
  let plain = value;
  for (const [key, each] of Object.entries(value)) {
    const one: unknown = plainIn(each);
    if (one !== each) plain = { ...plain, [key]: one };
  }
  return plain;
}

function isPlain(text: string): boolean {
  return text.length <= LENGTH_MAX && !CONTROL.test(text) && text.isWellFormed();
}

function clean(text: string): string {
  return text.toWellFormed().replace(CONTROLS, ' ');
}
