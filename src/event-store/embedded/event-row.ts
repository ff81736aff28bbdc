import { crc32 } from 'node:zlib';
import { LogDamage } from './failures.js';
import type { EventFields, EventText } from './messages.js';

/**
 * A row as it is selected: the fields of the event, then its checksum. Any of them may be something else in a damaged
 * file; the checksum finds it out.
 */
export type EventRow = [...EventFields, number];

/** What is selected for an {@link EventRow}; an event whose stream is lost must not vanish, hence the left join. */
export const SELECT_EVENTS = `
  SELECT e.position, s.name, e.revision, e.event_id, e.type, e.data, e.metadata, e.checksum
  FROM events e LEFT JOIN streams s ON s.stream_id = e.stream_id`;

/** CRC-32 over everything an event says and where it stands. */
export function checksum(position: number, stream: string, revision: number, event: EventText): number {
  return crc(position, stream, revision, event.id, event.type, event.data, event.metadata);
}

/** Whether a row holds what was written. */
export function isIntact(row: EventRow): boolean {
  return crc(row[0], row[1], row[2], row[3], row[4], row[5], row[6]) === row[7];
}

/** @throws LogDamage when a row does not hold what was written */
export function requireIntact(row: EventRow, file: string): void {
  if (isIntact(row)) return;
  throw new LogDamage(
    `the event log ${file} is damaged: the event at position ${row[0]} (stream ${row[1]}, revision ${row[2]}) ` +
      'does not match its checksum',
  );
}

// A line feed stands in none of the fields (JSON escapes it), so no two events give the same text.
function crc(
  position: number,
  stream: string,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
): number {
  return crc32(`${position}\n${stream}\n${revision}\n${id}\n${type}\n${data}\n${metadata}`);
}
