import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { fail, isOver } from './answering.js';
import { endsCalls, refused, written, wrongRevision } from './batch-answers.js';
import { carryOut } from './carry-out.js';
import type { ServerRevision } from './event-log.js';
import { type Node, admit } from './node.js';
import { proposedEvents } from './proposals.js';
import { streamName } from './read-answers.js';
import { invalid, refusal, whatFailed } from './refusals.js';
import { uuidText } from './uuids.js';

export type BatchAppendCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** An append that has begun to come; what more is said of it names its id alone. */
interface Begun {
  options: BatchAppendReq.Options;
  messages: BatchAppendReq.ProposedMessage[];
}

/** Carries out the appends of a call that stays open, side by side, each answered by its id when it is done. */
export function batchAppend(node: Node, call: BatchAppendCall): void {
  const begun = new Map<string, Begun>();
  let isAtEnd = false;
  let underWay = 0;
  const endWhenDone = (): void => {
    if (isAtEnd && underWay === 0 && !isOver(call)) call.end();
  };
  call.on('data', (request: BatchAppendReq) => {
    const complete = add(begun, request);
    if (complete === undefined) return;
    underWay += 1;
    answerOf(node, call, complete, request.getCorrelationId()).then(
      (answer) => {
        underWay -= 1;
        if (answer !== undefined && !isOver(call)) call.write(answer);
        endWhenDone();
      },
      (error: unknown) => fail(call, whatFailed(error)),
    );
  });
  call.on('end', () => {
    isAtEnd = true;
    endWhenDone();
  });
}

/** Adds what has come to an append; gives it when it is complete. */
function add(begun: Map<string, Begun>, request: BatchAppendReq): Begun | undefined {
  const id = uuidText(request.getCorrelationId());
  const options = request.getOptions();
  if (options !== undefined && !begun.has(id)) begun.set(id, { options, messages: [] });
  const append = begun.get(id);
  append?.messages.push(...request.getProposedMessagesList());
  if (request.getIsFinal()) begun.delete(id);
  return request.getIsFinal() ? append : undefined;
}

/** @throws Refused when it is the call that is refused */
async function answerOf(
  node: Node,
  call: BatchAppendCall,
  { options, messages }: Begun,
  id: UUID | undefined,
): Promise<BatchAppendResp | undefined> {
  const stream = streamName(options.getStreamIdentifier());
  const about = { id, stream };
  try {
    admit(node, call.metadata, stream);
    const deadline = options.getDeadline()?.toDate();
    if (deadline !== undefined && deadline.getTime() <= Date.now()) throw refusal('timeout', node.leader);
    const events = proposedEvents(messages, node.appendBytesMax);
    const expected = expectedRevision(options);
    const outcome = await carryOut(node, call, { stream, expected, events });
    if (outcome === undefined) return undefined;
    return outcome.written ? written(about, outcome) : wrongRevision(about, expected, outcome.actual);
  } catch (error) {
    const failure = whatFailed(error);
    if (endsCalls(failure)) throw failure;
    return refused(about, failure);
  }
}

function expectedRevision(options: BatchAppendReq.Options): ServerRevision {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream_exists';
  throw invalid('an append needs an expected revision');
}
