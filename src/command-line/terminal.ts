import { once } from 'node:events';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Results go to standard output, and only results. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** One result on a line of its own. */
export function printLine(text = ''): Promise<void> {
  return print(`${text}\n`);
}

/** A machine's answer: one JSON document. */
export function printJson(value: unknown): Promise<void> {
  return printLine(JSON.stringify(value, undefined, 2));
}

/** What goes on, and what went wrong, to standard error. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Text in a style where standard output is a terminal that wants it (NO_COLOR is heeded), else plain. */
export function styled(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true });
}

/** `head` and its like close the pipe when they have seen enough: that ends a command, it is no failure. */
export function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}
