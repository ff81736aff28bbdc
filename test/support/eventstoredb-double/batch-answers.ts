import { status } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { UUID, WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendOutcome, ServerRevision } from './event-log.js';
import { streamIdentifier } from './read-answers.js';
import type { Refused } from './refusals.js';

/** Which append an answer is about. */
interface About {
  id: UUID | undefined;
  stream: string;
}

/** An append is in the log. */
export function written(
  about: About,
  { revision, position }: Extract<AppendOutcome, { written: true }>,
): BatchAppendResp {
  const place = new shared.AllStreamPosition();
  place.setCommitPosition(String(position));
  place.setPreparePosition(String(position));
  const success = new streams.BatchAppendResp.Success();
  return answer(about).setSuccess(success.setCurrentRevision(String(revision)).setPosition(place));
}

/** Nothing was written: the stream is elsewhere. */
export function wrongRevision(
  about: About,
  expected: ServerRevision,
  actual: number | 'no_stream',
): BatchAppendResp {
  const wrong = new shared.WrongExpectedVersion();
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the client has two of nothing
  const nothing: ReturnType<WrongExpectedVersion['getCurrentNoStream']> = new shared.Empty();
  if (actual === 'no_stream') wrong.setCurrentNoStream(nothing);
  else wrong.setCurrentStreamRevision(String(actual));
  if (expected === 'no_stream') wrong.setExpectedNoStream(nothing);
  else if (expected === 'any') wrong.setExpectedAny(nothing);
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(nothing);
  else wrong.setExpectedStreamPosition(String(expected));
  return answer(about).setError(error('WrongExpectedVersion', wrong));
}

/** Whether the server ends a whole call by a refusal, and with it every append that is under way on it. */
export function endsCalls({ code }: Refused): boolean {
  return code === status.NOT_FOUND || code === status.UNAUTHENTICATED || code === status.INTERNAL;
}

/** An append was refused; of what has no form of its own there is the text alone. */
export function refused(about: About, { code, details, metadata }: Refused): BatchAppendResp {
  return answer(about).setError(errorOf(code, details, Number(metadata.get('maximum-append-size')[0])));
}

function errorOf(code: status, details: string, bytesMax: number): Status {
  if (code === status.ABORTED || code === status.DEADLINE_EXCEEDED)
    return error('Timeout', new shared.Timeout());
  if (code === status.PERMISSION_DENIED) return error('AccessDenied', new shared.AccessDenied());
  if (bytesMax > 0) {
    const large = new shared.MaximumAppendSizeExceeded();
    large.setMaxappendsize(bytesMax);
    return error('MaximumAppendSizeExceeded', large);
  }
  if (code === status.INVALID_ARGUMENT)
    return error('BadRequest', new shared.BadRequest().setMessage(details));
  return error('google.protobuf.Empty', new shared.Empty()).setMessage(details);
}

function answer({ id, stream }: About): BatchAppendResp {
  const response = new streams.BatchAppendResp();
  return response.setCorrelationId(id).setStreamIdentifier(streamIdentifier(stream));
}

/** @param type of its details, by its short name where it is one of EventStoreDB's own */
function error(type: string, details: { serializeBinary(): Uint8Array }): Status {
  // The class of `details` is in a package that is the client's alone; a status that has some is a way to one.
  const status = statuses.Status.deserializeBinary(Uint8Array.of(0x1a, 0));
  const name = type.includes('.') ? type : `event_store.client.${type}`;
  status.getDetails()!.pack(details.serializeBinary(), name);
  return status.setMessage(type);
}
