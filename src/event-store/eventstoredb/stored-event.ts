import type { AllStreamRecordedEvent, Position as LogPosition, RecordedEvent } from '@eventstore/db-client';
import type { EventMetadata, NewEvent, Position, StoredEvent } from '../event-store.js';

/**
 * An event as the server takes it, in JSON. `$correlationId` and `$causationId` in the metadata are what its own index
 * by correlation reads.
 *
 * @throws TypeError when the data are no JSON
 */
export function wireEvent({ data, text, metadata }: NewEvent): { data: string; metadata: string } {
  const written = (text ?? JSON.stringify(data)) as string | undefined;
  if (written === undefined) throw new TypeError('data and metadata must be JSON');
  return { data: written, metadata: JSON.stringify(metadata) };
}

/**
 * A position as the server counts: what one call appends has no commit record of its own, so that the commit and the
 * prepare position of an event are one number.
 *
 * @throws RangeError when the text is no position
 */
export function logPosition(position: Position): LogPosition {
  if (!/^\d{1,20}$/.test(position)) throw new RangeError(`${position} is not a position of an event log`);
  return { commit: BigInt(position), prepare: BigInt(position) };
}

/**
 * An event as the port gives it. What the server writes when somebody deletes a stream for good has the last revision
 * that there can be, more than a number holds exactly.
 */
export function storedEventOf(event: RecordedEvent | AllStreamRecordedEvent): StoredEvent {
  return {
    stream: event.streamId,
    revision: Math.min(Number(event.revision), Number.MAX_SAFE_INTEGER),
    position: String(event.position!.commit),
    id: event.id,
    type: event.type,
    data: event.isJson ? event.data : undefined,
    metadata: event.metadata instanceof Uint8Array ? {} : ((event.metadata ?? {}) as Partial<EventMetadata>),
  };
}
