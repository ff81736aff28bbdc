/*
 * Fills a disk with events until there is no space, makes space, goes on, and prints what happened as JSON. The disk is
 * a small file system in memory that only this process sees; see `unshare`.
 */
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import type { NewEvent } from '../../src/event-store/event-store.js';

const disk = process.argv[2]!;
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', disk]);
const ballast = join(disk, 'ballast');
writeFileSync(ballast, Buffer.alloc(2 * 1024 * 1024));

const store = await openEmbeddedStore({ folder: disk });
const acknowledged: string[] = [];
const refused: { events: NewEvent[]; error: string }[] = [];
while (refused.length === 0) {
  // The last event of a group is large: the disk is full in the midst of the append.
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const events = [event(10), event(10), event(40_000)];
      try {
        await store.append(`account-${events[0]!.id}`, 'no_stream', events);
        acknowledged.push(...events.map((e) => e.id));
      } catch (error) {
        refused.push({ events, error: error instanceof Error ? error.name : String(error) });
      }
    }),
  );
}
const whileFull = await stored();
rmSync(ballast);
const repeated: number[] = [];
for (const { events } of refused) {
  repeated.push((await store.append(`account-${events[0]!.id}`, 'no_stream', events)).revision);
  acknowledged.push(...events.map((e) => e.id));
}
const afterwards = await stored();
await store.close();
const reopened = await openEmbeddedStore({ folder: disk });
await reopened.close();
console.log(
  JSON.stringify({
    refusals: refused.map((r) => r.error),
    refused: refused.flatMap((r) => r.events.map((e) => e.id)),
    whileFull,
    repeated,
    acknowledged,
    afterwards,
  }),
);

async function stored(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of store.readAll()) ids.push(id);
  return ids;
}

function event(size: number): NewEvent {
  return {
    id: randomUUID(),
    type: 'NoteRecorded',
    data: 'x'.repeat(size),
    metadata: { recordedAt: '2026-01-15T10:00:00.000Z' },
  };
}
