import { expect, test } from '@jest/globals';
import { eventIdOf } from '../../src/commands/event-id.js';

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
