import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../src/clock.js';
import { type Config, readConfig } from '../../src/config.js';
import { type Service, startService } from '../../src/main.js';

export const TODAY = '2026-03-10';
/** Every instant of a test service, unless it is moved. */
export const NOW = '2026-03-10T12:00:00.000Z';

export interface TestService extends Service {
  config: Config;
  /** POSTs JSON and reads the answer as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends any bytes. */
  send(options: {
    method: string;
    path: string;
    body?: string | Buffer;
    headers?: Record<string, string>;
  }): Promise<Answer>;
  /** Closes the service and opens another one on the same folder. */
  restart(): Promise<TestService>;
  /** Closes it and removes its folder. */
  remove(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** A service on a temporary folder, on a free port, at a fixed time. */
export async function startTestService(
  options: {
    folder?: string;
    readModels?: boolean;
    clock?: Clock;
    env?: Record<string, string>;
    log?: Logger;
  } = {},
): Promise<TestService> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'arledger-service-'));
  const config = readConfig({ ARLEDGER_DATA: folder, PORT: '0', LOG_LEVEL: 'silent', ...options.env });
  const clock = options.clock ?? { now: () => new Date(NOW) };
  const service = await startService(config, {
    clock,
    readModels: options.readModels ?? false,
    ...(options.log && { log: options.log }),
  });
  const send: TestService['send'] = async ({ method, path, body, headers }) => {
    const answer = await service.app.inject({
      method: method as 'POST',
      url: path,
      ...(body === undefined ? {} : { payload: body }),
      headers: headers ?? {},
    });
    const isJson =
      /json/.test(String(answer.headers['content-type'])) &&
      !/ndjson/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? answer.json() : answer.body };
  };
  return {
    ...service,
    config,
    send,
    post: (path, body, headers) =>
      send({
        method: 'POST',
        path,
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers },
      }),
    get: (path, headers) => send({ method: 'GET', path, ...(headers ? { headers } : {}) }),
    restart: async () => {
      await service.close();
      return startTestService({ ...options, folder });
    },
    remove: async () => {
      await service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
