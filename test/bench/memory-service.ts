/*
 * The service of row g: `memory-service.js FOLDER DATABASE_URL` serves a data folder, says where, and what it has in
 * memory whenever it is asked.
 */
import type { Worker } from 'node:worker_threads';
import { getHeapStatistics } from 'node:v8';
import { readConfig } from '../../src/config.js';
import { startService } from '../../src/main.js';

export interface Served {
  port: number;
}

/** MiB of the whole process. */
export interface Memory {
  resident: number;
  /** JavaScript's objects in all threads, garbage among them. */
  heaps: number;
  /** What WebAssembly and buffers of all threads take outside of the heaps: nearly all of it is PGlite's memory. */
  buffers: number;
}

const threads = new Set<Worker>();
process.on('worker', (thread) => {
  threads.add(thread);
  thread.once('exit', () => threads.delete(thread));
});

const [folder, databaseUrl] = process.argv.slice(2);
const config = readConfig({
  ARLEDGER_DATA: folder,
  DATABASE_URL: databaseUrl,
  PORT: '0',
  LOG_LEVEL: 'warn',
});
const { url, close } = await startService(config);
process.once('disconnect', () => void close().finally(() => process.exit()));
process.on('message', () => void tell());
process.send!({ port: Number(new URL(url).port) } satisfies Served);

async function tell(): Promise<void> {
  const others = await Promise.all([...threads].map((thread) => thread.getHeapStatistics()));
  const all = [getHeapStatistics(), ...others];
  const mib = (bytes: readonly number[]): number => bytes.reduce((sum, some) => sum + some, 0) / 2 ** 20;
  process.send!({
    resident: mib([process.memoryUsage.rss()]),
    heaps: mib(all.map((heap) => heap.total_physical_size)),
    buffers: mib(all.map((heap) => heap.external_memory)),
  } satisfies Memory);
}
