/* Makes a folder read only, for this process, and prints how many events can be read from the log in it. */
import { execFileSync } from 'node:child_process';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';

const disk = process.argv[2]!;
execFileSync('mount', ['--bind', disk, disk]);
execFileSync('mount', ['-o', 'remount,bind,ro', disk]);
const store = await openEmbeddedStore({ folder: disk, readOnly: true });
let events = 0;
for await (const _ of store.readAll()) events += 1;
await store.close();
const writing = await openEmbeddedStore({ folder: disk }).catch((error: unknown) => error);
console.log(events, writing instanceof Error ? writing.name : 'opened');
