import {
  type AllStreamResolvedEvent,
  type Direction,
  type EventStoreDBClient,
  type ResolvedEvent,
  StreamNotFoundError,
  type StreamingRead,
} from '@eventstore/db-client';
import type { Position, ReadStreamOptions, StoredEvent } from '../event-store.js';
import type { Connection } from './connection.js';
import { Silent, storeError, typedError } from './failures.js';
import { logPosition, storedEventOf } from './stored-event.js';

/** A read that brings nothing for so long has failed, at its beginning and later: the client would wait for ever. */
const START_MS_MAX = 4_000;
const STALL_MS = 10_000;

/** One read of a stream, without a second attempt. A stream that does not exist is empty. */
export function readStreamOnce(
  connection: Connection,
  stream: string,
  { from, direction = 'forwards', limit }: ReadStreamOptions,
  startMsMax = START_MS_MAX,
): AsyncGenerator<StoredEvent> {
  return readOnce(
    connection,
    (client) =>
      client.readStream(stream, {
        ...connection.callOptions,
        direction,
        fromRevision: from === undefined ? startOf(direction) : BigInt(from),
        ...(limit === undefined ? {} : { maxCount: limit }),
      }),
    startMsMax,
  );
}

/**
 * One read of the whole log, whosever the events are: forwards from the event at a position or the next one after it,
 * backwards from the one before it; left out, from the beginning or the end.
 */
export function readLogOnce(
  connection: Connection,
  { from, direction, limit }: { from?: Position | undefined; direction: Direction; limit: number },
): AsyncGenerator<StoredEvent> {
  return readOnce(connection, (client) =>
    client.readAll({
      ...connection.callOptions,
      direction,
      fromPosition: from === undefined ? startOf(direction) : logPosition(from),
      maxCount: limit,
    }),
  );
}

function startOf(direction: Direction): 'start' | 'end' {
  return direction === 'forwards' ? 'start' : 'end';
}

type Resolved = ResolvedEvent | AllStreamResolvedEvent;

/** Left early, a read is cancelled at the server. */
async function* readOnce(
  connection: Connection,
  open: (client: EventStoreDBClient) => StreamingRead<Resolved>,
  startMsMax = START_MS_MAX,
): AsyncGenerator<StoredEvent> {
  const { client } = connection;
  const read = open(client);
  // It may still fail when nobody iterates any more: without a listener that would end the process.
  read.on('error', () => undefined);
  let waitMs = startMsMax;
  let waitingSince: number | undefined = performance.now();
  const watch = setInterval(() => {
    if (waitingSince === undefined || performance.now() - waitingSince < waitMs) return;
    read.destroy(new Silent(`nothing came for ${waitMs} ms`));
  }, startMsMax / 10);
  try {
    for await (const { event } of read.iterator({ destroyOnReturn: false }) as AsyncIterable<Resolved>) {
      if (!event) continue;
      waitingSince = undefined;
      yield storedEventOf(event);
      waitMs = STALL_MS;
      waitingSince = performance.now();
    }
    if (connection.isCutOff(client)) throw new Silent('the connection was given up');
  } catch (thrown) {
    const error = typedError(thrown);
    if (error instanceof StreamNotFoundError) return;
    connection.failed(client, error);
    throw storeError(error);
  } finally {
    clearInterval(watch);
    // Whatever has arrived is read to its end, or the client would keep the call for ever as one that is under way.
    read.resume();
    void read.cancel().catch(() => undefined); // The call may never have come about.
  }
}
