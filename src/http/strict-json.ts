const DEPTH_MAX = 16;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A text that is not the JSON we accept; the message says why and never repeats the text. */
export class MalformedJson extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'MalformedJson';
  }
}

/**
 * Parses JSON from outside more strictly than `JSON.parse`: well-formed UTF-8, no name twice in one object (which of
 * two amounts would count?), and at most 16 levels deep.
 *
 * @throws MalformedJson
 */
export function parseStrictJson(input: Uint8Array | string): unknown {
  const text = typeof input === 'string' ? input : decodeUtf8(input);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The engine's own message quotes the text, which may hold personal data.
    throw new MalformedJson('is not JSON');
  }
  // Of two members of one name JSON.parse keeps one: whatever is amiss shows in their number, and is looked for then.
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  if (membersOf(value, DEPTH_MAX) !== membersIn(bytes)) checkStructure(text);
  return value;
}

/** How many members all objects of a value have; NaN when it is nested deeper than so many levels. */
function membersOf(value: unknown, levels: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (levels === 0) return Number.NaN;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) members += membersOf(item, levels - 1);
    return members;
  }
  for (const name in value) members += 1 + membersOf((value as Record<string, unknown>)[name], levels - 1);
  return members;
}

/** How many members are written in what is known to be JSON in UTF-8: each has the one colon outside of strings. */
function membersIn(json: Uint8Array): number {
  let members = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === 0x22)
      isInString = !isInString; // "
    else if (byte === 0x5c)
      at += 1; // a backslash stands in strings only, and may escape a quotation mark
    else if (byte === 0x3a && !isInString) members += 1; // :
  }
  return members;
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedJson('is not well-formed UTF-8');
  }
}

/** Walks a text that is known to be JSON, looking only at brackets and names. */
function checkStructure(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
        open.push(new Set());
        if (open.length > DEPTH_MAX) throw new MalformedJson(`is nested deeper than ${DEPTH_MAX} levels`);
        break;
      case 0x5b: // [
        open.push(undefined);
        if (open.length > DEPTH_MAX) throw new MalformedJson(`is nested deeper than ${DEPTH_MAX} levels`);
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        break;
      case 0x22: {
        // "
        const end = endOfString(text, i);
        const names = open.at(-1);
        if (names && isName(text, end)) {
          const raw = text.slice(i, end + 1);
          const name = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
          if (names.has(name))
            throw new MalformedJson(`has the name "${name.slice(0, 64)}" twice in one object`);
          names.add(name);
        }
        i = end;
        break;
      }
    }
  }
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes += 1;
  return backslashes % 2 === 1;
}

/** Whether a string that ends here is the name of a member: the next thing is a colon. */
function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (text.charCodeAt(next) <= 0x20) next += 1;
  return text.charCodeAt(next) === 0x3a;
}
