import { status } from '@grpc/grpc-js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { type ReadCall, breakOff, send } from './answering.js';
import type { RecordedEvent } from './event-log.js';
import { type Node, admit } from './node.js';
import { eventAnswer, streamName, streamNotFound } from './read-answers.js';
import { Refused, invalid } from './refusals.js';
import { subscribe } from './subscription.js';

/**
 * Answers a read or a subscription, or lets it go wrong.
 *
 * @throws Refused before anything was answered
 */
export async function read(node: Node, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  if (options === undefined) throw invalid('a read needs options');
  const stream = options.getStream();
  admit(node, call.metadata, stream === undefined ? '$all' : streamName(stream.getStreamIdentifier()));
  await (options.hasSubscription() ? subscribe(node, call, options) : readOnce(node, call, options));
}

async function readOnce(node: Node, call: ReadCall, options: ReadReq.Options): Promise<void> {
  const fault = node.faults.draw('read');
  await node.faults.delay();
  const structuredIds = !options.getUuidOption()?.hasString();
  let given = 0;
  let found = false;
  if (fault === undefined || fault.afterEvents > 0) {
    for await (const event of eventsOf(node, options)) {
      found = true;
      if (!(await send(call, eventAnswer(event, structuredIds)))) return;
      given += 1;
      if (given === fault?.afterEvents) break;
    }
  }
  if (fault !== undefined) {
    breakOff(node, call, fault);
    return;
  }
  const stream = options.getStream();
  if (!found && stream !== undefined) {
    const name = streamName(stream.getStreamIdentifier());
    if ((await node.log.lastRevision(name)) === 'no_stream') await send(call, streamNotFound(name));
  }
  call.end();
}

function eventsOf({ log }: Node, options: ReadReq.Options): AsyncIterable<RecordedEvent> {
  if (options.hasFilter()) throw invalid('the double filters subscriptions alone');
  const limit = Number(options.getCount());
  const backwards = options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS;
  const stream = options.getStream();
  if (stream !== undefined) {
    if (limit === 0) throw unexpectedResult();
    const name = streamName(stream.getStreamIdentifier());
    if (stream.hasRevision()) {
      return log.readStream(name, { from: Number(stream.getRevision()), backwards, limit });
    }
    if (stream.hasStart()) return log.readStream(name, { from: 0, backwards, limit });
    if (!backwards) throw unexpectedResult();
    return log.readStream(name, { backwards, limit });
  }
  const all = options.getAll();
  const from = all?.getPosition();
  if (from !== undefined) {
    const position = Number(from.getCommitPosition());
    return backwards ? log.readBackwards(position, limit) : log.readForwards(position, limit);
  }
  const toTheEnd = all?.hasEnd() === backwards;
  if (!toTheEnd) return log.readForwards(0, 0); // Backwards from the start, forwards from the end: nothing.
  return backwards ? log.readBackwards(Infinity, limit) : log.readForwards(0, limit);
}

/** What the server says to a read of nothing, or forwards from the end of a stream. */
function unexpectedResult(): Refused {
  return new Refused(status.UNKNOWN, 'Unexpected ReadStreamResult: Error');
}
