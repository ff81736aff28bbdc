import { type Child, startChild } from '../event-store-child.js';
import type { ServedOrder } from './served-order.js';

/** Starts a double in a process of its own, on a folder that outlives it; it keeps its port when it is started again. */
export async function serveDouble(folder: string, port = 0): Promise<ServedDouble> {
  const child = startChild('eventstoredb-double/serve.ts', [folder, String(port)]);
  const first = await child.lines.next();
  if (first.done === true) throw new Error('the double ended before it listened');
  return new ServedDouble(folder, first.value, child);
}

/** A double in a process of its own: told what to do by lines, and killed like a server. */
export class ServedDouble {
  /** Connection string of the client. */
  readonly url: string;
  readonly #folder: string;
  readonly #child: Child;

  constructor(folder: string, url: string, child: Child) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
  }

  /** Gives an order and waits until it is carried out; `counts` answers with what happened. */
  async tell(order: ServedOrder): Promise<unknown> {
    this.#child.process.stdin!.write(`${JSON.stringify(order)}\n`);
    const answer = await this.#child.lines.next();
    if (answer.done === true) throw new Error('the double has ended');
    return JSON.parse(answer.value) as unknown;
  }

  /** Kills it, as by `kill -9`; what it had acknowledged is in its folder. */
  async kill(): Promise<void> {
    this.#child.process.kill('SIGKILL');
    await this.#child.ended;
  }

  /** Starts it once more on the same folder and port. */
  startAgain(): Promise<ServedDouble> {
    return serveDouble(this.#folder, Number(new URL(this.url).port));
  }

  /** Lets it end by itself. */
  async stop(): Promise<void> {
    this.#child.process.stdin!.end();
    await this.#child.ended;
  }
}
