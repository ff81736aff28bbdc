import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { defineRow } from '../bench-row.js';
import { chargesAndPayments, openings } from '../charges-and-payments.js';
import { writeCommands } from '../hospital-commands.js';
import { type Post, load } from '../http/load.js';
import { WatchedService } from '../watched-service.js';

/*
 * What the service has resident: after the start, after an import, under load, after a restart. Beside it stands a process
 * with nothing but the PGlite of the same folder. The service's own processes are asked; the peak of the measuring
 * process is not shown.
 */

const CONNECTIONS = 64;
const ACCOUNTS = 1_000;

const measures = {
  async write({ file, commands }: { file: string; commands: number }) {
    await writeCommands(file, commands);
    return {};
  },

  /** MiB. */
  async service({ folder, databaseUrl, file, seconds, idleMs }: Given) {
    const first = await WatchedService.start(folder, databaseUrl);
    const atStart = (await first.memory()).resident;
    const duringImport = await first.peakDuring(first.import(file));
    await delay(idleMs);
    const idle = await first.memory();
    const underLoad = await first.peakDuring(postAll(first.port, seconds));
    await first.stop();
    const second = await WatchedService.start(folder, databaseUrl);
    await delay(idleMs);
    const afterRestart = (await second.memory()).resident;
    await second.stop();
    return { atStart, duringImport, idle: idle.resident, heapIdle: idle.heap, underLoad, afterRestart };
  },

  /** MiB of a process with nothing but the read models' PGlite, which has read its largest table. */
  async 'PGlite alone'({ folder }: { folder: string }) {
    const database = await openDatabase({ folder });
    await sql`select sum(amount) from ledger_read.journal_lines`.execute(database);
    return { resident: process.memoryUsage.rss() / 2 ** 20 };
  },
};

interface Given {
  folder: string;
  databaseUrl?: string | undefined;
  file: string;
  /** Of load. */
  seconds: number;
  /** What the service is left alone for before it is asked. */
  idleMs: number;
}

/** Charges and payments over many connections, on accounts opened first. */
async function postAll(port: number, seconds: number): Promise<void> {
  const open = openings('LOAD', ACCOUNTS).values();
  const opening = (): Post | undefined => {
    const { value, done } = open.next();
    return done ? undefined : postOf(value);
  };
  await load({ port, connections: CONNECTIONS, seconds: 600, next: opening });
  const next = chargesAndPayments('LOAD', ACCOUNTS);
  await load({ port, connections: CONNECTIONS, seconds, next: (connection) => postOf(next(connection)) });
}

const PATHS: Readonly<Partial<Record<AccountCommand['type'], string>>> = {
  PostCharge: 'charges',
  PostPayment: 'payments',
};

function postOf({ type, accountId, ...body }: AccountCommand): Post {
  const path = PATHS[type];
  return path === undefined
    ? { path: '/v1/accounts', body: JSON.stringify({ accountId, ...body }) }
    : { path: `/v1/accounts/${accountId}/${path}`, body: JSON.stringify(body) };
}

export const row = defineRow({
  title: 'memory of the service (resident), with the embedded log',
  measures,
  async run(bench) {
    const commands = bench.isQuick ? 20_000 : 1_000_000;
    const file = join(await bench.newFolder(), 'commands.ndjson');
    await bench.measure('write', { file, commands });
    for (const { name, newUrl } of bench.databases()) {
      const place = { folder: await bench.newFolder(), databaseUrl: await newUrl() };
      const pace = { seconds: bench.seconds, idleMs: bench.isQuick ? 1_000 : 15_000 };
      const { peakMb: _, ...service } = await bench.measure('service', { ...place, file, ...pace });
      const beside =
        place.databaseUrl === undefined
          ? { name: 'PGlite alone', value: (await bench.measure('PGlite alone', place)).resident }
          : undefined;
      for (const [figure, value] of Object.entries(service)) {
        const work = `${WORK[figure as keyof typeof service](commands)}, ${name}`;
        bench.add({ work, unit: 'MiB', ours: { value }, ...(beside && { beside }) });
      }
    }
  },
});

const WORK = {
  atStart: () => 'an empty ledger, at the start',
  duringImport: (commands: number) => `during the import of ${commands.toLocaleString('en')} commands`,
  idle: (commands: number) => `idle after ${commands.toLocaleString('en')} commands`,
  heapIdle: () => 'of it the heap of the main thread',
  underLoad: () => `under load, ${CONNECTIONS} connections`,
  afterRestart: () => 'idle after a restart',
} as const;
