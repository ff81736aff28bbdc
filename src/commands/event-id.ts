import { parse as uuidBytes } from 'uuid';
import { type AccountCommand, commandIdOf } from '../ledger/commands.js';
import type { AccountEvent } from '../ledger/events.js';
import { nameUuid } from '../name-uuid.js';

const NAMESPACE = uuidBytes('4c3f6a0e-6a57-5d1c-9c0b-0f1c6b7a2d11');

/**
 * The id of an event: the same for the same account, caller's id, place in the command, and content.
 *
 * The content is part of it because stores take an append of the same ids at the same revision for a repetition. Two
 * processes that race to use one caller's id for two different amounts must not both be told that theirs was kept.
 *
 * @param text the content as JSON
 */
export function eventIdOf(
  command: AccountCommand,
  place: number,
  event: AccountEvent,
  text = JSON.stringify(event.data),
): string {
  const name = [command.accountId, commandIdOf(command), place, event.type, text];
  return nameUuid(NAMESPACE, name.join('\n'));
}
