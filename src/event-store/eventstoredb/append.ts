import { setTimeout as delay } from 'node:timers/promises';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import {
  type AppendResult,
  type ExpectedRevision,
  StoreUnavailable,
  WrongExpectedRevision,
} from '../event-store.js';
import { type Proposal, appendMessage } from './append-messages.js';
import type { Connection } from './connection.js';
import { isPassing, storeError, typedError } from './failures.js';
import { readStreamOnce } from './read.js';

/** So much of the time for an append is left for its last answer: who has waited for none of it ends the call for all. */
const ANSWER_SHARE = 0.25;
/** How long it is asked what became of an append, after the last time that it was sent. */
const FIND_OUT_MS = 5_000;
const PAUSE_MS_MIN = 20;
/** It is sent again soon: an error of another append may have taken it along, and there is not much time. */
const PAUSE_MS_MAX = 100;

/**
 * Appends at an expected revision. When no answer comes, the stream tells what became of it; where it is not there,
 * it is sent again: the same ids at the same revision count once. Nothing is sent, nor an answer waited for,
 * later than `withinMs` after the call, since the events say when they were recorded.
 *
 * @throws WrongExpectedRevision
 * @throws StoreUnavailable when that cannot be found out in time either
 * @throws AppendTooLarge, EventLogDamaged, TypeError when an event is no JSON
 */
export async function append(
  connection: Connection,
  proposal: Proposal,
  withinMs: number,
): Promise<AppendResult> {
  const message = appendMessage(proposal);
  const answerUntil = performance.now() + withinMs;
  const sendUntil = answerUntil - ANSWER_SHARE * withinMs;
  const askUntil = answerUntil + FIND_OUT_MS;
  let isUnsure = false;
  for (let pause = PAUSE_MS_MIN; ; pause = Math.min(2 * pause, PAUSE_MS_MAX)) {
    const { client, appends } = connection;
    try {
      return await appends.append(message, proposal, { sendUntil, answerUntil });
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
