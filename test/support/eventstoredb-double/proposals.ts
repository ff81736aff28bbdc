import type { AppendReq, BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ProposedEvent, ServerRevision } from './event-log.js';
import { appendTooLarge, invalid, metadataMissing } from './refusals.js';
import { uuidText } from './uuids.js';

/** What a client wants to append, and where. */
export interface Proposal {
  stream: string;
  expected: ServerRevision;
  events: ProposedEvent[];
}

/**
 * The events of an append, as they come.
 *
 * @throws Refused when they are none, or too many bytes
 */
export function proposedEvents(
  messages: readonly (AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage | undefined)[],
  bytesMax: number,
): ProposedEvent[] {
  let bytes = 0;
  return messages.map((message) => {
    if (message === undefined) throw invalid('an append has one header');
    const event = proposedEvent(message);
    bytes += event.data.length; // The server counts the data alone.
    if (bytes > bytesMax) throw appendTooLarge(bytesMax);
    return event;
  });
}

function proposedEvent(message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage): ProposedEvent {
  const metadata = message.getMetadataMap();
  const type = metadata.get('type');
  if (type === undefined) throw metadataMissing('type');
  const contentType = metadata.get('content-type');
  if (contentType === undefined) throw metadataMissing('content-type');
  return {
    id: uuidText(message.getId()),
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}
