import { SingleBar } from 'cli-progress';
import { count } from './table.js';
import { tell } from './terminal.js';

const PLAIN_EVERY_MS = 5000;
const BAR_WIDTH = 28;

/** Tells how far something is, on standard error: a bar on a terminal, now and then a line elsewhere. */
export interface Progress {
  /** @param done of the total, in whatever the total counts */
  at(done: number, note: string): void;
  end(): void;
}

/** Begins to tell; a total of 0 is not known. */
export function startProgress(what: string, total: number): Progress {
  if (!process.stderr.isTTY) return plainProgress(what, total);
  const bar = new SingleBar({
    stream: process.stderr,
    barsize: BAR_WIDTH,
    format: total > 0 ? `${what} {bar} {percentage}%  {note}` : `${what}  {note}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    fps: 10,
  });
  bar.start(Math.max(total, 1), 0, { note: '' });
  return {
    at: (done, note) => bar.update(Math.min(done, Math.max(total, 1)), { note }),
    end: () => bar.stop(),
  };
}

function plainProgress(what: string, total: number): Progress {
  let told = performance.now();
  return {
    at: (done, note) => {
      if (performance.now() - told < PLAIN_EVERY_MS) return;
      told = performance.now();
      const part = total > 0 ? ` ${Math.floor((Math.min(done, total) / total) * 100)}%` : '';
      tell(`${what}${part}: ${note}`);
    },
    end: () => undefined,
  };
}

/** `12,345 events (6,789/s)` */
export function pace(events: number, startedAt: number, unit = 'events'): string {
  const seconds = Math.max((performance.now() - startedAt) / 1000, 0.001);
  return `${count(events)} ${unit} (${count(Math.round(events / seconds))}/s)`;
}
