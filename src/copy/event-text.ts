import type { StoredEvent } from '../event-store/event-store.js';

/**
 * Everything an event says, as one line that is the same whichever store it lies in: all but its position, which
 * belongs to a store.
 */
export function eventText({ stream, revision, id, type, data, metadata }: StoredEvent): string {
  return canonicalJson([stream, revision, id, type, data, metadata]);
}

/** JSON with the names of every object in one order; undefined where there is none. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`).join()}}`;
}

/** What an event says otherwise than another one, in words that repeat nothing of either; none when nothing. */
export function differingParts(a: StoredEvent, b: StoredEvent): string[] {
  const parts = ['stream', 'revision', 'id', 'type', 'data', 'metadata'] as const;
  const found: string[] = parts.filter((part) => canonicalJson(a[part]) !== canonicalJson(b[part]));
  // Bytes that are no JSON cannot be seen through the port, and so not be compared.
  if (a.data === undefined && b.data === undefined) found.push('data');
  return found;
}
