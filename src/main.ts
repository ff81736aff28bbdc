import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type AppOptions, closingOnFailure } from './app.module.js';
import { STORAGE, type Storage } from './composition.js';
import type { Config } from './config.js';
import { createHttpAdapter } from './http/fastify-edge.js';
import { serveOpenApi } from './http/open-api.js';
import { ProblemFilter } from './http/problem-filter.js';
import { createLogger, nestOptions } from './logging.js';
import { Metrics } from './operations/metrics.js';

/** Streams that are still open so long after the order to stop are cut off. */
const PATIENCE_MS = 10_000;

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
  return closingOnFailure({ ...options, log }, async (own) => {
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.register(config, { projecting: true, ...own }),
      adapter,
      Object.assign(nestOptions(log), { bodyParser: false }),
    );
    try {
      app.useGlobalFilters(new ProblemFilter(log, routes));
      serveOpenApi(app, version());
      await app.listen(config.port, config.host);
      const url = urlOf(app, config.host);
      app.get<Storage>(STORAGE).listensAt(url);
      return { app, url, close: () => close(app) };
    } catch (error) {
      await app.close();
      throw error;
    }
  });
}

/** Serves until the process is told to stop. */
export async function serve(config: Config): Promise<void> {
  const service = await startService(config);
  service.app.get(Metrics).collectProcess();
  process.stdout.write(`arledger listens at ${service.url} (API pages: ${service.url}/docs)\n`);
  await toldToStop();
  await service.close();
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

async function close(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const cutOff = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
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
