import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, v5 } from 'uuid';
import { nameUuid } from '../src/name-uuid.js';

const NAMESPACE = parse('4c3f6a0e-6a57-5d1c-9c0b-0f1c6b7a2d11');

test('the UUID of a name is the one of RFC 9562, version 5, as another implementation makes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (name) => {
      expect(nameUuid(NAMESPACE, name)).toBe(v5(Buffer.from(name), NAMESPACE));
    }),
  );
});
