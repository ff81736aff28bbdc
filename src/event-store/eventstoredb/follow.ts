import { START, streamNameFilter } from '@eventstore/db-client';
import { type Position, type StoredEvent, hasReached } from '../event-store.js';
import type { Connection } from './connection.js';
import { storeError, typedError } from './failures.js';
import { Feed } from './feed.js';
import { OUR_STREAMS, isOurs } from './our-streams.js';
import { readLogOnce } from './read.js';
import { logPosition } from './stored-event.js';

/** So many events the server looks through at once for ours, and after so many such pages it says how far it is. */
const SEARCH_WINDOW = 500;
const CHECKPOINT_PAGES = 10;

/** Events in order; none where only foreign ones were passed, or none came. */
export interface Followed {
  events: StoredEvent[];
  /** Up to here nothing is missing; undefined while there is nothing at all. */
  checkpoint: Position | undefined;
  caughtUp: boolean;
}

export interface FollowOptions {
  /** How the names of streams begin; ours unless given. */
  prefixes?: readonly string[];
  after: Position | undefined;
  batchSize: number;
  signal: AbortSignal;
}

/**
 * One subscription to the events of streams in `$all`, from after a position. Ends with the signal.
 *
 * @throws what `storeError` makes of its failure; go on from the last checkpoint then
 */
export async function* follow(
  connection: Connection,
  { prefixes = OUR_STREAMS, after, batchSize, signal }: FollowOptions,
): AsyncGenerator<Followed> {
  const { unseen, from } = after === undefined ? {} : await startAfter(connection, after);
  let checkpoint = unseen?.position ?? after;
  if (unseen && isOurs(unseen, prefixes)) yield { events: [unseen], checkpoint, caughtUp: false };
  const { client } = connection;
  const subscription = client.subscribeToAll(
    {
      ...connection.callOptions,
      fromPosition: from === undefined ? START : logPosition(from),
      filter: streamNameFilter({
        prefixes: [...prefixes],
        maxSearchWindow: SEARCH_WINDOW,
        checkpointInterval: CHECKPOINT_PAGES,
        checkpointReached: (_, position) => feed.passed(position),
      }),
    },
    { highWaterMark: batchSize },
  );
  const feed = new Feed(subscription, signal);
  try {
    for (;;) {
      const events = eachOnce(await feed.take(batchSize), checkpoint);
      if (signal.aborted) return;
      const reached = events.at(-1)?.position ?? feed.passedBy();
      if (reached !== undefined && !hasReached(checkpoint, reached)) checkpoint = reached;
      yield { events, checkpoint, caughtUp: feed.hasCaughtUp() };
    }
  } catch (thrown) {
    const error = typedError(thrown);
    connection.failed(client, error);
    throw storeError(error);
  } finally {
    feed.close();
  }
}

/**
 * Where to subscribe so that nothing is passed over. The server (23.10) leaves out the first event at or after the
 * position that it is given, taking it for the one that was seen: when that one was scavenged meanwhile, it would be
 * the next. So it is given the position of an event that is there.
 *
 * @returns `unseen`: the first event after the position, where the one at it is gone
 */
async function startAfter(
  connection: Connection,
  after: Position,
): Promise<{ unseen?: StoredEvent; from: Position | undefined }> {
  const ahead = readLogOnce(connection, { from: after, direction: 'forwards', limit: 1 });
  for await (const event of ahead) {
    return event.position === after ? { from: after } : { unseen: event, from: event.position };
  }
  const last = readLogOnce(connection, { direction: 'backwards', limit: 1 });
  for await (const { position } of last) return { from: position };
  return { from: undefined };
}

/** Events after a position, each once: a subscription may deliver some again. */
function eachOnce(events: readonly StoredEvent[], after: Position | undefined): StoredEvent[] {
  let last = after;
  return events.filter(({ position }) => {
    if (hasReached(last, position)) return false;
    last = position;
    return true;
  });
}
