import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Memory, Served } from './memory-service.js';
import { said } from './said.js';

/** The service as a process of its own, whose memory can be asked for. */
export class WatchedService implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  /** @param databaseUrl left out, the read models are in the folder's PGlite */
  static async start(folder: string, databaseUrl?: string): Promise<WatchedService> {
    const child = fork(new URL('./memory-service.js', import.meta.url), [folder, databaseUrl ?? '']);
    const { port } = (await said(child)) as Served;
    return new WatchedService(child, port);
  }

  async memory(): Promise<Memory> {
    const answer = said(this.child);
    this.child.send('memory');
    return (await answer) as Memory;
  }

  /** The most that was resident while something else went on, in MiB. */
  async peakDuring(work: Promise<unknown>): Promise<number> {
    let [peak, isOver] = [0, false];
    const over = work.finally(() => (isOver = true));
    while (!isOver) {
      peak = Math.max(peak, (await this.memory()).resident);
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 250))]);
    }
    await over;
    return peak;
  }

  /**
   * Sends a file of commands down one stream, and waits until the read models have them.
   *
   * @throws when one is refused
   */
  async import(file: string): Promise<void> {
    const response = await fetch(`${this.url}/commands`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: Readable.toWeb(createReadStream(file)) as ReadableStream,
      duplex: 'half',
    });
    let position = 0;
    for await (const line of createInterface({ input: Readable.fromWeb(response.body as never) })) {
      const answer = JSON.parse(line) as { status: number; position?: string };
      if (answer.status >= 300) throw new Error(line);
      position = Math.max(position, Number(answer.position));
    }
    // A query waits for some seconds only.
    for (;;) {
      const { status } = await fetch(`${this.url}/trial-balance?waitFor=${position}`);
      if (status === 200) return;
      if (status !== 503) throw new Error(`trial balance: ${status}`);
    }
  }

  private get url(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** Stops it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.child.connected) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}
