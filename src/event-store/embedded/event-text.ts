import { AppendTooLarge, type NewEvent, type StoredEvent } from '../event-store.js';
import type { EventFields, EventText } from './messages.js';

/** Far beyond any event of ours, and far below what SQLite refuses. */
const EVENT_CHARS_MAX = 64 * 1024 * 1024;
// eslint-disable-next-line no-control-regex -- control characters are what it is to find
const UNFIT = /[\u0000-\u001f\u007f]/;

/**
 * An event as the text that is stored.
 *
 * @throws TypeError when data or metadata are not JSON, or id or type not plain text
 * @throws AppendTooLarge
 */
export function eventText({ id, type, data, text: written, metadata }: NewEvent): EventText {
  requirePlain('id', id);
  requirePlain('type', type);
  const text = { id, type, data: written ?? json(data), metadata: json(metadata) };
  if (text.data.length + text.metadata.length > EVENT_CHARS_MAX) {
    throw new AppendTooLarge();
  }
  return text;
}

/** @throws TypeError when the name is empty, not proper Unicode or has control characters */
export function requireStreamName(stream: string): void {
  requirePlain('stream', stream);
}

/** An event as the port gives it. */
export function storedEvent(fields: EventFields): StoredEvent {
  const [position, stream, revision, id, type, data, metadata] = fields;
  return {
    stream,
    revision,
    position: String(position),
    id,
    type,
    data: parsed(data),
    metadata: parsed(metadata) ?? {},
  };
}

function requirePlain(what: string, text: string): void {
  if (text !== '' && text.isWellFormed() && !UNFIT.test(text)) return;
  throw new TypeError(`${what} must be plain text without control characters`);
}

function json(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError('data and metadata must be JSON');
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // What is no JSON is the reader's to judge, as the port says.
  }
}
