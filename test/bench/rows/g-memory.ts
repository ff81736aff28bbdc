import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/database/open-database.js';
import { type DatabaseKind, type Line, type RowBench, defineRow } from '../bench-row.js';
import { writeCommands } from '../hospital-commands.js';
import { CONNECTIONS, LedgerPosts } from '../http/ledger-posts.js';
import type { Memory } from '../memory-service.js';
import { WatchedService } from '../watched-service.js';

/*
 * What the service has resident: after the start, after an import, under load, after a restart. Beside the last stands a
 * process with nothing but the PGlite of the same folder. The service's own processes are asked, so that the peak of the
 * measuring process is not shown.
 */

const measures = {
  async write({ file, commands }: { file: string; commands: number }) {
    await writeCommands(file, commands);
    return {};
  },

  /** MiB of a process with nothing but the read models' PGlite, which has read its largest table. */
  async 'PGlite alone'({ folder }: { folder: string }) {
    const database = await openDatabase({ folder });
    await sql`select sum(amount) from ledger_read.journal_lines`.execute(database);
    return { resident: process.memoryUsage.rss() / 2 ** 20 };
  },
};

export const row = defineRow({
  title: 'memory of the service (resident), with the embedded log',
  measures,
  async run(bench) {
    const commands = bench.isQuick ? 20_000 : 1_000_000;
    const file = join(await bench.newFolder(), 'commands.ndjson');
    await bench.measure('write', { file, commands });
    for (const database of bench.databases()) await watchService(bench, database, { file, commands });
  },
});

async function watchService(
  bench: RowBench<typeof measures>,
  { name, newUrl }: DatabaseKind,
  { file, commands }: { file: string; commands: number },
): Promise<void> {
  const [folder, databaseUrl] = [await bench.newFolder(), await newUrl()];
  const add = (work: string, value: number, beside?: Line['beside']): void =>
    bench.add({ work: `${work}, ${name}`, unit: 'MiB', ours: { value }, ...(beside && { beside }) });
  const addParts = ({ heaps, buffers }: Memory): void => {
    add("… of it JavaScript's heaps, all threads", heaps);
    add("… of it buffers and WebAssembly's memory", buffers);
  };
  const idle = async (service: WatchedService): Promise<Memory> => {
    await delay(bench.isQuick ? 1_000 : 15_000);
    return service.memory();
  };
  const imported = `${commands.toLocaleString('en')} commands`;
  {
    await using service = await WatchedService.start(folder, databaseUrl);
    add('an empty ledger, at the start', (await service.memory()).resident);
    add(`during the import of ${imported}`, await service.peakDuring(service.import(file)));
    const after = await idle(service);
    add(`idle after ${imported}`, after.resident);
    addParts(after);
    const posts = new LedgerPosts(service.port);
    await posts.open();
    add(`under load, ${CONNECTIONS} connections`, await service.peakDuring(posts.postFor(bench.seconds)));
  }
  const restarted = await (async () => {
    await using service = await WatchedService.start(folder, databaseUrl);
    return await idle(service);
  })();
  const alone = databaseUrl === undefined ? await bench.measure('PGlite alone', { folder }) : undefined;
  add('idle after a restart', restarted.resident, alone && { name: 'PGlite alone', value: alone.resident });
  addParts(restarted);
}
