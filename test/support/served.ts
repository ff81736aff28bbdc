import type { ChildProcess } from 'node:child_process';
import { type CliResult, arledger } from '../command-line/built-cli.js';

/** The service as a process of its own, on a free port. */
export interface Served {
  url: string;
  child: ChildProcess;
  /** How it ended, and what it said. */
  ended: Promise<CliResult>;
}

/** Resolves when it listens. */
export async function serve(data: string, env: Record<string, string> = {}): Promise<Served> {
  let child: ChildProcess | undefined;
  const listening = Promise.withResolvers<string>();
  const ended = arledger(['serve', '--data', data], {
    env: { PORT: '0', LOG_LEVEL: 'error', ...env },
    onStart: (started) => {
      child = started;
      started.stdout!.on('data', (text: string) => {
        const url = /http:\S+\d/.exec(text)?.[0];
        if (url !== undefined) listening.resolve(url);
      });
    },
  });
  void ended.then(({ stderr }) => listening.reject(new Error(`ended before it listened: ${stderr}`)));
  return { url: await listening.promise, child: child!, ended };
}
