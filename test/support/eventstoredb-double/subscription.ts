import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import { type ReadCall, breakOff, send } from './answering.js';
import { CheckpointProgress } from './checkpoint-progress.js';
import { Delivery } from './delivery.js';
import { type EventFilter, eventFilter } from './event-filter.js';
import type { RecordedEvent } from './event-log.js';
import type { Node } from './node.js';
import { caughtUp, checkpoint, confirmation, streamName } from './read-answers.js';

/** Where a subscription begins, and what it is to have. */
interface Wish {
  /** What comes after this position. */
  after: number;
  wants(event: RecordedEvent): boolean;
  /** Only a subscription with a filter is told checkpoints. */
  filter: EventFilter | undefined;
}

/** Follows the log for a client until it leaves, or until a fault ends it. */
export async function subscribe(node: Node, call: ReadCall, options: ReadReq.Options): Promise<void> {
  const fault = node.faults.draw('subscribe');
  await node.faults.delay();
  if (fault !== undefined) {
    breakOff(node, call, fault);
    return;
  }
  const open = new AbortController();
  const close = (): void => open.abort();
  call.once('cancelled', close).once('close', close);
  node.subscriptions.add(open);
  try {
    await follow(node, call, options, open.signal);
  } finally {
    node.subscriptions.delete(open);
  }
}

async function follow(
  node: Node,
  call: ReadCall,
  options: ReadReq.Options,
  signal: AbortSignal,
): Promise<void> {
  const head = await node.log.head();
  const { after, wants, filter } = await wishOf(node, options, head);
  const delivery = new Delivery(node, call, !options.getUuidOption()?.hasString());
  const progress = filter && new CheckpointProgress(filter, after);
  let live = after >= head;
  await send(call, confirmation(randomUUID()));
  if (live) await send(call, caughtUp());
  for await (const batch of node.log.follow(after, signal)) {
    for (const event of batch.events) {
      const wanted = wants(event);
      if (wanted && !(await delivery.give(event))) return;
      const reached = live ? progress?.lookLive(event) : progress?.lookInPage(event, wanted);
      if (reached) await send(call, checkpoint(...reached));
    }
    if (!live && batch.caughtUp) {
      live = true;
      progress?.endPage();
      await send(call, caughtUp());
    }
  }
}

async function wishOf(node: Node, options: ReadReq.Options, head: number): Promise<Wish> {
  const stream = options.getStream();
  if (stream !== undefined) {
    const name = streamName(stream.getStreamIdentifier());
    const last = stream.hasEnd() ? await node.log.lastRevision(name) : undefined;
    const after = stream.hasRevision() ? Number(stream.getRevision()) : typeof last === 'number' ? last : -1;
    return {
      after: 0,
      wants: (event) => event.stream === name && event.revision > after,
      filter: undefined,
    };
  }
  const all = options.getAll();
  const from = all?.getPosition();
  const filterOptions = options.getFilter();
  const filter = filterOptions && eventFilter(filterOptions);
  return {
    after: from ? await takenForSeen(node, Number(from.getCommitPosition())) : all?.hasEnd() ? head : 0,
    wants: filter ? (event) => filter.allows(event) : () => true,
    filter,
  };
}

/** The server leaves out the first event that is there from a position on, be it the one at that position or not. */
async function takenForSeen({ log }: Node, from: number): Promise<number> {
  for await (const { position } of log.readForwards(from, 1)) return position;
  return from;
}
