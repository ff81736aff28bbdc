/*
 * The service of row g: `memory-service.js FOLDER DATABASE_URL` serves a data folder, says where, and how much memory it has resident
 * whenever it is asked.
 */
import { readConfig } from '../../src/config.js';
import { startService } from '../../src/main.js';

export interface Served {
  port: number;
}

/** MiB of the whole process; `heap` is what the objects of its main thread take, garbage among them. */
export interface Memory {
  resident: number;
  heap: number;
}

const [folder, databaseUrl] = process.argv.slice(2);
const config = readConfig({
  ARLEDGER_DATA: folder,
  DATABASE_URL: databaseUrl,
  PORT: '0',
  LOG_LEVEL: 'warn',
});
const { url, close } = await startService(config);
process.once('disconnect', () => void close().finally(() => process.exit()));
process.on('message', () => {
  const { rss, heapTotal } = process.memoryUsage();
  process.send!({ resident: rss / 2 ** 20, heap: heapTotal / 2 ** 20 } satisfies Memory);
});
process.send!({ port: Number(new URL(url).port) } satisfies Served);
