import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { arrayLiteral } from './array-literal.js';
import { isCopy } from './copy-rows.js';
import type { ConnectionPool, PooledConnection, RawResult } from './database.js';
import { DISK_IS_FULL, DatabaseUnavailable, driverError } from './database-unavailable.js';
import type { Answer, Statement } from './pglite-thread.js';
import { readCell } from './values.js';

/** This file's ending says whether the compiled thread or its source lies beside it. */
const THREAD = new URL(
  `./pglite-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

// V8 throws slower code of WebAssembly away when it has faster code, at which Node 24 now and then ends with
// `jit_page_->allocations_.erase(addr) == 1` (nodejs/node#64500). It is kept instead.
setFlagsFromString('--no-wasm-code-gc');

/** Making a new folder takes some 3 s on a slow machine; one that hangs is taken for damaged. */
const OPEN_TIMEOUT_MS = 30_000;

/** The folder does not hold a PGlite database that opens. */
export class PGliteDoesNotOpen extends Error {
  constructor(folder: string, reason: string) {
    super(`the read models in ${folder} do not open: ${reason}`);
    this.name = 'PGliteDoesNotOpen';
  }
}

interface Waiting {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/**
 * Opens the PGlite of a folder (`memory://` for one that is forgotten) in a thread of its own.
 *
 * @throws PGliteDoesNotOpen
 */
export async function openPGlite(folder: string): Promise<ConnectionPool> {
  const thread = new PGliteThread(folder);
  await thread.opened();
  return thread;
}

/** Our end of the thread: a pool of one connection, handed out in the order it was asked for. */
class PGliteThread implements ConnectionPool {
  readonly options = {};
  readonly #folder: string;
  readonly #worker: Worker;
  readonly #exited: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  #queue: Promise<void> = Promise.resolve();
  #lastCall = 0;
  #gone: Error | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.#worker = new Worker(THREAD, { workerData: { folder }, name: 'read-models', stdout: false });
    this.#exited = once(this.#worker, 'exit').catch(() => undefined);
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error: unknown) => this.#fail(textOf(error)));
    this.#worker.on('exit', () => this.#fail('its thread has ended'));
  }

  async connect(): Promise<PooledConnection> {
    const before = this.#queue;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#queue = before.then(async () => {
      await promise;
    });
    await before;
    // Another one for each who asks: Kysely never again uses one that it gave up, and there is no other session.
    return {
      query: (sql, parameters) => this.#query(sql, parameters),
      release: (discard = false) => {
        if (!discard) resolve(undefined);
        else this.#rollBack().then(resolve, resolve);
      },
    };
  }

  /** What whoever gave its connection up left begun; should that fail, every query from then on says so. */
  async #rollBack(): Promise<undefined> {
    await this.#query('rollback', []);
    return undefined;
  }

  async opened(): Promise<void> {
    const ready = this.#answer(0);
    const timer = setTimeout(
      () => this.#fail(`nothing happened within ${OPEN_TIMEOUT_MS / 1000} s`),
      OPEN_TIMEOUT_MS,
    );
    try {
      await ready;
    } catch (error) {
      await this.#worker.terminate();
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new PGliteDoesNotOpen(this.#folder, textOf(reason));
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    if (this.#gone === undefined) {
      this.#gone = new DatabaseUnavailable('the database is closed');
      this.#worker.ref();
      this.#worker.postMessage('close');
    }
    await this.#exited;
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<RawResult> {
    if (this.#gone !== undefined) throw this.#gone;
    this.#lastCall += 1;
    const call = this.#lastCall;
    const statement: Statement = isCopy(sql)
      ? {
          call,
          sql: sql.replace(/ from stdin$/, ` from '/dev/blob'`),
          parameters: [],
          rows: String(parameters[0]),
        }
      : { call, sql, parameters: parameters.map(asText) };
    this.#worker.postMessage(statement);
    const { command, rowCount, columns, rows, refused } = await this.#answer(call);
    if (refused) {
      throw driverError(Object.assign(new pg.DatabaseError(refused.message, 0, 'error'), refused));
    }
    return {
      command: command ?? '',
      rowCount: rowCount ?? 0,
      rows: (rows ?? []).map((cells) => {
        const row: Record<string, unknown> = {};
        for (const [i, { name, type }] of (columns ?? []).entries()) {
          const cell = cells[i];
          row[name] = cell === null || cell === undefined ? null : readCell(type, cell);
        }
        return row;
      }),
    };
  }

  /** The thread keeps the process alive only while something is asked of it. */
  #answer(call: number): Promise<Answer> {
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.call);
    this.#waiting.delete(answer.call);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (answer.failed === undefined) {
      waiting?.resolve(answer);
      return;
    }
    // After an error that is not PostgreSQL's own, nothing more can be expected of the instance.
    this.#fail(answer.failed);
    waiting?.reject(this.#gone!);
  }

  #fail(reason: string): void {
    const why = saysNoSpace(reason)
      ? `${DISK_IS_FULL}: make room, then restart the service`
      : 'the embedded database has failed: restart the service';
    this.#gone ??= new DatabaseUnavailable(why, { cause: new Error(reason) });
    for (const { reject } of this.#waiting.values()) reject(this.#gone);
    this.#waiting.clear();
  }
}

/** Whether a failure of PGlite came of a disk without space; 51 is ENOSPC in the numbers of WebAssembly's libraries. */
export function saysNoSpace(reason: string): boolean {
  return /\bENOSPC\b|no space left|\berrno 51\b/i.test(reason);
}

/** What a thread throws is no Error when WebAssembly threw it: it has a name and a number then. */
function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error !== 'object' || error === null) return String(error);
  const { name = 'a failure', message, errno } = error as { name?: string; message?: string; errno?: number };
  return [name, message, errno !== undefined && `errno ${errno}`].filter(Boolean).join(' ');
}

/** Parameters as PostgreSQL's text of them: what the `pg` library does on its own. */
function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return arrayLiteral(value.map(asText));
  if (value instanceof Date) return value.toISOString();
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return value.toString();
    case 'object':
      return JSON.stringify(value);
    case 'symbol':
    case 'function':
    case 'undefined':
      break;
  }
  throw new TypeError(`a ${typeof value} is no value of a parameter`);
}
