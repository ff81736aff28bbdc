import { Worker } from 'node:worker_threads';
import { EventLogDamaged, StoreUnavailable, WrongExpectedRevision } from '../event-store.js';
import { EventLogMissing } from './event-log-missing.js';
import {
  type Call,
  type Failure,
  type Head,
  READY,
  type Reply,
  type ThreadStart,
  type Value,
} from './messages.js';

/** This file's ending says whether the compiled threads or their sources lie beside it. */
const ENTRY = new URL(`./thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url);

/**
 * So many requests are a message, also within a turn of the event loop: the thread begins with them while the next are
 * still being decided on. Whatever waits there goes into one transaction all the same.
 */
const REQUESTS_A_MESSAGE = 16;

interface Waiting {
  resolve(value: Value): void;
  reject(error: Error): void;
}

/**
 * Our end of a thread: numbers the requests, sends those of one turn of the event loop as few messages, and hands out
 * the answers.
 */
export class ThreadClient<Request> {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onCommit: (head: Head) => void;
  #unsent: Call<Request>[] = [];
  #lastCall = READY;
  #gone: Error | undefined;

  private constructor(start: ThreadStart, onCommit: (head: Head) => void) {
    this.#onCommit = onCommit;
    this.#worker = new Worker(ENTRY, { workerData: start, name: `event-log-${start.role}` });
    this.#worker.on('message', (reply: Reply) => this.#take(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  /** Starts a thread; resolves when it has opened the log. */
  static async start<Request>(
    start: ThreadStart,
    onCommit: (head: Head) => void = () => undefined,
  ): Promise<ThreadClient<Request>> {
    const client = new ThreadClient<Request>(start, onCommit);
    try {
      await client.#answer(READY);
    } catch (error) {
      await client.#worker.terminate();
      throw error;
    }
    return client;
  }

  /** Sends a request; the answer is of the type that belongs to it. */
  call(request: Request): Promise<Value> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    this.#lastCall += 1;
    const call = this.#lastCall;
    // Not a microtask: every request that came over HTTP would be a message, and wake the thread, by itself.
    if (this.#unsent.length === 0) setImmediate(() => this.#send());
    this.#unsent.push([call, request]);
    if (this.#unsent.length === REQUESTS_A_MESSAGE) this.#send();
    return this.#answer(call);
  }

  /** Ends the thread after everything that was asked of it; what is asked later is refused. */
  async stop(last: Request): Promise<void> {
    if (this.#gone !== undefined) return;
    const closed = this.call(last);
    this.#gone = new StoreUnavailable('the event log is closed');
    await closed;
    await this.#worker.terminate();
  }

  #answer(call: number): Promise<Value> {
    return new Promise((resolve, reject) => this.#waiting.set(call, { resolve, reject }));
  }

  #send(): void {
    if (this.#unsent.length === 0) return;
    const calls = this.#unsent;
    this.#unsent = [];
    this.#worker.postMessage(calls);
  }

  #take({ answers, appended = [], committed }: Reply): void {
    if (committed !== undefined) this.#onCommit(committed);
    for (let at = 0; at < appended.length; at += 3) {
      const [call, revision, position] = appended.slice(at, at + 3) as [number, number, number];
      this.#waitingFor(call)?.resolve({ revision, position: String(position) });
    }
    for (const answer of answers) {
      const waiting = this.#waitingFor(answer.call);
      if ('failure' in answer) waiting?.reject(errorOf(answer.failure));
      else waiting?.resolve(answer.value);
    }
  }

  #waitingFor(call: number): Waiting | undefined {
    const waiting = this.#waiting.get(call);
    this.#waiting.delete(call);
    return waiting;
  }

  #fail(cause: unknown): void {
    this.#gone ??= new StoreUnavailable('a thread of the event log has ended unexpectedly', { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#gone);
    this.#waiting.clear();
  }
}

function errorOf(failure: Failure): Error {
  switch (failure.kind) {
    case 'wrong_revision':
      return new WrongExpectedRevision(failure.stream, failure.expected, failure.actual);
    case 'unavailable':
      return new StoreUnavailable(failure.message);
    case 'damaged':
      return new EventLogDamaged(failure.message);
    case 'missing':
      return new EventLogMissing(failure.message);
    case 'fault':
      return new Error(`the event log failed: ${failure.message}`);
  }
}
