/*
 * Keeps documents on a disk until there is no space, makes space, keeps the last one again, and prints what was on the
 * disk as JSON. The disk is a small file system in memory that only this process sees.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderDocuments } from '../../src/remittances/documents/folder-documents.js';

const disk = process.argv[2]!;
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=10m', 'tmpfs', disk]);
const ballast = join(disk, 'ballast');
writeFileSync(ballast, Buffer.alloc(5_000_000));
const folder = join(disk, 'documents');

const store = await openFolderDocuments(disk);
await store.keep(parts(1_000, 1));
const failure = await store.keep(parts(8_000_000, 2)).then(
  () => 'none',
  (error: unknown) => String(error),
);
const left = readdirSync(folder);
rmSync(ballast);
await store.keep(parts(8_000_000, 2));
console.log(JSON.stringify({ failure, left, withRoom: readdirSync(folder).sort() }));

async function* parts(bytes: number, filling: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= 64_000) yield Buffer.alloc(Math.min(left, 64_000), filling);
}
