/*
 * Opens embedded read models on a disk that has no space, with and without read models on it, then fills an open one,
 * and prints what came of it as JSON. The disk is a small file system in memory that only this process sees.
 */
import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/open-database.js';

const disk = process.argv[2]!;
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=160m', 'tmpfs', disk]);
const ballast = join(disk, 'ballast');
const told: string[] = [];
const failures: string[] = [];

await attempt(0);
await (await opened()).close();
await attempt(0);
await attempt(300_000);

// What is damaged while there is no space is left as it is, too.
const damaged = await opened();
await sql`create table kept (x int)`.execute(damaged);
await fillUp(1_000_000);
for (let i = 0; i < 100; i++) {
  try {
    await sql`create table t${sql.raw(String(i))} as select repeat(md5(g::text), 30) from generate_series(1, 5000) g`.execute(
      damaged,
    );
  } catch (error) {
    failures.push(String(error));
    break;
  }
}
await damaged.close().catch((error: unknown) => failures.push(String(error)));
rmSync(ballast);
const again = await opened();
const { rows } = await sql`select * from kept`.execute(again);
await again.close();
console.log(
  JSON.stringify({ failures, told, kept: rows.length === 0, folder: (await readdir(disk)).sort() }),
);

async function attempt(free: number): Promise<void> {
  await fillUp(free);
  await opened().then(
    (database) => database.close(),
    (error: unknown) => failures.push(String(error)),
  );
  rmSync(ballast);
}

function opened() {
  return openDatabase({ folder: disk, warn: (text) => told.push(text) });
}

async function fillUp(free: number): Promise<void> {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - free)));
}
