import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppOptions, closingOnFailure } from './app.module.js';
import { STORAGE, type Storage } from './composition.js';
import type { Config } from './config.js';
import { createHttpAdapter } from './http/fastify-edge.js';
import { idleConnections } from './http/idle-connections.js';
import { serveOpenApi } from './http/open-api.js';
import { ProblemFilter } from './http/problem-filter.js';
import { createLogger, nestOptions } from './logging.js';
import { Metrics } from './operations/metrics.js';
import { endConnections, measureRequests, traceRequests } from './operations/watch-requests.js';
import { STOPPING } from './stopping.js';
import type { Tracing } from './tracing.js';

/** Requests that are still under way so long after the order to stop are cut off. */
const PATIENCE_MS = 10_000;
/** A service that has not closed so long after the order to stop waits for something that will not come. */
const CLOSING_MS_MAX = 30_000;
/** While the service stops, connections over which nothing goes on are closed so often. */
const IDLE_LOOK_MS = 100;

/** A service that listens. */
export interface Service {
  app: NestFastifyApplication;
  /** Where it listens. */
  url: string;
  /** Takes no more requests, finishes what was begun, closes what is open and lets the data folder go. */
  close(): Promise<void>;
}

/**
 * Starts the service.
 *
 * @throws what `openStorage` throws, and what listening throws
 */
export async function startService(config: Config, options: AppOptions = {}): Promise<Service> {
  const log = options.log ?? createLogger(config.logLevel);
  const { adapter, routes } = createHttpAdapter(log);
  const tracing = config.traces && (await import('./tracing.js')).startTracing(config.traces, log);
  if (tracing) traceRequests(adapter.getInstance());
  const started = closingOnFailure({ ...options, log }, async (own) => {
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.register(config, { projecting: true, resuming: true, ...own }),
      adapter,
      Object.assign(nestOptions(log), { bodyParser: false }),
    );
    try {
      measureRequests(adapter.getInstance(), app.get(Metrics));
      endConnections(adapter.getInstance(), app.get<AbortController>(STOPPING).signal);
      app.useGlobalFilters(new ProblemFilter(log, routes));
      serveOpenApi(app, version());
      const closeIdle = idleConnections(app.getHttpServer());
      await app.listen(config.port, config.host);
      const url = urlOf(app, config.host);
      app.get<Storage>(STORAGE).listensAt(url);
      return { app, url, close: () => close(app, closeIdle, tracing) };
    } catch (error) {
      await app.close();
      throw error;
    }
  });
  return started.catch(async (error: unknown) => {
    await tracing?.shutdown();
    throw error;
  });
}

/** Serves until the process is told to stop. */
export async function serve(config: Config): Promise<void> {
  const service = await startService(config);
  service.app.get(Metrics).collectProcess();
  process.stdout.write(`arledger listens at ${service.url} (API pages: ${service.url}/docs)\n`);
  await toldToStop();
  const tooLong = setTimeout(() => {
    process.stderr.write(`arledger: did not close within ${CLOSING_MS_MAX / 1000} s, ends as it is\n`);
    process.exit(1);
  }, CLOSING_MS_MAX);
  await service.close().finally(() => clearTimeout(tooLong));
}

/** Resolves at the first signal; the second one ends the process at once. */
function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (told) process.exit(128 + constants.signals[signal]);
        told = true;
        resolve();
      });
    }
  });
}

/** HTTP ends first, for queries may wait for the projections; then these, the commands under way, and what is open. */
async function close(
  app: NestFastifyApplication,
  closeIdle: () => void,
  tracing: Tracing | undefined,
): Promise<void> {
  app.get<AbortController>(STOPPING).abort();
  const server = app.getHttpServer();
  const cutOff = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  // An answer that began before the order to stop leaves its connection open.
  const idleLook = setInterval(closeIdle, IDLE_LOOK_MS);
  try {
    await app.getHttpAdapter().close();
    await app.close();
  } finally {
    clearTimeout(cutOff);
    clearInterval(idleLook);
    await tracing?.shutdown();
  }
}

function urlOf(app: NestFastifyApplication, host: string): string {
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string })
        .version;
    } catch {
      // Sources and the built program lie at different depths.
    }
  }
  return '0';
}
