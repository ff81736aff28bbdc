import { hash } from 'node:crypto';
import { parse as uuidBytes } from 'uuid';
import { type AccountCommand, commandIdOf } from '../ledger/commands.js';
import type { AccountEvent } from '../ledger/events.js';

const NAMESPACE = uuidBytes('4c3f6a0e-6a57-5d1c-9c0b-0f1c6b7a2d11');

/**
 * The id of an event: the same for the same account, caller's id, place in the command, and content.
 *
 * The content is part of it because stores take an append of the same ids at the same revision for a repetition. Two
 * processes that race to use one caller's id for two different amounts must not both be told that theirs was kept.
 */
export function eventIdOf(command: AccountCommand, place: number, event: AccountEvent): string {
  const name = [command.accountId, commandIdOf(command), place, event.type, JSON.stringify(event.data)];
  return nameUuid(name.join('\n'));
}

/** The UUID of a name in our namespace (version 5), as `v5` of `uuid` makes it in three times the time. */
export function nameUuid(name: string): string {
  const hex = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
