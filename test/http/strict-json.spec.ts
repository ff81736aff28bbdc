import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MalformedJson, parseStrictJson } from '../../src/http/strict-json.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test('what JSON.parse reads is read alike, as text and as bytes, up to 16 levels', () => {
  const options = { maxDepth: 8, noUnicodeString: false };
  fc.assert(
    fc.property(fc.json(options), (text) => {
      const value: unknown = JSON.parse(text);
      expect(parseStrictJson(text)).toEqual(value);
      expect(parseStrictJson(bytes(text))).toEqual(value);
    }),
  );
  expect(parseStrictJson(nested(16))).toBeDefined();
});

describe('is refused', () => {
  test.each([
    ['a name that is there twice', '{"a":1,"b":{"x":":"},"a":1}', 'has the name "a" twice in one object'],
    ['in the depth', '{"a":[{"b":{"c":1,"c":2}}]}', 'has the name "c" twice in one object'],
    ['written in two ways', '{"a":1,"\\u0061":2}', 'has the name "a" twice in one object'],
    ['after an escaped quotation mark', '{"a":"\\":","a":"\\\\"}', 'has the name "a" twice in one object'],
    ['of the prototype', '{"__proto__":1,"__proto__":2}', 'has the name "__proto__" twice in one object'],
    ['17 levels', nested(17), 'is nested deeper than 16 levels'],
    [
      '17 levels under a name that is there twice',
      `{"a":${nested(17)},"a":1}`,
      'is nested deeper than 16 levels',
    ],
    ['no JSON', '{"a":1', 'is not JSON'],
  ])('%s', (_, text, reason) => {
    for (const input of [text, bytes(text)]) {
      expect(() => parseStrictJson(input)).toThrow(new MalformedJson(reason));
    }
  });
});
