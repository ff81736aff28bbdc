import type { ServerReadableStream } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { carryOut } from './carry-out.js';
import type { AppendOutcome, ServerRevision } from './event-log.js';
import { type Node, admit } from './node.js';
import { type Proposal, proposedEvents } from './proposals.js';
import { streamName } from './read-answers.js';
import { invalid } from './refusals.js';

export type AppendCall = ServerReadableStream<AppendReq, AppendResp>;

/**
 * Carries out an append that is a call of its own, or what goes wrong with it.
 *
 * @returns undefined when it is not to be answered
 * @throws Refused
 */
export async function append(node: Node, call: AppendCall): Promise<AppendResp | undefined> {
  const proposal = await proposalOf(node, call);
  if (proposal === undefined) return undefined;
  const outcome = await carryOut(node, call, proposal);
  return outcome && answer(proposal, outcome);
}

/** Reads the request to its end; undefined when the client took it back before. */
async function proposalOf(node: Node, call: AppendCall): Promise<Proposal | undefined> {
  const requests = await allOf(call);
  if (requests === undefined) return undefined;
  const [header, ...messages] = requests;
  const options = header?.getOptions();
  if (options === undefined) throw invalid('an append begins with its options');
  const stream = streamName(options.getStreamIdentifier());
  admit(node, call.metadata, stream);
  const proposed = messages.map((message) => message.getProposedMessage());
  const events = proposedEvents(proposed, node.appendBytesMax);
  return { stream, expected: expectedRevision(options), events };
}

async function allOf(call: AppendCall): Promise<AppendReq[] | undefined> {
  const requests: AppendReq[] = [];
  try {
    for await (const request of call) requests.push(request as AppendReq);
  } catch (error) {
    if (call.cancelled) return undefined;
    throw error;
  }
  return call.cancelled ? undefined : requests;
}

function expectedRevision(options: AppendReq.Options): ServerRevision {
  if (options.hasRevision()) return Number(options.getRevision());
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream_exists';
  throw invalid('an append needs an expected revision');
}

function answer({ expected }: Proposal, outcome: AppendOutcome): AppendResp {
  const response = new streams.AppendResp();
  if (outcome.written) {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(outcome.position));
    position.setPreparePosition(String(outcome.position));
    const success = new streams.AppendResp.Success();
    success.setCurrentRevision(String(outcome.revision));
    success.setPosition(position);
    return response.setSuccess(success);
  }
  const wrong = new streams.AppendResp.WrongExpectedVersion();
  if (outcome.actual === 'no_stream') wrong.setCurrentNoStream(new shared.Empty());
  else wrong.setCurrentRevision(String(outcome.actual));
  if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty());
  else if (expected === 'any') wrong.setExpectedAny(new shared.Empty());
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty());
  else wrong.setExpectedRevision(String(expected));
  return response.setWrongExpectedVersion(wrong);
}
