import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/**
 * Results go to standard output, and only results.
 *
 * @throws what stands in the way of writing them, which {@link watchOutput} has heard of too
 */
export function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
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

/**
 * `head` and its like close the pipe when they have seen enough: that ends a command, it is no failure. Anything else
 * that keeps standard output from being written, a full disk for one, is told.
 */
export function watchOutput(onUnwritable: (error: Error) => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    onUnwritable(error);
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    // Otherwise there is nobody to tell, and what the command does is as good.
    if (error.code === 'EPIPE') process.exit(0);
  });
}
