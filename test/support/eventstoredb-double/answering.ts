import type { ServerWritableStream } from '@grpc/grpc-js';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Address } from './addresses.js';
import type { Node } from './node.js';
import { type Refusal, type Refused, refusal } from './refusals.js';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Gives one message when the client has room for it; false when it does not wait for it any more. */
export async function send(call: ReadCall, message: ReadResp): Promise<boolean> {
  if (isOver(call)) return false;
  if (!call.write(message)) await drained(call);
  return !isOver(call);
}

/** A call whose answers are not one alone. */
type OpenCall = Pick<ReadCall, 'cancelled' | 'destroyed' | 'writableEnded'> & {
  emit(event: 'error', error: Refused): boolean;
};

/** Ends the answer with an error. */
export function fail(call: OpenCall, error: Refused): void {
  if (!isOver(call)) call.emit('error', error);
}

/** Breaks the answer off as a fault wants it; `hang` leaves it open. */
export function breakOff(
  node: Node,
  call: ReadCall,
  { kind, leader = node.leader }: { kind: Refusal | 'drop' | 'hang'; leader?: Address },
): void {
  switch (kind) {
    case 'drop':
      node.cut(call);
      return;
    case 'hang':
      return;
    case 'unavailable':
    case 'not_leader':
    case 'timeout':
    case 'deadline_exceeded':
    case 'access_denied':
    case 'wrong_credentials':
      fail(call, refusal(kind, leader));
  }
}

/** Whether nothing can be answered any more. */
export function isOver(call: OpenCall): boolean {
  return call.cancelled || call.destroyed || call.writableEnded;
}

async function drained(call: ReadCall): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const go = (): void => resolve(undefined);
  call.once('drain', go).once('cancelled', go).once('close', go);
  await promise;
  call.off('drain', go).off('cancelled', go).off('close', go);
}
