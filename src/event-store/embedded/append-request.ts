import type { ExpectedRevision } from '../event-store.js';
import type { AppendRequest, EventText } from './messages.js';

/** Puts an append together. */
export function appendRequest(
  stream: string,
  expected: ExpectedRevision,
  events: readonly EventText[],
): AppendRequest {
  const request: AppendRequest = [stream, expected];
  for (const { id, type, data, metadata } of events) request.push(id, type, data, metadata);
  return request;
}

/** The events of an append. */
export function eventsOf(request: AppendRequest): EventText[] {
  const events: EventText[] = [];
  for (let at = 2; at < request.length; at += 4) {
    const [id, type, data, metadata] = request.slice(at, at + 4) as [string, string, string, string];
    events.push({ id, type, data, metadata });
  }
  return events;
}
