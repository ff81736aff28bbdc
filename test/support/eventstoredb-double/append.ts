import type { ServerReadableStream } from '@grpc/grpc-js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendOutcome, ProposedEvent, ServerRevision } from './event-log.js';
import { type Node, admit } from './node.js';
import { streamName } from './read-answers.js';
import { appendTooLarge, invalid, metadataMissing, refusal } from './refusals.js';
import { uuidText } from './uuids.js';

export type AppendCall = ServerReadableStream<AppendReq, AppendResp>;

interface Proposal {
  stream: string;
  expected: ServerRevision;
  events: ProposedEvent[];
}

/**
 * Carries an append out, or what goes wrong with it.
 *
 * @returns undefined when it is not to be answered
 * @throws Refused
 */
export async function append(node: Node, call: AppendCall): Promise<AppendResp | undefined> {
  const proposal = await proposalOf(node, call);
  if (proposal === undefined) return undefined;
  const { log, faults } = node;
  const carryOut = (): Promise<AppendOutcome> =>
    log.append(proposal.stream, proposal.expected, proposal.events);
  const { kind, leader = node.leader } = faults.draw('append') ?? {};
  switch (kind) {
    case undefined: {
      const outcome = await carryOut();
      await faults.delay();
      return answer(proposal, outcome);
    }
    case 'drop_before':
      node.cut(call);
      return undefined;
    case 'drop_after':
      await carryOut();
      node.cut(call);
      return undefined;
    case 'hang_before':
      return undefined;
    case 'hang_after':
      await carryOut();
      return undefined;
    case 'timeout_after':
      await carryOut();
      throw refusal('timeout', leader);
    case 'deadline_exceeded_after':
      await carryOut();
      throw refusal('deadline_exceeded', leader);
    case 'wrong_revision':
      return answer(proposal, { written: false, actual: await log.lastRevision(proposal.stream) });
    case 'unavailable':
    case 'not_leader':
    case 'timeout':
    case 'deadline_exceeded':
    case 'access_denied':
    case 'wrong_credentials':
      throw refusal(kind, leader);
  }
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
  const events: ProposedEvent[] = [];
  let bytes = 0;
  for (const message of messages) {
    const event = proposedEvent(message);
    bytes += event.data.length; // The server counts the data alone.
    if (bytes > node.appendBytesMax) throw appendTooLarge(node.appendBytesMax);
    events.push(event);
  }
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

function proposedEvent(request: AppendReq): ProposedEvent {
  const message = request.getProposedMessage();
  if (message === undefined) throw invalid('an append has one header');
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
