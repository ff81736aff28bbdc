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
import { type AppendResult, AppendTooLarge, type ExpectedRevision, type NewEvent } from '../event-store.js';
import { wireEvent } from './stored-event.js';
import { MessageFields, MessageWriter } from './wire-format.js';

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

/** Fields of `BatchAppendReq` and `BatchAppendResp`, by their numbers in `streams.proto` and `shared.proto`. */
const REQUEST = { id: 1, options: 2, events: 3, isFinal: 4 };
const OPTIONS = { stream: 1, revision: 2, noStream: 3 };
const STREAM = { name: 3 };
const EVENT = { id: 1, metadata: 2, customMetadata: 3, data: 4 };
const ENTRY = { key: 1, value: 2 };
const UUID = { halves: 1, text: 2 };
const HALVES = { first: 1, second: 2 };
const RESPONSE = { id: 1, error: 2, success: 3 };
const SUCCESS = { revision: 1, position: 3 };
const POSITION = { commit: 1 };

/**
 * An append as a message, but for the id of its answer. It names no deadline: the server would hold it against its own
 * clock, which need not be that of anybody who writes.
 *
 * @throws TypeError when an event is no JSON
 * @throws AppendTooLarge
 */
export function appendMessage({ stream, expected, events }: Proposal): Buffer {
  const writer = new MessageWriter().number(REQUEST.isFinal, 1);
  for (const event of events.toReversed()) {
    const { data, metadata } = wireEvent(event);
    writer.message(REQUEST.events, () => {
      writer.text(EVENT.data, data).text(EVENT.customMetadata, metadata);
      writer.message(EVENT.metadata, () => writer.text(ENTRY.value, event.type).text(ENTRY.key, 'type'));
      writer.message(EVENT.metadata, () =>
        writer.text(ENTRY.value, 'application/json').text(ENTRY.key, 'content-type'),
      );
      writer.message(EVENT.id, () => writer.text(UUID.text, event.id));
    });
  }
  writer.message(REQUEST.options, () => {
    if (expected === 'no_stream') writer.message(OPTIONS.noStream, () => undefined);
    else writer.number(OPTIONS.revision, expected);
    writer.message(OPTIONS.stream, () => writer.text(STREAM.name, stream));
  });
  if (writer.length > BYTES_MAX) throw new AppendTooLarge(BYTES_MAX);
  return writer.written;
}

/** The message of an append with the id that its answer will have, in two halves. */
export function withAnswerId(message: Buffer, first: number, second: number): Buffer {
  const id = new MessageWriter().message(REQUEST.id, (writer) =>
    writer.message(UUID.halves, () => writer.number(HALVES.second, second).number(HALVES.first, first)),
  );
  return Buffer.concat([id.written, message]);
}

/** What the server answers to an append. */
export interface Answer {
  /** The second half of its id. */
  id: number | undefined;
  /** Where the last of the events stands; undefined where they were refused. */
  result?: AppendResult;
  status?: Status | undefined;
}

/** Reads an answer. */
export function readAnswer(bytes: Uint8Array): Answer {
  const fields = new MessageFields(bytes);
  const id = fields.message(RESPONSE.id).message(UUID.halves).number(HALVES.second);
  if (fields.has(RESPONSE.error)) {
    return { id, status: streams.BatchAppendResp.deserializeBinary(bytes).getError() };
  }
  const success = fields.message(RESPONSE.success);
  // A number that is left out is 0.
  const revision = success.number(SUCCESS.revision) ?? 0;
  const position = success.message(SUCCESS.position).number(POSITION.commit) ?? 0;
  const isSaid =
    success.has(SUCCESS.position) && Number.isSafeInteger(revision) && Number.isSafeInteger(position);
  return isSaid ? { id, result: { revision, position: String(position) } } : { id };
}

/** What an append comes to: where it stands, or an error as the client has it for its own calls. */
export function appendAnswer({ result, status }: Answer, proposal: Proposal): AppendResult | Error {
  if (result !== undefined) return result;
  if (status !== undefined) return refusal(status, proposal);
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
