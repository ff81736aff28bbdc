import { expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { checkLog } from '../../src/event-store/embedded/check-log.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { startChild } from '../support/event-store-child.js';
import { inNewFolder } from '../support/event-store-folder.js';
import { list } from './contract.js';

const ROUNDS = Number(process.env.ARLEDGER_KILL_ROUNDS ?? 5);
/** Then a new log is begun, since every round reads all of it. */
const ROUNDS_OF_A_LOG = 6;
/** A round goes on for at most so long after its first answer. */
const ROUND_MS = 400;
const ROUND_PATIENCE_MS = 15_000;

interface Acknowledged {
  stream: string;
  /** Of the last event. */
  revision: number;
  ids: string[];
}

test(
  `a writer that is killed at any moment, ${ROUNDS} times, loses nothing, doubles nothing, leaves nothing in halves`,
  async () => {
    for (let left = ROUNDS; left > 0; left -= ROUNDS_OF_A_LOG) {
      await inNewFolder((folder) => killAgainAndAgain(folder, Math.min(left, ROUNDS_OF_A_LOG)));
    }
  },
  ROUNDS * ROUND_PATIENCE_MS,
);

async function killAgainAndAgain(folder: string, rounds: number): Promise<void> {
  const acknowledged: Acknowledged[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const answers = await appendUntilKilled(folder);
    expect(answers.length).toBeGreaterThan(0);
    acknowledged.push(...answers);

    // Read first beside the log as the killed process left it, then by whoever goes on with it.
    expect(await list(checkLog({ folder }))).toEqual([]);
    const store = await openEmbeddedStore({ folder });
    const events = await list(store.readAll());
    await store.close();
    expectEachOnce(acknowledged, events);
    expectWhole(events);
  }
}

/** What a process was told to be stored before it was killed. */
async function appendUntilKilled(folder: string): Promise<Acknowledged[]> {
  const child = startChild('event-store-appender.ts', [folder]);
  const answers: Acknowledged[] = [];
  let killed: Promise<void> | undefined;
  for await (const line of child.lines) {
    const [stream, revision, ids] = line.split(' ');
    // The last line may have been cut off by the kill.
    if (ids === undefined || !/^[0-9a-f-]{36}(,[0-9a-f-]{36})*$/.test(ids)) continue;
    answers.push({ stream: stream!, revision: Number(revision), ids: ids.split(',') });
    killed ??= after(randomInt(ROUND_MS)).then(() => void child.process.kill('SIGKILL'));
  }
  expect(await child.ended).toBe('SIGKILL');
  return answers;
}

function expectEachOnce(acknowledged: readonly Acknowledged[], events: readonly StoredEvent[]): void {
  const places = new Map(events.map((e) => [e.id, `${e.stream}@${e.revision}`]));
  expect(places.size).toBe(events.length);
  const lost = acknowledged.flatMap(({ stream, revision, ids }) =>
    ids.filter((id, at) => places.get(id) !== `${stream}@${revision - ids.length + 1 + at}`),
  );
  expect(lost).toEqual([]);
}

function expectWhole(events: readonly StoredEvent[]): void {
  const revisions = new Map<string, number>();
  const unfinished = new Map<string, number>();
  const wrong: string[] = [];
  for (const event of events) {
    const { append, part, size } = event.data as { append: string; part: number; size: number };
    if (event.revision !== (revisions.get(event.stream) ?? -1) + 1)
      wrong.push(`${event.stream}@${event.revision}`);
    revisions.set(event.stream, event.revision);
    if (part !== (unfinished.get(append) ?? 0)) wrong.push(`${append}, part ${part}`);
    if (part === size - 1) unfinished.delete(append);
    else unfinished.set(append, part + 1);
  }
  expect(wrong).toEqual([]);
  expect([...unfinished]).toEqual([]);
}
