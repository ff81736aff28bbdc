import {
  AccessDeniedError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  TimeoutError,
  UnavailableError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { type AppendResult, AppendTooLarge, type ExpectedRevision, type NewEvent } from '../event-store.js';
import { wireEvent } from './stored-event.js';

/**
 * The server ends a whole call over a message of 16 MiB, whatever its settings, and with it the appends of others. An
 * append is one message here, so what comes near is not sent.
 */
const BYTES_MAX = 15 * 1024 * 1024;

/** What is to be appended, and where. */
export interface Proposal {
  stream: string;
  expected: ExpectedRevision;
  events: readonly NewEvent[];
}

type ProposedMessage = BatchAppendReq.ProposedMessage;

/**
 * An append as a message, but for the id of its answer. It names no deadline: the server would hold it against its own
 * clock, which need not be that of anybody who writes.
 *
 * @throws TypeError when an event is no JSON
 * @throws AppendTooLarge
 */
export function appendMessage({ stream, expected, events }: Proposal): BatchAppendReq {
  const messages = events.map(proposedMessage);
  const bytes = messages.reduce((sum, event) => sum + bytesOf(event), 0);
  if (bytes > BYTES_MAX) throw new AppendTooLarge(BYTES_MAX);
  const options = new streams.BatchAppendReq.Options();
  options.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the client has two of nothing
  if (expected === 'no_stream') options.setNoStream(new shared.Empty());
  else options.setStreamPosition(String(expected));
  const message = new streams.BatchAppendReq();
  return message.setOptions(options).setProposedMessagesList(messages).setIsFinal(true);
}

function proposedMessage(event: NewEvent): ProposedMessage {
  const { data, metadata } = wireEvent(event);
  const message = new streams.BatchAppendReq.ProposedMessage();
  message.getMetadataMap().set('type', event.type).set('content-type', 'application/json');
  return message.setId(new shared.UUID().setString(event.id)).setData(data).setCustomMetadata(metadata);
}

function bytesOf(event: ProposedMessage): number {
  return event.getData().length + event.getCustomMetadata().length;
}

/** What the server answers to an append: where it stands, or an error as the client has it for its own calls. */
export function appendAnswer(answer: BatchAppendResp, { stream, expected }: Proposal): AppendResult | Error {
  const success = answer.getSuccess();
  const position = success?.getPosition();
  if (success !== undefined && position !== undefined) {
    return { revision: Number(success.getCurrentRevision()), position: position.getCommitPosition() };
  }
  const status = answer.getError();
  if (status !== undefined) return refusal(status, { stream, expected });
  return new UnknownError(undefined, 'it does not say where the events stand');
}

/** What a server says that is not ready, too busy, or knows no leader, has no type of its own. */
function refusal(status: Status, { stream, expected }: Pick<Proposal, 'stream' | 'expected'>): Error {
  const details = status.getDetails();
  const type = details?.getTypeName() ?? '';
  switch (type) {
    case 'event_store.client.WrongExpectedVersion': {
      const wrong = details?.unpack((bytes) => shared.WrongExpectedVersion.deserializeBinary(bytes), type);
      return new WrongExpectedVersionError(undefined, {
        streamName: stream,
        expected: expected === 'no_stream' ? expected : BigInt(expected),
        current: wrong?.hasCurrentStreamRevision() ? BigInt(wrong.getCurrentStreamRevision()) : 'no_stream',
      });
    }
    case 'event_store.client.MaximumAppendSizeExceeded': {
      const large = details?.unpack(
        (bytes) => shared.MaximumAppendSizeExceeded.deserializeBinary(bytes),
        type,
      );
      return MaxAppendSizeExceededError.fromMaxAppendSize(large?.getMaxappendsize() ?? BYTES_MAX);
    }
    case 'event_store.client.StreamDeleted':
      return StreamDeletedError.fromStreamName(stream);
    case 'event_store.client.AccessDenied':
      return new AccessDeniedError();
    case 'event_store.client.Timeout':
      return new TimeoutError();
    case 'google.protobuf.Empty':
      return new UnavailableError(undefined, status.getMessage());
  }
  return new UnknownError(undefined, status.getMessage());
}
