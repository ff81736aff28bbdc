import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, v5 } from 'uuid';
import { eventIdOf, nameUuid } from '../../src/commands/event-id.js';

const NAMESPACE = parse('4c3f6a0e-6a57-5d1c-9c0b-0f1c6b7a2d11');

test('the UUID of a name is the one of RFC 9562, version 5, as another implementation makes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (name) => {
      expect(nameUuid(name)).toBe(v5(Buffer.from(name), NAMESPACE));
    }),
  );
});

// Ids in logs that are there must not change: a repeated command would be appended a second time.
test('the id of an event stays what it was', () => {
  const command = {
    type: 'RecordNote',
    accountId: 'A1',
    noteId: 'N1',
    kind: 'call',
    text: 'called',
  } as const;
  const { type: _, accountId: __, ...given } = command;
  const event = { type: 'NoteRecorded', data: { effectiveOn: '2026-01-15', ...given } } as const;
  expect(eventIdOf(command, 0, event)).toBe('f9cc27d7-a5f6-5ee2-b79f-ac5781cec954');
});
