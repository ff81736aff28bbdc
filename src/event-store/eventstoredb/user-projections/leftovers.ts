import type { Connection } from '../connection.js';
import { follow } from '../follow.js';

const READ_TOGETHER = 1_000;
const DELETED_SIDE_BY_SIDE = 32;

/**
 * Deletes the checkpoints of single accounts. The server keeps them when it deletes a user projection, and one that is
 * created again under the same name stops at the first that it finds. Reads the whole log for their names: nothing in
 * the server lists them.
 *
 * @param names of user projections that are not there any more
 */
export async function deleteLeftovers(connection: Connection, names: readonly string[]): Promise<void> {
  const streams = [...(await checkpointStreams(connection, names))];
  await Promise.all(
    Array.from({ length: DELETED_SIDE_BY_SIDE }, async () => {
      for (let stream = streams.pop(); stream !== undefined; stream = streams.pop()) {
        // Not for ever: a stream with a tombstone could not be written to again.
        await connection.client.deleteStream(stream, { ...connection.callOptions, expectedRevision: 'any' });
      }
    }),
  );
}

async function checkpointStreams(connection: Connection, names: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  const { signal } = new AbortController();
  const prefixes = names.map((name) => `$projections-${name}-account-`);
  const options = { prefixes, after: undefined, batchSize: READ_TOGETHER, signal };
  for await (const { events, caughtUp } of follow(connection, options)) {
    for (const { stream } of events) found.add(stream);
    if (caughtUp) break;
  }
  return found;
}
