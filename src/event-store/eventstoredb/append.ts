import { setTimeout as delay } from 'node:timers/promises';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import {
  type AppendResult,
  type ExpectedRevision,
  type NewEvent,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../event-store.js';
import type { Connection } from './connection.js';
import { isPassing, storeError, typedError } from './failures.js';
import { readStreamOnce } from './read.js';
import { proposalOf } from './stored-event.js';

/** How long it is asked what became of an append, after the last time that it was sent. */
const FIND_OUT_MS = 5_000;
const PAUSE_MS_MIN = 20;
const PAUSE_MS_MAX = 500;

/** What is to be appended, and where. */
export interface Proposal {
  stream: string;
  expected: ExpectedRevision;
  events: readonly NewEvent[];
}

/**
 * Appends at an expected revision. When no answer comes, the stream tells what became of it; where it is not there,
 * it is sent again: the same ids at the same revision count once. Nothing is sent later than `withinMs` after the call,
 * since the events say when they were recorded.
 *
 * @throws WrongExpectedRevision
 * @throws StoreUnavailable when that cannot be found out in time either
 * @throws AppendTooLarge, EventLogDamaged
 */
export async function append(
  connection: Connection,
  proposal: Proposal,
  withinMs: number,
): Promise<AppendResult> {
  const { stream, expected, events } = proposal;
  const proposals = events.map(proposalOf);
  const sendUntil = performance.now() + withinMs;
  const askUntil = sendUntil + FIND_OUT_MS;
  let isUnsure = false;
  for (let pause = PAUSE_MS_MIN; ; pause = Math.min(2 * pause, PAUSE_MS_MAX)) {
    const { client } = connection;
    try {
      const { nextExpectedRevision, position } = await client.appendToStream(stream, proposals, {
        ...connection.callOptions,
        expectedRevision: expected === 'no_stream' ? expected : BigInt(expected),
        deadline: timeLeft(sendUntil),
      });
      return { revision: Number(nextExpectedRevision), position: String(position!.commit) };
    } catch (thrown) {
      const error = typedError(thrown);
      connection.failed(client, error);
      const isWrong = error instanceof WrongExpectedVersionError;
      if (isWrong && !isUnsure) throw wrongRevision(proposal, error.actualVersion);
      if (!isWrong && !isPassing(error)) throw storeError(error);
      isUnsure = true;
      const found = await findOut(connection, proposal, askUntil);
      if (found) return found;
      if (isWrong) throw wrongRevision(proposal, error.actualVersion);
      if (performance.now() + pause >= sendUntil) throw storeError(error);
      await delay(pause);
    }
  }
}

/** Looks whether events are in their stream; undefined when nothing stands in their place. */
async function findOut(
  connection: Connection,
  { stream, expected, events }: Proposal,
  until: number,
): Promise<AppendResult | undefined> {
  const first = expected === 'no_stream' ? 0 : expected + 1;
  for (let pause = PAUSE_MS_MIN; ; pause = Math.min(2 * pause, PAUSE_MS_MAX)) {
    try {
      const there = await Array.fromAsync(
        readStreamOnce(connection, stream, { from: first, limit: events.length }, leftUntil(until)),
      );
      const last = there.at(-1);
      if (last === undefined) return undefined;
      if (there.length === events.length && there.every(({ id }, at) => id === events[at]!.id)) {
        return { revision: last.revision, position: last.position };
      }
      throw new WrongExpectedRevision(stream, expected, await lastRevision(connection, stream, until));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (performance.now() + pause >= until) throw error;
      await delay(pause);
    }
  }
}

async function lastRevision(
  connection: Connection,
  stream: string,
  until: number,
): Promise<ExpectedRevision> {
  const [last] = await Array.fromAsync(
    readStreamOnce(connection, stream, { direction: 'backwards', limit: 1 }, leftUntil(until)),
  );
  return last?.revision ?? 'no_stream';
}

/**
 * A deadline that is reckoned when the call is made: the client takes a number of ms as from then, and before that it
 * may have looked for a leader for seconds.
 */
function timeLeft(until: number): number {
  return { valueOf: () => Math.ceil(until - performance.now()) } as unknown as number;
}

function leftUntil(until: number): number {
  return Math.max(PAUSE_MS_MIN, until - performance.now());
}

function wrongRevision({ stream, expected }: Proposal, actual: bigint | string): WrongExpectedRevision {
  return new WrongExpectedRevision(
    stream,
    expected,
    typeof actual === 'bigint' ? Number(actual) : 'no_stream',
  );
}
