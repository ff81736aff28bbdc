import { registerHooks } from 'node:module';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { Answer, Call, CheckerRequest, ReaderRequest, ThreadStart, WriterRequest } from './messages.js';

/*
 * Where a thread of the store begins. The compiled service starts thread.js; tests start this file itself, since Node
 * runs TypeScript by leaving its types out. Only the imports then still name .js files, which are not there: hence the
 * hook. What runs in a thread therefore keeps to TypeScript that is JavaScript but for its types.
 */
if (import.meta.url.endsWith('.ts')) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier.startsWith('.') ? specifier.replace(/\.js$/, '.ts') : specifier, context),
  });
}

/** A transaction takes in so many requests at most, so that the first of them need not wait for ever. */
const REQUESTS_TOGETHER = 4_096;

const start = workerData as ThreadStart;
const port = requirePort();
const { failureOf } = await import('./failures.js');
const { logFile } = await import('./log-file.js');

try {
  await serve();
  post({ call: 0, value: null });
} catch (error) {
  post({ call: 0, failure: failureOf(error, logFile(start.folder)) });
  port.close();
}

async function serve(): Promise<void> {
  switch (start.role) {
    case 'writer': {
      const { Writer } = await import('./writer.js');
      const writer = new Writer(start);
      port.on('message', (calls: Call<WriterRequest>[]) => {
        port.postMessage(writer.serve(withAllThatWait(calls)));
      });
      return;
    }
    case 'reader': {
      const { Reader } = await import('./reader.js');
      const reader = new Reader(start);
      port.on('message', (calls: Call<ReaderRequest>[]) => {
        for (const call of calls) post(reader.serve(call));
      });
      return;
    }
    case 'checker': {
      const { Checker } = await import('./checker.js');
      const checker = new Checker(start);
      port.on('message', (calls: Call<CheckerRequest>[]) => {
        for (const call of calls) post(checker.serve(call));
      });
      return;
    }
  }
}

function withAllThatWait(first: Call<WriterRequest>[]): Call<WriterRequest>[] {
  const calls = first;
  while (calls.length < REQUESTS_TOGETHER) {
    const waiting = receiveMessageOnPort(port);
    if (waiting === undefined) break;
    calls.push(...(waiting.message as Call<WriterRequest>[]));
  }
  return calls;
}

function post(answer: Answer): void {
  port.postMessage({ answers: [answer] });
}

function requirePort(): MessagePort {
  if (parentPort === null) throw new Error('this file is the start of a worker thread');
  return parentPort;
}
