import { describe, expect, test } from '@jest/globals';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import statuses from '@eventstore/db-client/generated/status_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import {
  type Proposal,
  appendAnswer,
  appendMessage,
  readAnswer,
  withAnswerId,
} from '../../src/event-store/eventstoredb/append-messages.js';
import { newEvent, newStream } from './contract.js';

const HALF_MAX = 2 ** 48 - 2;

/** What the client's own classes read. */
function readByClient(message: Uint8Array): unknown {
  const request = streams.BatchAppendReq.deserializeBinary(message);
  const options = request.getOptions()!;
  const id = request.getCorrelationId()!.getStructured()!;
  return {
    id: [id.getMostSignificantBits(), id.getLeastSignificantBits()],
    stream: Buffer.from(options.getStreamIdentifier()!.getStreamName_asU8()).toString(),
    expected: options.hasNoStream() ? 'no_stream' : Number(options.getStreamPosition()),
    isFinal: request.getIsFinal(),
    events: request.getProposedMessagesList().map((event) => ({
      id: event.getId()!.getString(),
      type: event.getMetadataMap().get('type'),
      contentType: event.getMetadataMap().get('content-type'),
      data: JSON.parse(Buffer.from(event.getData_asU8()).toString()) as unknown,
      metadata: JSON.parse(Buffer.from(event.getCustomMetadata_asU8()).toString()) as unknown,
    })),
  };
}

describe('the message of an append', () => {
  const short = newEvent();
  test.each<[string, Proposal]>([
    ['of one event', { stream: newStream(), expected: 'no_stream', events: [short] }],
    ['of several', { stream: newStream(), expected: 0, events: [newEvent(), newEvent(), newEvent()] }],
    ['far into a stream', { stream: newStream(), expected: Number.MAX_SAFE_INTEGER, events: [newEvent()] }],
    ['in letters of all kinds', { stream: 'account-Müller-€-𝄞', expected: 127, events: [short] }],
    [
      'of events of all lengths',
      {
        stream: newStream(),
        expected: 128,
        events: [0, 1, 100, 127, 128, 700, 5_000, 100_000].map((length) => ({
          ...newEvent(),
          data: { text: 'ü'.repeat(length) },
        })),
      },
    ],
  ])('%s reads as it was meant', (_, proposal) => {
    expect(readByClient(withAnswerId(appendMessage(proposal), HALF_MAX, 300))).toEqual({
      id: [String(HALF_MAX), '300'],
      stream: proposal.stream,
      expected: proposal.expected,
      isFinal: true,
      events: proposal.events.map((event) => ({ ...event, contentType: 'application/json' })),
    });
  });

  test('has the data as whoever appends has written them', () => {
    const text = '{"amount": "12.30"}';
    const events = [{ ...newEvent(), data: { amount: '12.30' }, text }];
    const message = appendMessage({ stream: newStream(), expected: 'no_stream', events });
    const [event] = streams.BatchAppendReq.deserializeBinary(message).getProposedMessagesList();
    expect(Buffer.from(event!.getData_asU8()).toString()).toBe(text);
  });
});

describe('an answer', () => {
  const proposal: Proposal = { stream: newStream(), expected: 6, events: [newEvent()] };

  function response(second = '300'): InstanceType<typeof streams.BatchAppendResp> {
    const id = new shared.UUID.Structured().setMostSignificantBits('-5').setLeastSignificantBits(second);
    const name = new shared.StreamIdentifier().setStreamName(Buffer.from(proposal.stream));
    return new streams.BatchAppendResp()
      .setCorrelationId(new shared.UUID().setStructured(id))
      .setStreamIdentifier(name);
  }

  function success(revision: string, commit?: string): InstanceType<typeof streams.BatchAppendResp> {
    const done = new streams.BatchAppendResp.Success().setCurrentRevision(revision);
    if (commit !== undefined) {
      done.setPosition(new shared.AllStreamPosition().setCommitPosition(commit).setPreparePosition(commit));
    }
    return response().setSuccess(done);
  }

  test.each([
    ['0', '0'],
    ['7', '300'],
    [String(2 ** 40), String(Number.MAX_SAFE_INTEGER)],
  ])('says that the event is at revision %s and position %s', (revision, commit) => {
    const answer = readAnswer(success(revision, commit).serializeBinary());
    expect(answer.id).toBe(300);
    expect(appendAnswer(answer, proposal)).toEqual({ revision: Number(revision), position: commit });
  });

  test.each([
    ['says nothing of a position', success('7')],
    ['names a position that no number holds exactly', success('7', String(2n ** 53n))],
    ['is empty', response()],
  ])('that %s is none', (_, message) => {
    const answer = readAnswer(message.serializeBinary());
    expect(answer.id).toBe(300);
    expect(appendAnswer(answer, proposal)).toMatchObject({ type: 'unknown' });
  });

  test('may hold fields that are not known here', () => {
    const of8Bytes = [0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8];
    const of4Bytes = [0xa5, 0x06, 1, 2, 3, 4];
    const bytes = Uint8Array.from([...of8Bytes, ...of4Bytes, ...success('7', '300').serializeBinary()]);
    expect(appendAnswer(readAnswer(bytes), proposal)).toEqual({ revision: 7, position: '300' });
  });

  test('says why the events were refused', () => {
    const refused = response().setError(new statuses.Status().setMessage('no'));
    const answer = readAnswer(refused.serializeBinary());
    expect(answer.id).toBe(300);
    expect(appendAnswer(answer, proposal)).toBeInstanceOf(Error);
  });

  test('that was cut off, or is none, cannot be read', () => {
    const whole = success('7', '300').serializeBinary();
    expect(() => readAnswer(whole.subarray(0, -1))).toThrow(RangeError);
    expect(() => readAnswer(Uint8Array.from([0x0d, 1, 2, 3, 4]))).toThrow(RangeError);
    expect(() => readAnswer(Uint8Array.from([0x80, 0x80]))).toThrow(RangeError);
  });
});
