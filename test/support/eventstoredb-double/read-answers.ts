import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { RecordedEvent } from './event-log.js';
import { uuidMessage } from './uuids.js';

/** .NET counts time in ticks of 100 ns; on the wire from 1970. */
const TICKS_PER_MS = 10_000;

/** One event that was read. */
export function eventAnswer(event: RecordedEvent, structuredIds: boolean): ReadResp {
  const record = new streams.ReadResp.ReadEvent.RecordedEvent();
  record.setId(uuidMessage(event.id, structuredIds));
  record.setStreamIdentifier(streamIdentifier(event.stream));
  record.setStreamRevision(String(event.revision));
  record.setCommitPosition(String(event.position));
  record.setPreparePosition(String(event.position));
  record
    .getMetadataMap()
    .set('type', event.type)
    .set('created', String(event.created.getTime() * TICKS_PER_MS))
    .set('content-type', event.isJson ? 'application/json' : 'application/octet-stream');
  record.setData(event.data);
  record.setCustomMetadata(event.metadata);
  const read = new streams.ReadResp.ReadEvent();
  read.setEvent(record);
  read.setCommitPosition(String(event.position));
  return new streams.ReadResp().setEvent(read);
}

/** The stream that was to be read does not exist. */
export function streamNotFound(stream: string): ReadResp {
  const notFound = new streams.ReadResp.StreamNotFound();
  return new streams.ReadResp().setStreamNotFound(notFound.setStreamIdentifier(streamIdentifier(stream)));
}

/** A subscription has begun. */
export function confirmation(subscriptionId: string): ReadResp {
  const confirmed = new streams.ReadResp.SubscriptionConfirmation();
  return new streams.ReadResp().setConfirmation(confirmed.setSubscriptionId(subscriptionId));
}

/** A subscription has given what there was; live events follow. */
export function caughtUp(): ReadResp {
  return new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());
}

/** How far a filtered subscription has looked. */
export function checkpoint(commit: number, prepare: number): ReadResp {
  const reached = new streams.ReadResp.Checkpoint();
  reached.setCommitPosition(String(commit));
  reached.setPreparePosition(String(prepare));
  return new streams.ReadResp().setCheckpoint(reached);
}

/** The name of a stream on the wire. */
export function streamIdentifier(stream: string): StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
}

/** The name of a stream from the wire. */
export function streamName(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();
}
